/**
 * What a turn costs: `node bench/turn.ts [turns]`.
 *
 * One run measures, in turns of one message each: the durable turn (written down, understood, thought,
 * committed) against the bare transaction of the very same rows: once through the same store with nothing
 * understood or thought, once by prepared statements written by hand; then the time from starting a process to
 * its first reply, with a cold and a warm model; then its memory. Ratios are taken within the run, since
 * single times mean little on a shared machine. Prints a table and one JSON line.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Store, TurnCommit } from '../src/contracts/store.ts';
import { createManager } from '../src/dialog/manager.ts';
import type { Inbound } from '../src/domain/conversation.ts';
import type { ConversationId } from '../src/domain/ids.ts';
import { openLibrary } from '../src/library.ts';
import { type OpenedStore, openStore } from '../src/store/open.ts';
import { report } from './all-report.ts';
import { openBareTurn, readTurnRows, type Spread, spreadOf } from './store-transaction.ts';

const turns = Number(process.argv.slice(2).find((argument) => /^\d+$/u.test(argument)) ?? 600);
const dir = mkdtempSync(join(tmpdir(), 'gongji-bench-'));
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };

/** A mix as it comes: questions, complaints, tasks, answers to what is asked. */
const SAID = [
  '绑了家庭共济怎么没显示',
  '不知道',
  '取消',
  '家庭共济是什么',
  '给我妈绑定家庭共济',
  '苏州',
  '同一个省',
  '取消',
  '跨省能用吗',
  '岳母可以绑吗',
  '我要解绑',
  '取消',
];

/** Milliseconds of one turn by what they were spent on; the rest of the turn is understanding and thinking. */
interface Stages {
  receive: number;
  due: number;
  commitTurn: number;
}

interface Measured {
  readonly stages: readonly Stages[];
  readonly full: readonly number[];
  /** The same messages and commits through a second store, with nothing understood or thought. */
  readonly stored: readonly number[];
  readonly inOne: readonly number[];
  readonly inTwo: readonly number[];
}

const open = (name: string) =>
  openStore({
    url: pathToFileURL(join(dir, name)).href.replace('file:', 'sqlite:'),
    clock,
    random,
    vaultKey: random.bytes(32),
  });

async function measureTurns(): Promise<Measured> {
  const library = openLibrary();
  const opened = await open('turn.sqlite');
  const twin = await open('twin.sqlite');
  let commit: TurnCommit | undefined;
  let stage: Stages = { receive: 0, due: 0, commitTurn: 0 };
  const spent = async <Result>(on: keyof Stages, work: () => Promise<Result>): Promise<Result> => {
    const from = performance.now();
    const result = await work();
    stage[on] += performance.now() - from;
    return result;
  };
  const manager = createManager({
    store: {
      ...opened.store,
      due: (id) => spent('due', () => opened.store.due(id)),
      commitTurn: (made) => {
        commit = made;
        return spent('commitTurn', () => opened.store.commitTurn(made));
      },
    },
    knowledge: () => library.knowledge,
    understander: () => library.understander,
    clock,
    random,
    secureUrl: (token) => token,
  });
  await (await open('bare.sqlite')).close();
  const bare = openBareTurn(join(dir, 'bare.sqlite'));
  const times = {
    stages: [] as Stages[],
    full: [] as number[],
    stored: [] as number[],
    inOne: [] as number[],
    inTwo: [] as number[],
  };
  for (let n = 0; n < turns + SAID.length; n += 1) {
    const inbound = messageOf(n);
    const id = await idOf(opened, inbound);
    const started = performance.now();
    stage = { receive: 0, due: 0, commitTurn: 0 };
    await spent('receive', () => opened.store.receive(inbound));
    await manager.process(id ?? ((await idOf(opened, inbound)) as ConversationId));
    const thought = performance.now();
    await storeOnly(twin, inbound, commit as TurnCommit);
    const stored = performance.now();
    const rows = await readTurnRows(opened.db, (await idOf(opened, inbound)) as ConversationId);
    const inOne = timed(() => bare.inOne(rows));
    const inTwo = timed(() => bare.inTwo(rows));
    for (const house of [opened, twin]) await deliverAll(house, inbound);
    // The first round warms everything up.
    if (n < SAID.length) continue;
    times.stages.push(stage);
    times.full.push(thought - started);
    times.stored.push(stored - thought);
    times.inOne.push(inOne);
    times.inTwo.push(inTwo);
  }
  bare.close();
  await opened.close();
  await twin.close();
  return times;
}

function messageOf(n: number): Inbound {
  const user = `bench-${Math.floor(n / SAID.length) % 20}`;
  return {
    address: { channel: 'converse', account: 'bench', user },
    messageId: `m${n}`,
    receivedAt: new Date(clock.now()).toISOString(),
    content: { kind: 'text', text: SAID[n % SAID.length] as string, masked: [] },
  };
}

