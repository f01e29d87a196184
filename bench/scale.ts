/**
 * How it grows: `npm run bench:scale [-- seconds] [--write]`. Five questions, each with a table of its own: turns a
 * second of 1, 2 and 4 processes beside the bare rows;
 * the same on a disk that has to be waited for; what a turn costs while a thousand, a hundred thousand or a million other
 * conversations rest; the same with 10 and 100 times the knowledge; and how soon a server is there.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { findPostgres, type OwnPostgres, ownPostgres } from '../test/crash/own-postgres.ts';
import { report, spread } from './all-report.ts';
import { type SlowPlace, slowDisk, Unavailable } from './faults-places.ts';
import { freePort, openHouse } from './load-house.ts';
import type { ChildResult, ChildSetting } from './scale-child.ts';
import { openResting } from './scale-resting.ts';
import type { TurnRows } from './store-transaction.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const seconds = Number(process.argv.slice(2).find((argument) => /^\d+$/u.test(argument)) ?? 6);
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const folder = mkdtempSync(join(tmpdir(), 'gongji-scale-'));

// === Processes

/** A turn of the usual size: a state of 2 kB and an answer with its sources. */
const ROWS: TurnRows = {
  content: JSON.stringify({ kind: 'text', text: '绑了家庭共济怎么没显示', masked: [] }),
  state: JSON.stringify({ stack: 'x'.repeat(2_000) }),
  log: JSON.stringify({ events: 'x'.repeat(300) }),
  parts: [JSON.stringify({ id: 'answer', text: '共'.repeat(250), params: {} })],
  audit: JSON.stringify({ version: 1, seqs: [1], effects: ['answer'], tasks: [], links: [], cases: [] }),
};
const TALKS = 16;

