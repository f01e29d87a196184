/**
 * Example figures for looking at the charts: weeks of made-up talks in a fresh data folder, from a seed.
 *
 *     node scripts/demo-figures.ts --data DIR [--days 60] [--seed 1]
 *     npm start            with GONGJI_DATA=DIR
 *
 * Everything counted from it is marked 示例. It refuses a folder in which anybody has worked.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { TurnFigures } from '../src/contracts/statistics.ts';
import type { Case } from '../src/domain/case.ts';
import type { ChannelId, Conversation } from '../src/domain/conversation.ts';
import type { CaseId } from '../src/domain/ids.ts';
import type { CauseId } from '../src/domain/taxonomy.ts';
import { random } from '../src/main.ts';
import { createStatistics } from '../src/statistics/count.ts';
import { createKeyFile, keyFileRing } from '../src/store/key-file.ts';
import { openStore } from '../src/store/open.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    days: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    until: { type: 'string' },
  },
});
const folder = resolve(values.data ?? 'data-example');
const file = join(folder, 'gongji.sqlite');
if (existsSync(file)) throw new Error(`${file} is there already; give --data a folder of its own`);
mkdirSync(folder, { recursive: true });

const DAY_MS = 86_400_000;
const days = Number(values.days);
const end = values.until === undefined ? Date.now() : Date.parse(`${values.until}T12:00:00Z`);
let now = end - days * DAY_MS;
const clock = { now: () => now };
const roll = dice(Number(values.seed));
const pick = <One>(list: readonly One[]): One => list[Math.floor(roll() * list.length)] as One;

createKeyFile(join(folder, 'vault.key'), random);
const opened = await openStore({
  url: pathToFileURL(file).href.replace('file:', 'sqlite:'),
  clock,
  random,
  vaultKey: keyFileRing(join(folder, 'vault.key'), random),
  isVisitor: true,
});
const { store } = opened;

const CHANNELS: readonly ChannelId[] = ['web', 'web', 'wechat-oa', 'wechat-oa', 'wecom-kf'];
const REGIONS = ['999900', '999900', '999901', '999902', undefined];
const CAUSES: readonly CauseId[] = [
  'not_bound',
  'not_bound',
  'zero_balance',
  'outside_payment_window',
  'different_pooling_region',
  'wrong_account_type',
  'pending_review',
];
const ENTRIES = ['what-family-sharing', 'eligible-overview', 'cross-overview', 'wallet-open'];
const CLERKS = [
  { id: 'example:li', displayName: '示例李' },
  { id: 'example:wang', displayName: '示例王' },
];
const NOTHING: TurnFigures = { floor: 'bot', moves: [], rests: [], said: [], told: [], cases: 0 };
let count = 0;

interface Step {
  readonly user: string;
  readonly channel: ChannelId;
  readonly events: readonly string[];
  readonly action: string;
  readonly figures: Partial<TurnFigures>;
  readonly cases?: readonly Case[];
  readonly ratings?: readonly {
    readonly case: CaseId;
    readonly isSatisfied: boolean;
    readonly entry: string;
  }[];
}

async function turn({
  user,
  channel,
  events,
  action,
  figures,
  cases = [],
  ratings,
}: Step): Promise<Conversation> {
  const address = { channel, account: 'example', user };
  count += 1;
  await store.receive({
    address,
    messageId: `example-${count}`,
    receivedAt: new Date(now).toISOString(),
    content: { kind: 'text', text: '（示例）', masked: [] },
  });
  const before = (await store.conversationAt(address)) as Conversation;
  const due = await store.due(before.id);
  await store.commitTurn({
    conversation: { ...before, version: before.version + 1, updatedAt: new Date(now).toISOString() },
    seqs: due?.items.map(({ seq }) => seq) ?? [],
    log: {
      events,
      from: [],
      to: [],
      effects: [],
      understanding: { action },
      costMs: 0,
      knowledge: 'example',
      figures: { ...NOTHING, cases: cases.length, ...figures },
    },
    replies: [],
    tasks: [],
    links: [],
    timers: [],
    cases,
    ...(ratings === undefined ? {} : { ratings }),
  });
  return { ...before, version: before.version + 1 };
}

const dayBefore = (age: number): string => new Date(now - age * DAY_MS).toISOString().slice(0, 10);

/** A path of states, entered and left one after the other; the talk rests in the last one. */
const walk = (flow: string, states: readonly string[]): Pick<TurnFigures, 'moves' | 'rests'> => ({
  moves: states.flatMap((state, at) => [
    `>${flow}.${state}`,
    ...(at === states.length - 1 ? [] : [`<${flow}.${state}`]),
  ]),
  rests: [`${flow}.${states.at(-1)}`],
});

