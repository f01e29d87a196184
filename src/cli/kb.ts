/** `gongji kb ACTION`: keeps the knowledge base. Each action is one file, loaded only when called. */
import { AppError } from '../errors.ts';
import type { Command } from './command.ts';

const ACTIONS: { readonly [action: string]: () => Promise<Command> } = {
  check: async () => (await import('./kb-check.ts')).kbCheck,
  stats: async () => (await import('./kb-check.ts')).kbStats,
  show: async () => (await import('./kb-show.ts')).kbShow,
  new: async () => (await import('./kb-new.ts')).kbNew,
  diff: async () => (await import('./kb-diff.ts')).kbDiff,
  impact: async () => (await import('./kb-impact.ts')).kbImpact,
  export: async () => (await import('./kb-exchange.ts')).kbExport,
  import: async () => (await import('./kb-exchange.ts')).kbImport,
  withdraw: async () => (await import('./kb-withdraw.ts')).kbWithdraw,
  restore: async () => (await import('./kb-withdraw.ts')).kbRestore,
};

export const kb: Command = async (args, io) => {
  // The action may stand anywhere, as options may stand before it.
  const at = args.findIndex((arg) => Object.hasOwn(ACTIONS, arg));
  const load = ACTIONS[args[at] ?? ''];
  if (load === undefined) {
    throw new AppError('bad_input', `kb takes one of: ${Object.keys(ACTIONS).join(', ')}`);
  }
  return (await load())(args.toSpliced(at, 1), io);
};