/** Progress, for whoever waits. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

async function together(
  count: number,
  setting: Omit<ChildSetting, 'name' | 'seconds' | 'talks' | 'cacheDir'> & { readonly talks?: number },
  ready: (pid: number) => void = () => {},
) {
  const children = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const own: ChildSetting = {
        ...setting,
        name: `${setting.kind}${count}p${n}`,
        seconds,
        talks: setting.talks ?? Math.ceil(TALKS / count),
        cacheDir: folder,
      };
      const child = fork(here('./scale-child.ts'), [JSON.stringify(own)]);
      await new Promise((resolve, reject) => {
        child.once('message', resolve);
        child.once('exit', (code) => reject(new Error(`A process ended with ${code} before it began`)));
      });
      ready(child.pid as number);
      return child;
    }),
  );
  const results = await Promise.all(
    children.map(
      (child) =>
        new Promise<ChildResult>((resolve, reject) => {
          child.once('message', (result) => resolve(result as ChildResult));
          child.once('exit', (code) => reject(new Error(`A process ended with ${code}`)));
          child.send('go');
        }),
    ),
  );
  const lost = results.reduce((sum, one) => sum + one.lost, 0);
  tell(
    `${count} x ${setting.kind}: ${results.map((one) => (one.turns / one.seconds).toFixed(0)).join(' + ')} a second${lost === 0 ? '' : `, ${lost} answers not heard of in time`}`,
  );
  const turns = results.reduce((sum, one) => sum + one.turns, 0);
  return {
    perSecond: results.reduce((sum, one) => sum + one.turns / one.seconds, 0),
    p50: Math.max(...results.map((one) => one.p50)),
    p99: Math.max(...results.map((one) => one.p99)),
    rssMb: Math.max(...results.map((one) => one.rssMb)),
    cpuMs: results.reduce((sum, one) => sum + one.cpuMs, 0) / turns,
  };
}

async function processes(): Promise<void> {
  const rows: (string | number)[][] = [];
  const note = (name: string, bare: number, ours: Awaited<ReturnType<typeof together>>): void => {
    rows.push([
      name,
      ours.perSecond,
      bare,
      bare / ours.perSecond,
      ours.p50,
      ours.p99,
      ours.cpuMs,
      ours.rssMb,
    ]);
  };
  const file = (name: string) => `sqlite://${join(folder, `${name}.sqlite`)}`;
  const embedded = await together(1, { kind: 'turns', url: file('turns') });
  const bareFile = await together(1, { kind: 'bare', url: file('bare'), rows: ROWS });
  note('内嵌 SQLite，1 个进程', bareFile.perSecond, embedded);
  const bin = findPostgres();
  if (bin === undefined)
    process.stderr.write('*** PostgreSQL SKIPPED: its server is not installed here ***\n');
  for (const count of bin === undefined ? [] : [1, 2, 4]) {
    await withPostgres(bin as string, async ({ url }) => {
      const ours = await together(count, { kind: 'turns', url });
      const bare = await together(count, { kind: 'bare', url, rows: ROWS });
      note(`PostgreSQL，${count} 个进程`, bare.perSecond, ours);
    });
  }
  report({
    id: 'processes',
    title: '持久的一轮：1、2、4 个进程，旁边是光写同样的行',
    words: `\`npm run bench:scale -- --only=processes\`。${TALKS} 个对话同时进行，各 ${seconds} 秒；一轮 = 写下、理解、提交、交给渠道并记下已送达；说的话取自知识库里的例句，换着说法，几千句不重复。内嵌只能有一个进程。“光写”是手写语句把同样的行写下、提交、记下送达，一轮三个事务，两种数据库一样，同一次运行。PostgreSQL 上并发也一样；SQLite 只有一条连接，一轮接一轮地写。我们在 SQLite 上把同时就绪的事务合在一次落盘里，光写的不合（合了又是多少，见“盘真的要等”一节）。`,
    head: [
      '装法',
      '轮/秒',
      '光写 轮/秒',
      '光写是一轮的几倍',
      '一轮 p50 ms',
      'p99',
      '处理器 ms/轮（不含数据库）',
      '内存 MB',
    ],
    rows,
    after:
      'PostgreSQL 的服务器和所有进程在同一台两核机器上，进程多了只是分这两个核：这里看的是不出错、不变慢，不是加速。',
    picture: {
      title: '每秒持久的轮数',
      bars: rows.map(([label, value]) => ({ label: String(label), value: Number(value) })),
    },
  });
}

// === A disk that has to be waited for

const WRITES_PER_SECOND = 200;

/** Everything on an ext4 of its own whose writes the kernel holds back; said aloud where that cannot be had. */
async function slowDiskTurns(): Promise<void> {
  let disk: SlowPlace;
  try {
    disk = slowDisk(WRITES_PER_SECOND);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    tell(`*** THE SLOW DISK IS SKIPPED: ${error.message} ***`);
    return;
  }
  const rows: (string | number)[][] = [];
  try {
    const measure = async (label: string, kind: ChildSetting['kind'], talks: number) => {
      const url = `sqlite://${join(disk.dir, `${kind}-${talks}.sqlite`)}`;
      const one = await together(1, { kind, url, rows: ROWS, talks }, (pid) => disk.slow(pid));
      rows.push([label, one.perSecond, one.p50, one.p99]);
    };
    await measure('一轮，一个人说', 'turns', 1);
    await measure(`一轮，${TALKS} 个人同时说`, 'turns', TALKS);
    await measure('光写，一轮三个事务', 'bare', 1);
    await measure(`光写，${TALKS} 轮合在三个事务里`, 'bare-together', TALKS);
  } finally {
    disk.remove();
  }
  report({
    id: 'slow-disk',
    title: '盘真的要等：内嵌，每次落盘都要排队',
    words: `\`npm run bench:scale -- --only=slow-disk\`。ext4 放在环回设备上，内核块控制器（blkio）每秒只放行 ${WRITES_PER_SECOND} 次写，像一块一次落盘要几毫秒到十几毫秒的盘；各 ${seconds} 秒，同一次运行。`,
    head: ['', '轮/秒', '一轮 p50 ms', 'p99 ms'],
    rows,
    after:
      '一轮有三次承诺：写下、提交、送达，每次都等落盘。同时就绪的事务合在一次落盘里，所以人越多，每人摊到的等待越少。',
    picture: {
      title: '慢盘上每秒的轮数',
      bars: rows.map(([label, value]) => ({ label: String(label), value: Number(value) })),
    },
  });
}

async function withPostgres(bin: string, work: (database: OwnPostgres) => Promise<void>): Promise<void> {
  const database = await ownPostgres(bin);
  try {
    await work(database);
  } finally {
    await database.remove();
  }
}

// === Resting conversations

/** Of what is stored of a conversation; refused by the store when it is another. */
const FORMAT = 1;
const RESTING = [1_000, 100_000, 1_000_000];
const MEASURED_TURNS = 300;

