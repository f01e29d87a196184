/**
 * What the official account carries: `node bench/wechat.ts [messages] [minutes]`; only the memory over many
 * messages: `node bench/wechat.ts memory [messages] [minutes]`.
 *
 * The whole house runs in a process of its own, in safe mode, against the double of the WeChat side; pushes
 * are made here, sealed as WeChat seals them, at a steady rate whatever comes back (a slow house does not
 * make its visitors slower). Measured: the highest rate at which 99 of 100 pushes are answered within a second,
 * beside what verifying, opening and reading alone would allow, and what the disk would, all in this run; then
 * the memory of the house over many messages. Bounded: rates stop at the first that fails, the messages when the minutes are
 * over. Prints tables and one JSON line.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';
import { createEnvelope } from '../src/connectors/wechat/crypto.ts';
import { readBody } from '../src/connectors/wechat/xml.ts';
import { startGongji } from '../src/main.ts';
import { openWechat, type Wechat } from '../test/doubles/wechat/index.ts';
import { type Letter, messageLetter } from '../test/doubles/wechat/letters.ts';
import { postTo, type RawPush } from '../test/doubles/wechat/pusher.ts';
import { openWindow } from '../test/doubles/wechat/users.ts';

const clock = { now: () => Date.now() };
const FIRST_RATE = 20;
const STEP_MS = 5_000;
const WITHIN_MS = 1_000;
const BARE = 3_000;
const DISK_PUSHES = 100;
const PEOPLE = 1_000;
const SAMPLES = 20;
/**
 * Pushes at once while memory is watched. Each waits for its turn to reach the disk, and turns that wait together
 * reach it together: with eight at once a hundred thousand take most of an hour.
 */
const AT_ONCE = 64;

/** Each person says these in turn: questions, complaints, a task begun and left. */
const SAID = [
  '绑了家庭共济怎么没显示',
  '不知道',
  '取消',
  '家庭共济是什么',
  '给我妈绑定家庭共济',
  '苏州',
  '取消',
  '跨省能用吗',
  '岳母可以绑吗',
];

// === The house, in its own process

interface Weight {
  readonly rssMb: number;
  readonly heapMb: number;
}

async function serve(dir: string, apiBase: string): Promise<void> {
  const { ACCOUNT } = await import('../test/doubles/wechat/account.ts');
  const config = readConfig({
    GONGJI_DATA: dir,
    GONGJI_PORT: '0',
    GONGJI_LOG: 'silent',
    GONGJI_WECHAT_OA_APPID: ACCOUNT.appid,
    GONGJI_WECHAT_OA_SECRET: ACCOUNT.secret,
    GONGJI_WECHAT_OA_TOKEN: ACCOUNT.token,
    GONGJI_WECHAT_OA_AES_KEY: ACCOUNT.aesKey,
    GONGJI_WECHAT_OA_CERTIFIED: 'yes',
    GONGJI_WECHAT_OA_API_BASE: apiBase,
  });
  const house = await startGongji(config, () => undefined);
  const answers = {
    idle: () => house.app.idle(),
    // What the house itself needed: unlike times, it says the same on a busy machine.
    cpuMs: async () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    weigh: async (): Promise<Weight> => {
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      return { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 };
    },
    stop: async () => {
      await house.stop();
      setImmediate(() => process.disconnect());
    },
  };
  process.on('message', async (asked: keyof typeof answers) =>
    process.send?.({ said: await answers[asked]() }),
  );
  process.send?.({ said: house.url });
}

async function startHouse(dir: string, apiBase: string) {
  const child = fork(fileURLToPath(import.meta.url), ['serve', dir, apiBase], { execArgv: ['--expose-gc'] });
  const url = await told<string>(child);
  const ask = async <T>(what: string): Promise<T> => {
    const answer = told<T>(child);
    child.send(what);
    return answer;
  };
  return { url, ask };
}

function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`The house ended with ${code}`));
    child.once('exit', fail);
    child.once('message', ({ said }: { readonly said: T }) => {
      child.off('exit', fail);
      resolve(said);
    });
  });
}

// === Pushes

