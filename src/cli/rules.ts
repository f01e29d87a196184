/** `gongji rules --region CODE [--as-of DATE]`: what holds in a region on a day, one rule or way a line. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { allEntriesAt, effectiveRules } from '../knowledge/lookup.ts';
import { daySchema } from '../knowledge/schema/dated.ts';
import { OPERATIONS } from '../knowledge/schema/region.ts';
import type { Command } from './command.ts';

/** The knowledge that comes with the program. */
export const OWN_KNOWLEDGE = fileURLToPath(new URL('../../knowledge', import.meta.url));

export const rules: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      region: { type: 'string' },
      'as-of': { type: 'string' },
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  const { region } = values;
  if (region === undefined || !/^\d{6}$/u.test(region)) {
    throw new AppError(
      'bad_input',
      "--region takes a code of six digits; use '000000' for the whole country",
    );
  }
  const asOf = dayOf(values['as-of']);
  const knowledge = loadKnowledge(values.knowledge);
  for (const rule of effectiveRules(knowledge, region, asOf)) io.print(JSON.stringify(rule));
  for (const entry of OPERATIONS.flatMap((operation) => allEntriesAt(knowledge, operation, region, asOf))) {
    const { operation, platform, client, path, scope, ...provenance } = entry;
    io.print(
      JSON.stringify({ rule: `entry.${operation}`, value: { platform, client, path, scope }, ...provenance }),
    );
  }
  return 0;
};

/** A day as typed, today when nothing was. The command line is a shell and may look at the clock. */
export function dayOf(typed: string | undefined): string {
  if (typed === undefined) return localDay(new Date());
  if (daySchema.safeParse(typed).success) return typed;
  throw new AppError('bad_input', `--as-of takes a day such as 2026-11-22, not '${typed}'`);
}

function localDay(now: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(now);
}