async function resting(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const count of RESTING) {
    const file = join(folder, `resting-${count}.sqlite`);
    const before = await openResting(`sqlite://${file}`);
    await before.close();
    fill(file, count);
    const megabytes = statSync(file).size / 2 ** 20;
    const house = await openResting(`sqlite://${file}`);
    const times: number[] = [];
    for (let n = 0; n < MEASURED_TURNS; n += 1) {
      // Those who have rested speak again, one after the other, spread over all of them.
      const at = performance.now();
      await house.turn(`rest-${Math.floor((n / MEASURED_TURNS) * count)}`, n);
      times.push(performance.now() - at);
    }
    const { heapMb } = house;
    await house.close();
    const { p50, p99 } = spread(times);
    rows.push([count.toLocaleString('en'), p50, p99, heapMb, megabytes, (megabytes * 2 ** 20) / count]);
    rmSync(file, { force: true });
  }
  report({
    id: 'resting',
    title: '歇着的对话：一千、十万、一百万',
    words: `\`npm run bench:scale -- --only=resting\`。内嵌 SQLite，表由命令直接填好（每个对话一份状态、一句话、一轮、一段回答、一条审计），再让其中 ${MEASURED_TURNS} 个接着说一句。`,
    head: ['歇着的对话', '一轮 p50 ms', 'p99 ms', '进程堆 MB', '数据文件 MB', '每个对话字节（盘上）'],
    rows,
    after: '一轮的价钱和内存不随歇着的对话增加：它们只在盘上。',
    picture: {
      title: '歇着这么多对话时一轮的 p50（ms）',
      bars: rows.map(([label, value]) => ({ label: `${label} 个`, value: Number(value) })),
    },
  });
}

/** Straight into the tables: a million conversations held one by one would take an hour. */
function fill(file: string, count: number): void {
  const db = new DatabaseSync(file);
  db.exec('pragma journal_mode = wal; pragma synchronous = off; begin');
  const run = (sql: string) => db.prepare(sql);
  const numbers = 'with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ?)';
  const state = `json_object('format', ${FORMAT}, 'conversation', json_object('id', 'rest-' || i, 'version', 1, 'address', json_object('channel', 'converse', 'account', 'bench', 'user', 'rest-' || i), 'status', 'bot', 'profile', json_object('facts', json_object()), 'stack', json_array(), 'lastReplies', json_array(), 'misses', 0, 'updatedAt', '2026-01-01T00:00:00.000Z'))`;
  const at = 1_760_000_000_000;
  run(
    `${numbers} insert into addresses (channel, account, user_id, conversation_id, seq, audit_n) select 'converse', 'bench', 'rest-' || i, 'rest-' || i, 2, 0 from n`,
  ).run(count);
  run(
    `${numbers} insert into conversations (id, version, status, state, created_at, updated_at) select 'rest-' || i, 1, 'bot', ${state}, ${at}, ${at} from n`,
  ).run(count);
  run(
    `${numbers} insert into inbox (channel, account, message_id, conversation_id, seq, kind, content, received_at, attempts, dead, closed_at) select 'converse', 'bench', 'old-' || i, 'rest-' || i, 1, 'text', ?, ${at}, 0, 0, ${at} from n`,
  ).run(count, ROWS.content);
  run(
    `${numbers} insert into turns (conversation_id, version, seqs, log, at) select 'rest-' || i, 1, '[1]', ?, ${at} from n`,
  ).run(count, ROWS.log);
  run(
    `${numbers} insert into outbox (key, conversation_id, position, part, state, attempts, due_at, created_at, closed_at) select 'rest-' || i || ':1:0', 'rest-' || i, 2, ?, 'sent', 1, ${at}, ${at}, ${at} from n`,
  ).run(count, ROWS.parts[0] ?? '');
  db.exec('commit; pragma wal_checkpoint(truncate)');
  db.close();
}

// === Starts

async function starts(): Promise<void> {
  const rows: (string | number)[][] = [];
  const dir = join(folder, 'start');
  for (const name of ['冷启动（新的数据文件夹）', '再次启动', '第三次启动']) {
    const house = await openHouse({
      port: await freePort(),
      env: { GONGJI_DATA: dir, GONGJI_LOG: 'silent' },
      onCode: () => {},
    });
    const { rssMb } = await house.probe();
    rows.push([name, house.startMs, rssMb]);
    await house.stop();
  }
  report({
    id: 'start',
    title: '启动',
    words:
      '`npm run bench:scale -- --only=start`。`npm start` 的进程，从起进程到打印地址（页面和模型已由 prestart 备好）。',
    head: ['', '毫秒', '内存 MB'],
    rows,
    picture: {
      title: '从起进程到打印地址（毫秒）',
      bars: rows.map(([label, value]) => ({ label: String(label), value: Number(value) })),
    },
  });
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  processes,
  'slow-disk': slowDiskTurns,
  resting,
  start: starts,
};
try {
  for (const [name, run] of Object.entries(PARTS)) if (only === undefined || only === name) await run();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
