/**
 * What a turn costs: `node bench/turn.ts [turns]`.
 *
 * One run measures, in turns of one message each: the durable turn (written down, understood, thought,
 * committed) against the bare transaction of the very same rows; then the time from starting a process to
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
import { createManager } from '../src/dialog/manager.ts';
import type { ConversationId } from '../src/domain/ids.ts';
import { openLibrary } from '../src/library.ts';
import { openStore } from '../src/store/open.ts';
import { openBareTurn, readTurnRows, spreadOf } from './store-transaction.ts';

const turns = Number(process.argv[2] ?? 600);
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

interface Measured {
  readonly full: readonly number[];
  readonly inOne: readonly number[];
  readonly inTwo: readonly number[];
}

async function measureTurns(): Promise<Measured> {
  const library = openLibrary();
  const url = pathToFileURL(join(dir, 'turn.sqlite')).href.replace('file:', 'sqlite:');
  const opened = await openStore({ url, clock, random, vaultKey: random.bytes(32) });
  const manager = createManager({
    store: opened.store,
    knowledge: () => library.knowledge,
    understander: () => library.understander,
    clock,
    random,
    secureUrl: (token) => token,
  });
  const bareFile = join(dir, 'bare.sqlite');
  const made = await openStore({
    url: pathToFileURL(bareFile).href.replace('file:', 'sqlite:'),
    clock,
    random,
    vaultKey: random.bytes(32),
  });
  await made.close();
  const bare = openBareTurn(bareFile);
  const full: number[] = [];
  const inOne: number[] = [];
  const inTwo: number[] = [];
  for (let n = 0; n < turns + SAID.length; n += 1) {
    const user = `bench-${Math.floor(n / SAID.length) % 20}`;
    const address = { channel: 'converse' as const, account: 'bench', user };
    const started = performance.now();
    await opened.store.receive({
      address,
      messageId: `m${n}`,
      receivedAt: new Date(clock.now()).toISOString(),
      content: { kind: 'text', text: SAID[n % SAID.length] as string, masked: [] },
    });
    const found = conversations.get(user) ?? (await opened.store.conversationAt(address))?.id;
    if (found === undefined) throw new Error('the message made no conversation');
    conversations.set(user, found);
    await manager.process(found);
    const took = performance.now() - started;
    // As in life, where a channel takes a part at once.
    for (const { outbound } of await opened.store.duePartsOf(found))
      await opened.store.markSent(outbound.key);
    const rows = await readTurnRows(opened.db, found);
    const bareTimes = [timed(() => bare.inOne(rows)), timed(() => bare.inTwo(rows))] as const;
    // The first round warms everything up.
    if (n < SAID.length) continue;
    full.push(took);
    inOne.push(bareTimes[0]);
    inTwo.push(bareTimes[1]);
  }
  bare.close();
  await opened.close();
  return { full, inOne, inTwo };
}

const conversations = new Map<string, ConversationId>();

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
    [fileURLToPath(new URL('../src/cli/gongji.ts', import.meta.url)), 'chat'],
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
  const { full, inOne, inTwo } = await measureTurns();
  const [turn, one, two] = [spreadOf(full), spreadOf(inOne), spreadOf(inTwo)];
  const cold = await measureStart(join(dir, 'cold'));
  const warm = await measureStart(join(dir, 'cold'));
  const rows: readonly (readonly [string, number, number])[] = [
    ['durable turn', turn.p50, turn.p99],
    ['same rows, bare, two transactions', two.p50, two.p99],
    ['same rows, bare, one transaction', one.p50, one.p99],
  ];
  console.log(`${turns} turns of one message`);
  for (const [name, p50, p99] of rows)
    console.log(`  ${name.padEnd(36)} p50 ${round(p50)} ms   p99 ${round(p99)} ms`);
  console.log(
    `  ratio to two transactions: ${round(turn.p50 / two.p50)}   to one: ${round(turn.p50 / one.p50)}`,
  );
  console.log(
    `start to first reply: cold ${round(cold.firstReplyMs)} ms, warm ${round(warm.firstReplyMs)} ms; memory ${cold.rssMb} / ${warm.rssMb} MB`,
  );
  console.log(JSON.stringify({ turns, turn, bareTwo: two, bareOne: one, cold, warm }));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