async function visit(user: string): Promise<void> {
  const channel = pick(CHANNELS);
  const region = pick(REGIONS);
  const who = { user, channel };
  const place = region === undefined ? {} : { region };
  const action = roll() < 0.12 ? 'ask_back' : roll() < 0.06 ? 'fallback' : 'diagnose';
  if (roll() < 0.4) {
    const told = [
      { kind: 'faq' as const, id: pick(ENTRIES), checked: dayBefore(5 + Math.floor(roll() * 60)) },
    ];
    await turn({ ...who, events: ['text'], action: 'answer', figures: { ...place, told, said: ['answer'] } });
    if (roll() < 0.85) return;
  }
  await turn({
    ...who,
    events: ['text', 'begin:diagnose'],
    action,
    figures: { ...place, ...walk('diagnose', ['askingSymptom']) },
  });
  if (roll() < 0.15) return;
  now += 60_000;
  await turn({
    ...who,
    events: ['choice'],
    action: 'answer',
    figures: {
      ...place,
      moves: [
        '<diagnose.askingSymptom',
        '>diagnose.thinking',
        '<diagnose.thinking',
        '>diagnose.askingConsent',
      ],
      rests: ['diagnose.askingConsent'],
    },
  });
  if (roll() < 0.1) return;
  now += 60_000;
  const cause = pick(CAUSES);
  const told = [{ kind: 'cause' as const, id: cause, checked: dayBefore(2 + Math.floor(roll() * 40)) }];
  const found = [
    '<diagnose.askingConsent',
    '>diagnose.lookingUp',
    '<diagnose.lookingUp',
    '>diagnose.offering',
  ];
  await turn({
    ...who,
    events: ['choice'],
    action: 'answer',
    figures: { ...place, told, moves: found, rests: ['diagnose.offering'] },
  });
  const how = roll();
  now += 60_000;
  if (how < 0.45) {
    await turn({
      ...who,
      events: ['choice', 'begin:bind', 'end:bind:done', 'end:diagnose:done'],
      action: 'answer',
      figures: {
        ...place,
        said: ['diagnose.recheck.ok'],
        moves: [
          '<diagnose.offering',
          '>diagnose.acting',
          ...walk('bind', [
            'askingRelation',
            'checking',
            'verifying',
            'askingDependent',
            'confirming',
            'submitting',
            'done',
          ]).moves,
          '<diagnose.acting',
          '>diagnose.rechecking',
          '<diagnose.rechecking',
          '>diagnose.done',
        ],
      },
    });
  } else if (how < 0.7) {
    await turn({
      ...who,
      events: ['choice', 'end:diagnose:done'],
      action: 'answer',
      figures: { ...place, moves: ['<diagnose.offering', '>diagnose.leftOpen'] },
    });
  } else await handOver(who, place, cause);
}

async function handOver(
  who: { readonly user: string; readonly channel: ChannelId },
  place: { readonly region?: string },
  cause: CauseId,
): Promise<void> {
  const before = await turn({ ...who, events: ['text'], action: 'task', figures: place });
  const opened: Case = {
    id: `k_example_${count}` as CaseId,
    number: `EX-${count}`,
    conversation: before.id,
    status: 'open',
    reason: 'asked',
    ...place,
    symptom: 'not_shown',
    findings: [{ cause, p: 0.8, because: [], against: [], remedy: { kind: 'person' } }],
    transcript: [],
    openedAt: new Date(now).toISOString(),
  };
  await turn({
    ...who,
    events: ['text'],
    action: 'task',
    cases: [opened],
    figures: { ...place, floor: 'waiting' },
  });
  const by = pick(CLERKS);
  const change = (key: string, set: object, kind: 'claimed' | 'replied' | 'closed') =>
    store.changeCase({
      id: opened.id,
      by,
      key: `${opened.id}:${key}`,
      when: { isClosed: false },
      set,
      events: [{ kind, data: {} }],
    });
  if (roll() < 0.05) return;
  now += Math.floor(roll() * roll() * 60) * 60_000;
  await change('claim', { owner: by, status: 'assigned' }, 'claimed');
  await change('reply', { isAnswered: true }, 'replied');
  now += Math.floor(roll() * 40) * 60_000;
  const trueCause = roll() < 0.8 ? cause : pick(CAUSES);
  await change('close', { status: 'closed', closed: { by: by.id, trueCause } }, 'closed');
  if (roll() < 0.6) {
    const rating = { case: opened.id, isSatisfied: roll() < 0.8, entry: pick(ENTRIES) };
    await turn({ ...who, events: ['choice'], action: 'answer', figures: place, ratings: [rating] });
  }
}

/** Mulberry32. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const begin = now;
for (let day = 0; day < days; day += 1) {
  const weekday = new Date(begin + day * DAY_MS).getUTCDay();
  const visits = Math.round(
    (weekday === 0 || weekday === 6 ? 8 : 20) * (0.7 + 0.6 * roll() + day / days / 2),
  );
  for (let n = 0; n < visits; n += 1) {
    now = begin + day * DAY_MS + Math.floor((n / visits) * 9 * 3_600_000);
    await visit(`示例-${Math.floor(roll() * 4000)}`);
  }
}
now = end - 10 * DAY_MS;
if (days > 41)
  await store.withdraw({
    id: 'wallet-open',
    kind: 'faq',
    reason: '示例：办法改了，等核对',
    by: 'example:li',
  });
now = end;
await store.moveFiguresMark('example', 1);
const counted = await createStatistics({ store, clock, keptDays: () => undefined }).refresh();
await opened.close();
process.stdout.write(`demo-figures: ${count} turns, ${counted.days.length} days counted in ${folder}\n`);