async function idOf({ store }: OpenedStore, { address }: Inbound): Promise<ConversationId | undefined> {
  const known = conversations.get(store)?.get(address.user);
  if (known !== undefined) return known;
  const id = (await store.conversationAt(address))?.id;
  if (id !== undefined)
    conversations.set(store, (conversations.get(store) ?? new Map()).set(address.user, id));
  return id;
}

/** What the very same turn costs when its outcome is known beforehand. */
async function storeOnly(twin: OpenedStore, inbound: Inbound, made: TurnCommit): Promise<void> {
  await twin.store.receive(inbound);
  const id = (await idOf(twin, inbound)) as ConversationId;
  const due = await twin.store.due(id);
  const seqs = due?.items.map(({ seq }) => seq) ?? [];
  await twin.store.commitTurn({ ...made, seqs, conversation: { ...made.conversation, id } });
}

/** As in life, where a channel takes a part at once. */
async function deliverAll(house: OpenedStore, inbound: Inbound): Promise<void> {
  const id = (await idOf(house, inbound)) as ConversationId;
  for (const { outbound } of await house.store.duePartsOf(id)) await house.store.markSent(outbound.key);
}

const conversations = new Map<Store, Map<string, ConversationId>>();

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

interface Start {
  readonly firstReplyMs: number;
  readonly rssMb: number;
}

/** Starts the terminal talk in a process of its own, and times the first reply to a first question. */
async function measureStart(data: string): Promise<Start> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--min-semi-space-size=8',
      '--max-semi-space-size=8',
      fileURLToPath(new URL('../bin/start.mjs', import.meta.url)),
      'chat',
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, GONGJI_DATA: data },
    },
  );
  child.stdin.write('家庭共济是什么\n');
  let firstReplyMs = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('共济人')) continue;
    firstReplyMs = performance.now() - started;
    break;
  }
  const rssMb = rssOf(child.pid as number);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  await exited;
  return { firstReplyMs, rssMb };
}

/** Resident memory as the system counts it; 0 where it does not tell. */
function rssOf(pid: number): number {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

try {
  const { full, stored, inOne, inTwo, stages } = await measureTurns();
  const [turn, store, one, two] = [full, stored, inOne, inTwo].map(spreadOf) as [
    Spread,
    Spread,
    Spread,
    Spread,
  ];
  const cold = await measureStart(join(dir, 'cold'));
  const warm = await measureStart(join(dir, 'cold'));
  const rows: readonly (readonly [string, number, number])[] = [
    ['durable turn', turn.p50, turn.p99],
    ['same rows, same store, nothing thought', store.p50, store.p99],
    ['same rows, by hand, two transactions', two.p50, two.p99],
    ['same rows, by hand, one transaction', one.p50, one.p99],
  ];
  console.log(`${turns} turns of one message`);
  for (const [name, p50, p99] of rows)
    console.log(`  ${name.padEnd(40)} p50 ${round(p50)} ms   p99 ${round(p99)} ms`);
  console.log(
    `  the turn costs ${round(turn.p50 / store.p50)}x the bare rows through the store, ${round(turn.p50 / two.p50)}x by hand in two transactions, ${round(turn.p50 / one.p50)}x in one`,
  );
  console.log(
    `start to first reply: cold ${round(cold.firstReplyMs)} ms, warm ${round(warm.firstReplyMs)} ms; memory ${cold.rssMb} / ${warm.rssMb} MB`,
  );
  const thinking = full.map(
    (ms, n) => ms - Object.values(stages[n] as Stages).reduce((sum, one) => sum + one, 0),
  );
  const by = (name: keyof Stages): Spread => spreadOf(stages.map((one) => one[name]));
  report({
    id: 'turn',
    title: '一轮花在哪里（内嵌 SQLite）',
    words: `\`node bench/turn.ts\`。${turns} 轮，一轮一句，一个接一个；旁边是同样的行，同一次运行。`,
    head: ['', 'p50 ms', 'p99 ms'],
    rows: [
      ['写下一句话', by('receive').p50, by('receive').p99],
      ['读出要做的', by('due').p50, by('due').p99],
      ['理解、对话、措辞', spreadOf(thinking).p50, spreadOf(thinking).p99],
      ['提交', by('commitTurn').p50, by('commitTurn').p99],
      ['合计：持久的一轮', turn.p50, turn.p99],
      ['同样的行，同一个库，什么都不想', store.p50, store.p99],
      ['同样的行，手写语句，两个事务', two.p50, two.p99],
      ['同样的行，手写语句，一个事务', one.p50, one.p99],
    ],
    picture: {
      title: '一轮花在哪里（p50，ms）',
      bars: [
        { label: '写下一句话', value: by('receive').p50 },
        { label: '读出要做的', value: by('due').p50 },
        { label: '理解、对话、措辞', value: spreadOf(thinking).p50 },
        { label: '提交', value: by('commitTurn').p50 },
      ],
    },
    after: `一轮是手写两个事务的 ${round(turn.p50 / two.p50)} 倍，是同一个库里同样几行的 ${round(turn.p50 / store.p50)} 倍。`,
  });
  console.log(JSON.stringify({ turns, turn, store, bareTwo: two, bareOne: one, cold, warm }));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
