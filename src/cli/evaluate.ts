/** `gongji evaluate FILE`: measures understanding on labelled sentences, with intervals and confusion. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CAUSES, INTENTS, SYMPTOMS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import { openLibrary } from '../library.ts';
import { type Measured, type Report, report } from '../understanding/measure.ts';
import { type Command, describe } from './command.ts';
import { dayOf } from './rules.ts';
import { listeningTo, sentenceSchema } from './understand.ts';

const rowSchema = sentenceSchema.extend({
  intent: z.enum(INTENTS),
  alt_intents: z.array(z.enum(INTENTS)).optional(),
  symptom: z.enum(SYMPTOMS).optional(),
  cause: z.enum(CAUSES).optional(),
});

export const evaluate: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'as-of': { type: 'string' }, data: { type: 'string' }, memory: { type: 'boolean' } },
  });
  const [file] = positionals;
  if (file === undefined) throw new AppError('bad_input', 'evaluate takes a file of labelled sentences');
  const today = dayOf(values['as-of']);
  const { understander } = openLibrary(values.data === undefined ? {} : { cacheDir: values.data });
  const rows: Measured[] = [];
  const times: number[] = [];
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      const row = rowSchema.parse(JSON.parse(line));
      const begun = performance.now();
      const understood = understander.understand(row.text, listeningTo(row, today));
      times.push(performance.now() - begun);
      rows.push({ label: row, understood });
    } catch (error) {
      io.print(JSON.stringify({ error: describe(error), line: number }));
    }
  }
  if (rows.length === 0) throw new AppError('bad_input', `${file} holds no labelled sentence`);
  for (const line of lines(report(rows), times)) io.print(JSON.stringify(line, rounded));
  return 0;
};

function lines(found: Report, times: readonly number[]): object[] {
  const { perIntent, calibration, confusion, macro, ...shares } = found;
  return [
    { ...shares, macro, ms: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) } },
    ...perIntent,
    { calibration },
    { confusion },
  ];
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? 0;
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
}
