/**
 * `gongji desk …`: the help desk without Slack. Asks the server that runs on the data folder; when none runs,
 * works on the store itself, and what is said goes out at the next start.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import type { ActResult, CaseHead, CasePage, CaseView } from '../contracts/desk.ts';
import { askServer, canAskServer, type DeskMethod, deskSocketPath } from '../desk-socket.ts';
import { AppError } from '../errors.ts';
import type { Command, Io } from './command.ts';
import { cardLines, listLine } from './desk-lines.ts';
import { type Call, reachDesk, staffId, staffOf } from './desk-reach.ts';

const USAGE = `gongji desk VERB [CASE] --as NAME
  list [--show queue|mine|unassigned|overdue|open|closed|all] [--region CODE] [--find WORDS] [--limit N] [--after N]
  show CASE | events CASE | stats [--day DAY] | ratings | staff | causes CASE | sweep
  claim | release | give-back [--solved] | acknowledge      CASE
  reply | note                                              CASE --text "…"
  ask CASE --what region|relation|material|verification [--text "…"]
  dry-run | start                                           CASE --flow bind [--slots '{"relation":"parent"}']
  transfer CASE --to NAME [--text "…"]       snooze CASE --until 2026-12-01T09:00:00+08:00
  priority CASE --level urgent|high|normal|low
  close CASE [--cause ID] [--text "…"]       reopen CASE [--text "…"]
  reveal CASE --reason "…"
  link [--name NAME] [--role clerk|curator|lead|auditor]    a one-time address of the web desk, where it is tried out
CASE is the number citizens are told. --role clerk|lead (clerk unless told), --name for the name others see,
--key for the key of the act (the same key again does nothing), --data DIR, --json.`;

const OPTIONS = {
  as: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string', default: 'clerk' },
  key: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
  show: { type: 'string', default: 'queue' },
  region: { type: 'string' },
  find: { type: 'string' },
  limit: { type: 'string' },
  after: { type: 'string' },
  day: { type: 'string' },
  text: { type: 'string' },
  what: { type: 'string' },
  flow: { type: 'string' },
  slots: { type: 'string' },
  to: { type: 'string' },
  until: { type: 'string' },
  level: { type: 'string' },
  cause: { type: 'string' },
  reason: { type: 'string' },
  solved: { type: 'boolean', default: false },
} as const;

export const desk: Command = async ([verb = 'help', ...args], io) => {
  if (verb === 'help') {
    io.print(USAGE);
    return 0;
  }
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  if (verb === 'link') return link(values, args.includes('--role'), io);
  const reach = await reachDesk(values.data);
  try {
    const asked: Asked = { verb, named: positionals[0], values, call: reach.call };
    if (verb === 'sweep') await reach.sweep();
    else if (VIEWS[verb] !== undefined) await VIEWS[verb](asked, io);
    else return await act(asked, io);
    return 0;
  } finally {
    await reach.close();
  }
};

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

interface Asked {
  readonly verb: string;
  readonly named: string | undefined;
  readonly values: Values;
  readonly call: Call;
}

/** The server makes it: the link leads to where it listens. */
async function link({ data, name, role }: Values, isRoleGiven: boolean, io: Io): Promise<number> {
  const path = deskSocketPath(data ?? readConfig().dataDir);
  if (!(await canAskServer(path)))
    throw new AppError('bad_input', 'No server runs on this data folder; start it with npm start');
  const who = present({ name, roles: isRoleGiven ? [role] : undefined });
  const address = await askServer(path, 'webLink', [who]);
  if (typeof address !== 'string')
    throw new AppError(
      'bad_input',
      'Links are for trying out on this machine; here staff log in at their issuer',
    );
  io.print(address);
  return 0;
}

// === Looking

