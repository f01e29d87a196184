/**
 * The same dialogue, kept durably by us and by others: `npm run bench:peers [-- conversations] [--write]`.
 *
 * Four messages a conversation, the last of which hands it to a person: an act that must happen once. Every
 * system is a process of its own that is spoken to by lines (`peers-dialog/serve.mjs`), one after another in one
 * run. First without trouble: turns a second, waiting times and memory with sixteen conversations at once. Then
 * killed (kill -9) again and again while they talk; what was not answered is sent again, as a channel would.
 * Counted: answers that belong to another step than the one asked, acts that happened twice or never,
 * conversations that could not be ended. Needs `npm ci --prefix bench/peers-dialog`; DBOS and we on PostgreSQL are
 * measured where Debian's PostgreSQL is installed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findPostgres, ownPostgres } from '../test/crash/own-postgres.ts';
import { report } from './all-report.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const CONVERSATIONS = Number(process.argv[2] ?? 400);
const AT_ONCE = 16;
const KILLED_CONVERSATIONS = Math.ceil(CONVERSATIONS / 2);
const KILLS = 4;
const KILL_EVERY_TURNS = (KILLED_CONVERSATIONS * 4) / (KILLS + 1);
/** A system that has not answered by then has lost the message. */
const PATIENCE_MS = 15_000;
/** How long a system that is killed again and again may take in all; what is open then counts as not ended. */
const TROUBLE_MS = 90_000;
const SAID = ['绑了家庭共济怎么没显示', '苏州', '不知道', '转人工'];

interface System {
  readonly name: string;
  readonly keeps: string;
  readonly file: string;
  readonly isOnPostgres?: boolean;
}

const SYSTEMS: readonly System[] = [
  { name: 'Gongji', keeps: 'SQLite', file: 'ours.mjs' },
  { name: 'Gongji', keeps: 'PostgreSQL', file: 'ours.mjs', isOnPostgres: true },
  { name: 'botbuilder-dialogs 4.23', keeps: 'SQLite', file: 'botbuilder.mjs' },
  { name: 'grammY conversations 2.1', keeps: 'SQLite', file: 'grammy.mjs' },
  { name: 'OpenWorkflow 0.10', keeps: 'SQLite', file: 'openworkflow.mjs' },
  { name: 'DBOS Transact 5.3', keeps: 'PostgreSQL', file: 'dbos.mjs', isOnPostgres: true },
];

/** One running system. `ask` rejects when the process dies before it has answered. */
class Talker {
  private readonly child: ChildProcess;
  private readonly open = new Map<
    string,
    { resolve: (line: Line) => void; reject: (error: Error) => void }
  >();
  readonly ready: Promise<unknown>;

  constructor(file: string, dir: string, url: string | undefined) {
    this.child = spawn(
      process.execPath,
      [here(`peers-dialog/${file}`), dir, ...(url === undefined ? [] : [url])],
      {
        // What a system complains of while it is killed is not ours to tell; what keeps it from starting is.
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.child.stdin?.on('error', () => {});
    this.ready = this.expect('ready');
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
      if (!text.startsWith('{')) return;
      const line = JSON.parse(text) as Line;
      const key = line.ready
        ? 'ready'
        : (line.count ?? (line.rss === undefined ? `${line.c}:${line.n}` : 'stats'));
      this.open.get(key)?.resolve(line);
      this.open.delete(key);
    });
    this.child.on('exit', () => {
      for (const { reject } of this.open.values()) reject(new Error('died'));
      this.open.clear();
    });
  }

  private expect(key: string): Promise<Line> {
    return new Promise((resolve, reject) => this.open.set(key, { resolve, reject }));
  }

  private async send(key: string, line: object): Promise<Line> {
    const answer = this.expect(key);
    this.child.stdin?.write(`${JSON.stringify(line)}\n`);
    return await answer;
  }