/** Message after message of a crowd, each person going through the same talk at a place of their own. */
function createCrowd(wechat: Wechat) {
  let count = 0;
  return (): Letter => {
    const person = count % PEOPLE;
    const text = SAID[(Math.floor(count / PEOPLE) + person) % SAID.length] as string;
    count += 1;
    const user = wechat.world.userNamed(`p${person}`);
    user.isFollower = true;
    // A phone keeps its screen; a crowd of a hundred thousand messages need not.
    user.screen.length = 0;
    openWindow(user, 'message', clock);
    return messageLetter(wechat.world, user, { kind: 'text', text });
  };
}

interface Step {
  readonly rate: number;
  readonly sent: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Answered in the response itself; the rest comes as a customer message. */
  readonly passive: number;
  readonly failed: number;
  /** Processor time of the house for each push, turn and all. */
  readonly cpuMs: number;
}

async function pushAt(rate: number, address: string, next: () => RawPush): Promise<Omit<Step, 'cpuMs'>> {
  const times: number[] = [];
  let passive = 0;
  let failed = 0;
  const running = new Set<Promise<void>>();
  const start = performance.now();
  const total = Math.round((rate * STEP_MS) / 1000);
  for (let count = 0; count < total; count += 1) {
    const due = start + (count * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await pause(wait);
    const one = postTo(address, next()).then(
      ({ status, body }) => {
        // From when it was due: a generator that is late must not make the house look faster.
        times.push(performance.now() - due);
        if (status !== 200) failed += 1;
        else if (body.startsWith('<')) passive += 1;
      },
      () => {
        failed += 1;
      },
    );
    running.add(one);
    void one.finally(() => running.delete(one));
  }
  await Promise.all(running);
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    rate,
    sent: total,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    passive: passive / total,
    failed,
  };
}

const isFast = ({ p99, failed }: Pick<Step, 'p99' | 'failed'>): boolean => p99 <= WITHIN_MS && failed === 0;

async function findRate(push: (rate: number) => Promise<Step>): Promise<readonly Step[]> {
  const steps: Step[] = [];
  let rate = FIRST_RATE;
  for (;;) {
    const step = await push(rate);
    steps.push(step);
    if (!isFast(step)) break;
    rate *= 2;
  }
  let [low, high] = [rate / 2, rate];
  for (let count = 0; count < 3; count += 1) {
    const step = await push(Math.round((low + high) / 2));
    steps.push(step);
    if (isFast(step)) low = step.rate;
    else high = step.rate;
  }
  return steps;
}

/** Verify, open, read: what no official account can do without. */
function measureBare(wechat: Wechat, pushes: readonly RawPush[]): { perSecond: number; cpuMs: number } {
  const { account } = wechat;
  const envelope = createEnvelope({
    token: account.token,
    id: account.appid,
    aesKey: account.aesKey,
    random: { bytes: (size) => new Uint8Array(size) },
  });
  const start = performance.now();
  const before = process.cpuUsage();
  let read = 0;
  for (const { query, body } of pushes) {
    const { msg_signature: signature = '', timestamp = '', nonce = '' } = query;
    const encrypted = readBody(String(body))?.Encrypt ?? '';
    if (!envelope.isSigned({ signature, timestamp, nonce, encrypted })) continue;
    if (readBody(envelope.open(encrypted)?.message ?? '')?.MsgId !== undefined) read += 1;
  }
  if (read !== pushes.length) throw new Error(`Only ${read} of ${pushes.length} pushes could be read`);
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: Math.round((read * 1000) / (performance.now() - start)),
    cpuMs: (user + system) / 1000 / read,
  };
}

/** Commits that reach the disk for one push with its turn; counted 2026-11-25. */
const COMMITS = 6;

/** What the disk alone allows: as many commits of one row as a push needs, each on the disk. @returns pushes a second */
function measureDisk(dir: string): number {
  const database = new DatabaseSync(join(dir, 'floor.sqlite'));
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table row (n integer)');
  const insert = database.prepare('insert into row (n) values (?)');
  const start = performance.now();
  for (let count = 0; count < DISK_PUSHES * COMMITS; count += 1) insert.run(count);
  const ms = performance.now() - start;
  database.close();
  return Math.round((DISK_PUSHES * 1000) / ms);
}

// === Memory