const VIEWS: { readonly [verb: string]: (asked: Asked, io: Io) => Promise<void> } = {
  async list({ values, call }, io) {
    const { show, region, find, limit, after, as, json } = values;
    const filter = present({ show, region, find, owner: show === 'mine' ? staffId(as) : undefined });
    const paging = present({ limit: limit === undefined ? undefined : Number(limit), after });
    const page = await call<CasePage>('list', filter, paging);
    if (json) io.print(JSON.stringify(page));
    else {
      for (const head of page.cases) io.print(listLine(head));
      io.print(`共 ${page.total} 件${page.next === undefined ? '' : `，下一页 --after ${page.next}`}`);
    }
  },
  async show(asked, io) {
    const head = await caseNamed(asked);
    const view = await asked.call<CaseView>('caseView', head.id);
    if (asked.values.json) io.print(JSON.stringify(view));
    else for (const line of cardLines(view)) io.print(line);
  },
  async events(asked, io) {
    const head = await caseNamed(asked);
    for (const event of await asked.call<readonly object[]>('eventsOf', head.id))
      io.print(JSON.stringify(event));
  },
  async causes(asked, io) {
    const head = await caseNamed(asked);
    for (const cause of await asked.call<readonly object[]>('causes', head.id))
      io.print(JSON.stringify(cause));
  },
  async stats({ values, call }, io) {
    io.print(JSON.stringify(await call('statsOf', ...(values.day === undefined ? [] : [values.day]))));
  },
  async ratings({ call }, io) {
    for (const rating of await call<readonly object[]>('ratings')) io.print(JSON.stringify(rating));
  },
  async staff({ call }, io) {
    for (const one of await call<readonly object[]>('staff')) io.print(JSON.stringify(one));
  },
};

// === Acting

/** The method of a verb, and what it takes besides who, which case and the key. */
const ACTS: {
  readonly [verb: string]: { readonly method: DeskMethod; readonly more?: (values: Values) => object };
} = {
  claim: { method: 'claim' },
  release: { method: 'release' },
  acknowledge: { method: 'acknowledge' },
  'give-back': { method: 'giveBack', more: ({ solved }) => (solved ? { isSolved: true } : {}) },
  reply: { method: 'reply', more: ({ text }) => ({ text: needed('text', text) }) },
  note: { method: 'note', more: ({ text }) => ({ text: needed('text', text) }) },
  ask: { method: 'askFor', more: ({ what, text }) => present({ what: needed('what', what), detail: text }) },
  'dry-run': { method: 'dryRun', more: actOf },
  start: { method: 'startAct', more: actOf },
  transfer: {
    method: 'transfer',
    more: ({ to, text }) => {
      const name = needed('to', to);
      return present({ to: { id: staffId(name), displayName: name }, note: text });
    },
  },
  snooze: {
    method: 'snooze',
    more: ({ until }) => ({ until: needed('until', until) }),
  },
  priority: { method: 'setPriority', more: ({ level }) => ({ priority: needed('level', level) }) },
  close: { method: 'close', more: ({ cause, text }) => present({ trueCause: cause, note: text }) },
  reopen: { method: 'reopen', more: ({ text }) => present({ note: text }) },
  reveal: { method: 'reveal', more: ({ reason }) => ({ reason: needed('reason', reason) }) },
};

async function act(asked: Asked, io: Io): Promise<number> {
  const { verb, values, call } = asked;
  const known = ACTS[verb];
  if (known === undefined)
    throw new AppError('bad_input', `gongji desk has no '${verb}'; try gongji desk help`);
  const head = await caseNamed(asked);
  const key = values.key ?? `cli:${randomBytes(8).toString('hex')}`;
  const more = known.more?.(values) ?? {};
  const result = await call<ActResult>(known.method, { by: staffOf(values), case: head.id, key, ...more });
  io.print(JSON.stringify(result));
  return result.ok ? 0 : 1;
}

function actOf({ flow, slots }: Values): object {
  return present({
    flow: needed('flow', flow),
    slots: slots === undefined ? undefined : (JSON.parse(slots) as object),
  });
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined) throw new AppError('bad_input', `--${option} is missing; try gongji desk help`);
  return value;
}

async function caseNamed({ named, call, verb }: Asked): Promise<CaseHead> {
  if (named === undefined) throw new AppError('bad_input', `gongji desk ${verb} takes the number of a case`);
  const head = await call<CaseHead | null | undefined>('find', named);
  if (head === null || head === undefined) throw new AppError('bad_input', `There is no case ${named}`);
  return head;
}

/** Without the keys that hold nothing. */
function present(object: { readonly [key: string]: unknown }): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