  async ask(c: string, n: number): Promise<string> {
    const late = new Promise<Line>((resolve) =>
      setTimeout(resolve, PATIENCE_MS, { reply: 'nothing' }).unref(),
    );
    const { reply } = await Promise.race([this.send(`${c}:${n}`, { c, n, text: SAID[n - 1] }), late]);
    return reply ?? '';
  }

  async rss(): Promise<number> {
    return (await this.send('stats', { stats: true })).rss ?? 0;
  }

  async acts(c: string): Promise<number> {
    return (await this.send(c, { count: c })).acts ?? 0;
  }

  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    return new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.kill(signal);
    });
  }
}

interface Line {
  readonly ready?: boolean;
  readonly c?: string;
  readonly n?: number;
  readonly reply?: string;
  readonly rss?: number;
  readonly count?: string;
  readonly acts?: number;
}

interface Result {
  readonly name: string;
  readonly keeps: string;
  readonly turnsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMb: number;
  readonly startMs: number;
  /** Answers that belong to another step. */
  readonly outOfStep: number;
  readonly doubledActs: number;
  readonly missingActs: number;
  readonly unended: number;
}

/** Conversations side by side, each one message at a time. `next` gives the following one until there are none. */
async function lanes(conversations: number, talk: (c: string) => Promise<void>): Promise<void> {
  let next = 1;
  const lane = async () => {
    while (next <= conversations) {
      const c = `c${next}`;
      next += 1;
      await talk(c);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function undisturbed(system: System, dir: string, url: string | undefined) {
  const began = performance.now();
  const talker = new Talker(system.file, dir, url);
  await talker.ready;
  const startMs = performance.now() - began;
  const expected: string[] = [];
  for (const [index] of SAID.entries()) expected.push(await talker.ask('c0', index + 1));
  const waits: number[] = [];
  const from = performance.now();
  await lanes(CONVERSATIONS, async (c) => {
    for (const [index] of SAID.entries()) {
      const asked = performance.now();
      const reply = await talker.ask(c, index + 1);
      if (reply !== expected[index])
        throw new Error(`${system.name} said ${reply} instead of ${expected[index]}`);
      waits.push(performance.now() - asked);
    }
  });
  const seconds = (performance.now() - from) / 1000;
  const rss = await talker.rss();
  await talker.end('SIGTERM');
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.floor((waits.length - 1) * share)] as number;
  return {
    expected,
    startMs,
    turnsPerSecond: waits.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    rssMb: rss / 1e6,
  };
}

async function killed(system: System, dir: string, url: string | undefined, expected: readonly string[]) {
  let talker = new Talker(system.file, dir, url);
  await talker.ready;
  let answered = 0;
  let kills = 0;
  let outOfStep = 0;
  let unended = 0;
  let revival: Promise<void> | undefined;
  const end = performance.now() + TROUBLE_MS;
  const revive = async () => {
    await talker.end('SIGKILL');
    talker = new Talker(system.file, dir, url);
    await talker.ready;
    revival = undefined;
  };
  /** Asked until answered, whatever dies meanwhile; what stays unanswered has come to nothing. */
  const ask = async (c: string, n: number): Promise<string> => {
    while (performance.now() < end) {
      await revival;
      try {
        return await talker.ask(c, n);
      } catch {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return 'too late';
  };
  await lanes(KILLED_CONVERSATIONS, async (c) => {
    for (const [index] of SAID.entries()) {
      const reply = await ask(c, index + 1);
      answered += 1;
      if (reply !== expected[index]) outOfStep += 1;
      if (reply !== expected[index] && index === SAID.length - 1) unended += 1;
      if (kills < KILLS && answered >= (kills + 1) * KILL_EVERY_TURNS) {
        kills += 1;
        revival = revive();
      }
    }
  });
  await revival;
  let doubledActs = 0;
  let missingActs = 0;
  for (let index = 1; index <= KILLED_CONVERSATIONS; index += 1) {
    const acts = await talker.acts(`c${index}`);
    if (acts > 1) doubledActs += 1;
    if (acts === 0) missingActs += 1;
  }
  await talker.end('SIGTERM');
  return { outOfStep, doubledActs, missingActs, unended };
}

async function measure(system: System, server: string | undefined): Promise<Result> {
  const { name, keeps } = system;
  const [first, second] = [await freshUrl(system, server, 1), await freshUrl(system, server, 2)];
  const dirs = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'gongji-peers-')));
  try {
    const { expected, ...calm } = await undisturbed(system, dirs[0] as string, first);
    const trouble = await killed(system, dirs[1] as string, second, expected);
    return { name, keeps, ...calm, ...trouble };
  } finally {
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  }
}

/** A database of its own for each part, where one is needed. */
async function freshUrl(
  { isOnPostgres, file }: System,
  server: string | undefined,
  part: number,
): Promise<string | undefined> {
  if (isOnPostgres !== true || server === undefined) return undefined;
  const name = `bench_${file.split('.')[0]}_${part}_${process.pid}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

function write(results: readonly Result[]): void {
  const own = results[0]?.turnsPerSecond ?? 1;
  report({
    id: 'peers-dialog',
    title: '同一段对话，别家来记',
    words: `\`npm ci --prefix bench/peers-dialog\` 之后 \`npm run bench:peers\`。每个系统一个进程，一家接一家；一段对话四句，最后一句转人工（只许办一次）。先不打扰：${AT_ONCE} 个对话同时，共 ${CONVERSATIONS} 个；再杀：${KILLED_CONVERSATIONS} 个对话说到一半杀 ${KILLS} 次（kill -9），没得到回答的那句重发。每次提交都落盘。别家照它们文档的写法，回答是写死的四句，不理解、不查原因；我们是整个程序，读懂、排查、带来源作答。`,
    head: [
      '系统',
      '记在',
      '轮/秒',
      '是我们内嵌的几倍',
      'p50 ms',
      'p99 ms',
      '内存 MB',
      '启动 ms',
      '答错步',
      '办了两次',
      '没办成',
      '没说完',
    ],
    rows: results.map((r) => [
      r.name,
      r.keeps,
      r.turnsPerSecond,
      r.turnsPerSecond / own,
      r.p50,
      r.p99,
      r.rssMb,
      r.startMs,
      r.outOfStep,
      r.doubledActs,
      r.missingActs,
      r.unended,
    ]),
    after:
      '后四列是被杀之后清点的对话数（“答错步”是句数）。“答错步”：重发的那句被当成了下一步的话；“没说完”：15 秒里没有等到最后一句的回答。别家快的地方是不理解，也少提交几次；照文档的写法它们大多不认重发，错不错看杀在哪一刻。我们每句只算一次，转人工只办一次。',
    picture: {
      title: '同一段对话，每秒持久的轮数',
      bars: results.map(({ name, keeps, turnsPerSecond }) => ({
        label: `${name}，${keeps}`,
        value: turnsPerSecond,
      })),
    },
  });
}

async function main(server: string | undefined): Promise<void> {
  const only = process.argv.slice(3).find((argument) => !argument.startsWith('--'));
  const results: Result[] = [];
  for (const system of SYSTEMS.filter((one) => only === undefined || one.file.startsWith(only))) {
    if (system.isOnPostgres === true && server === undefined) continue;
    results.push(await measure(system, server));
    process.stderr.write(`${system.name} on ${system.keeps}: done\n`);
  }
  write(results);
}

if (!existsSync(here('peers-dialog/node_modules'))) {
  process.stderr.write('The others are not installed: npm ci --prefix bench/peers-dialog\n');
  process.exitCode = 1;
} else {
  const bin = findPostgres();
  if (bin === undefined) {
    process.stderr.write('*** PostgreSQL SKIPPED: its server is not installed here ***\n');
    await main(undefined);
  } else {
    const database = await ownPostgres(bin);
    try {
      await main(database.url);
    } finally {
      await database.remove();
    }
  }
}