async function watchMemory(
  limits: { readonly messages: number; readonly minutes: number },
  push: () => Promise<unknown>,
  weigh: () => Promise<Weight>,
) {
  const rows: (Weight & { readonly messages: number })[] = [{ messages: 0, ...(await weigh()) }];
  const until = performance.now() + limits.minutes * 60_000;
  const every = Math.ceil(limits.messages / SAMPLES);
  let sent = 0;
  while (sent < limits.messages && performance.now() < until) {
    const goal = Math.min(limits.messages, sent + every);
    const worker = async () => {
      while (sent < goal && performance.now() < until) {
        sent += 1;
        await push();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    rows.push({ messages: sent, ...(await weigh()) });
  }
  return rows;
}

// === One run

async function run(messages: number, minutes: number, isOnlyMemory: boolean): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-wechat-'));
  const wechat = await openWechat({ clock });
  const next = createCrowd(wechat);
  const seal = () => wechat.pusher.seal(next());
  const { url, ask } = await startHouse(dir, wechat.url);
  const address = `${url}/wechat/oa`;

  async function measureRates() {
    const bare = measureBare(wechat, Array.from({ length: BARE }, seal));
    const disk = measureDisk(dir);
    await pushAt(FIRST_RATE, address, seal);
    const steps = await findRate(async (rate) => {
      await ask('idle');
      const before = await ask<number>('cpuMs');
      const step = await pushAt(rate, address, seal);
      await ask('idle');
      return { ...step, cpuMs: ((await ask<number>('cpuMs')) - before) / step.sent };
    });
    console.table(steps.map(rounded));
    const best = Math.max(0, ...steps.filter(isFast).map(({ rate }) => rate));
    const cpuMs = Math.min(...steps.map((step) => step.cpuMs));
    console.log(
      `Answered within ${WITHIN_MS} ms at p99: ${best} pushes/s. Verifying, opening and reading alone: ${bare.perSecond}/s; their ${COMMITS} commits alone: ${disk}/s.`,
    );
    console.log(
      `Processor time of a push: ${cpuMs.toFixed(1)} ms with its turn, ${bare.cpuMs.toFixed(2)} ms bare; load of the machine ${loadavg()[0]?.toFixed(1)}.`,
    );
    return { best, bare, disk, ratio: bare.perSecond / best, cpuMs, steps };
  }

  try {
    const rates = isOnlyMemory ? undefined : await measureRates();
    const begun = performance.now();
    const rows = await watchMemory(
      { messages, minutes },
      () => postTo(address, seal()),
      async () => {
        await ask('idle');
        return ask<Weight>('weigh');
      },
    );
    console.table(rows.map(rounded));
    const growth = growthOf(rows);
    const sent = rows.at(-1)?.messages ?? 0;
    const perSecond = Math.round((sent * 1000) / (performance.now() - begun));
    console.log(
      `${sent} messages, ${perSecond} a second; ${messages} were wanted within ${minutes} minutes.`,
    );
    console.log(`Heap grows by ${growth.toFixed(2)} MB in 10,000 messages (second half of ${sent}).`);
    console.log(JSON.stringify({ ...rates, perSecond, rows, growth }));
  } finally {
    await ask('stop').catch(() => undefined);
    await wechat.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Least squares over the second half: the first fills caches that are bounded. */
function growthOf(rows: readonly (Weight & { readonly messages: number })[]): number {
  const late = rows.slice(Math.floor(rows.length / 2));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(late.map(({ messages }) => messages));
  const y = mean(late.map(({ heapMb }) => heapMb));
  const over = late.reduce((sum, row) => sum + (row.messages - x) * (row.heapMb - y), 0);
  const under = late.reduce((sum, row) => sum + (row.messages - x) ** 2, 0);
  return (over / under) * 10_000;
}

const rounded = (row: object): object =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Math.round(Number(value) * 100) / 100]),
  );

const [first, ...rest] = process.argv.slice(2);
if (first === 'serve') await serve(rest[0] ?? '', rest[1] ?? '');
else {
  const isOnlyMemory = first === 'memory';
  const [messages, minutes] = isOnlyMemory ? rest : [first, ...rest];
  await run(Number(messages ?? 100_000), Number(minutes ?? (isOnlyMemory ? 20 : 8)), isOnlyMemory);
}
