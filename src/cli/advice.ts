/** `gongji advice …`: drafts and how they fared, what nobody could answer, and what staff propose about it. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type {
  ApprovalResult,
  Draft,
  DraftFigures,
  Gap,
  Proposal,
  ProposalResult,
} from '../contracts/advice.ts';
import type { CaseHead } from '../contracts/desk.ts';
import { AppError } from '../errors.ts';
import type { Command, Io } from './command.ts';
import { type Call, reachDesk, staffOf } from './desk-reach.ts';

const USAGE = `gongji advice VERB
  drafts CASE                               what could be said now
  stats [--from DAY] [--until DAY]          how the drafts of each entry fared
  gaps [--limit N]                          what nobody could answer, oftenest first
  propose CASE|--gap KEY --as NAME --text "…"   an entry or intent it belongs to, or a new answer
  proposals [--state open|approved]
  approve PROPOSAL --as NAME --role curator|lead
CASE is the number citizens are told. --role (clerk unless told), --name, --key, --data DIR.`;

const OPTIONS = {
  as: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string', default: 'clerk' },
  key: { type: 'string' },
  data: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
  gap: { type: 'string' },
  text: { type: 'string' },
  state: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

interface Asked {
  readonly named: string | undefined;
  readonly values: Values;
  readonly call: Call;
}

export const advice: Command = async ([verb = 'help', ...args], io) => {
  if (verb === 'help') {
    io.print(USAGE);
    return 0;
  }
  const run = VERBS[verb];
  if (run === undefined)
    throw new AppError('bad_input', `gongji advice has no '${verb}'; try gongji advice help`);
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const reach = await reachDesk(values.data);
  try {
    return await run({ named: positionals[0], values, call: reach.call }, io);
  } finally {
    await reach.close();
  }
};

const VERBS: { readonly [verb: string]: (asked: Asked, io: Io) => Promise<number> } = {
  async drafts(asked, io) {
    const { id } = await caseNamed(asked);
    return list(await asked.call<readonly Draft[]>('drafts', id), io);
  },
  async stats({ values: { from, until }, call }, io) {
    const period = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
    return list(await call<readonly DraftFigures[]>('draftFigures', period), io);
  },
  async gaps({ values: { limit }, call }, io) {
    return list(await call<readonly Gap[]>('gaps', ...(limit === undefined ? [] : [Number(limit)])), io);
  },
  async propose(asked, io) {
    const { values, call } = asked;
    if (values.text === undefined)
      throw new AppError('bad_input', '--text is missing; try gongji advice help');
    const about = values.gap === undefined ? { case: (await caseNamed(asked)).id } : { gap: values.gap };
    const by = staffOf(values, ['clerk', 'lead', 'curator']);
    return done(
      await call<ProposalResult>('proposeEntry', { by, key: keyOf(values), text: values.text, ...about }),
      io,
    );
  },
  async proposals({ values: { state }, call }, io) {
    if (state !== undefined && state !== 'open' && state !== 'approved')
      throw new AppError('bad_input', `--state takes open or approved, not '${state}'`);
    return list(await call<readonly Proposal[]>('proposals', ...(state === undefined ? [] : [state])), io);
  },
  async approve({ named, values, call }, io) {
    if (named === undefined)
      throw new AppError('bad_input', 'gongji advice approve takes the id of a proposal');
    const by = staffOf(values, ['clerk', 'lead', 'curator']);
    return done(await call<ApprovalResult>('approveEntry', { by, key: keyOf(values), proposal: named }), io);
  },
};

function list(all: readonly object[], io: Io): number {
  for (const one of all) io.print(JSON.stringify(one));
  return 0;
}

function done(result: { readonly ok: boolean }, io: Io): number {
  io.print(JSON.stringify(result));
  return result.ok ? 0 : 1;
}

const keyOf = ({ key }: Values): string => key ?? `cli:${randomBytes(8).toString('hex')}`;

async function caseNamed({ named, call }: Asked): Promise<CaseHead> {
  if (named === undefined)
    throw new AppError('bad_input', 'Name a case by its number; try gongji advice help');
  const head = await call<CaseHead | null | undefined>('find', named);
  if (head === null || head === undefined) throw new AppError('bad_input', `There is no case ${named}`);
  return head;
}
