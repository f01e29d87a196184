/**
 * `gongji retention run [--dry-run] | proof | receipt NUMBER [--data DIR]`: the end of what is stored.
 *
 * `proof` says of each class how old its oldest row is, and fails when anything is older than its class
 * allows; `receipt` checks the receipt of a deletion against the audit.
 */
import { parseArgs } from 'node:util';
import type { ClassState, Periods } from '../contracts/retention.ts';
import type { Store } from '../contracts/store.ts';
import { AppError } from '../errors.ts';
import { periodsOf } from '../knowledge/data-classes.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../library.ts';
import type { Command, Io } from './command.ts';
import { openInstallation } from './installation.ts';

export const retention: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' }, 'dry-run': { type: 'boolean' } },
    allowPositionals: true,
  });
  const [verb, number] = positionals;
  const { opened } = await openInstallation(values.data);
  try {
    if (verb === 'receipt') return await receipt(opened.store, number, io);
    const periods = periodsOf(loadKnowledge(KNOWLEDGE_DIR));
    if (verb === 'proof') return await proof(opened.store, periods, io);
    if (verb === 'run') return await run(opened.store, periods, { io, isDry: values['dry-run'] === true });
    throw new AppError('bad_input', "gongji retention takes 'run', 'proof' or 'receipt NUMBER'");
  } finally {
    await opened.close();
  }
};

async function run(
  store: Store,
  periods: Periods,
  { io, isDry }: { readonly io: Io; readonly isDry: boolean },
): Promise<number> {
  if (isDry) {
    for (const { class: id, overdue, held } of await store.ages(periods)) {
      io.print(JSON.stringify({ class: id, days: periods[id], would_remove: overdue, held }));
    }
    return 0;
  }
  for (const [id, removed] of Object.entries(await store.expire(periods))) {
    io.print(JSON.stringify({ class: id, removed }));
  }
  return 0;
}

async function proof(store: Store, periods: Periods, io: Io): Promise<number> {
  const states = await store.ages(periods);
  for (const state of states) io.print(JSON.stringify(line(state, periods)));
  const late = states.filter(({ overdue }) => overdue > 0).map((state) => state.class);
  if (late.length > 0) io.warn(`gongji retention: older than allowed: ${late.join(', ')}`);
  return late.length === 0 ? 0 : 1;
}

function line(state: ClassState, periods: Periods) {
  return { ...state, days: periods[state.class], holds: state.overdue === 0 };
}

async function receipt(store: Store, number: string | undefined, io: Io): Promise<number> {
  if (number === undefined) {
    throw new AppError('bad_input', 'gongji retention receipt takes a number such as SC-1A2B-3C4D');
  }
  const found = await store.checkReceipt(number.trim().toUpperCase());
  io.print(JSON.stringify(found ?? { receipt: number, known: false }));
  return found?.holds === true ? 0 : 1;
}
