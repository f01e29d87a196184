/**
 * One fault each: a crowd talks, something goes wrong in the middle, the crowd talks on, and everything is counted
 * when all is worked off. What a fault needs and this machine does not have is said and skipped, never passed over.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type OwnPostgres, ownPostgres } from '../test/crash/own-postgres.ts';
import { otherHost, passage, slowDisk, smallDisk } from './faults-places.ts';
import { CLERK } from './load-clerk.ts';
import { type Count, countUp, openWatcher } from './load-count.ts';
import { type CrowdReport, runCrowd } from './load-crowd.ts';
import type { House } from './load-house.ts';
import { openWorld, type World, type WorldOptions } from './load-world.ts';

export interface Outcome {
  readonly count: Count;
  /** Citizens who gave up, and what they had said. */
  readonly unanswered: readonly string[];
  readonly wordsPerSecond: number;
  /** What this fault in particular showed. */
  readonly notes: readonly string[];
}

export interface Size {
  readonly people: number;
  /** How long an answer is waited for; a process that died is noticed after some fifteen seconds. */
  readonly patienceMs: number;
}

export interface FaultCase {
  readonly id: string;
  readonly title: string;
  readonly needsPostgres: boolean;
  run(size: Size, bin: string): Promise<Outcome>;
}

const AT_ONCE = 12;
const THINK_MS = 150;
const WORKED_OFF_MS = 90_000;

interface Scene {
  readonly options: WorldOptions;
  readonly size: Size;
  /** Runs beside the crowd; `share` resolves when so much of it is done. */
  readonly trouble: (world: World, share: (part: number) => Promise<void>) => Promise<readonly string[]>;
}

async function play({ options, size, trouble }: Scene): Promise<Outcome> {
  const world = await openWorld(options);
  try {
    const crowd = {
      world,
      atOnce: AT_ONCE,
      people: size.people,
      thinkMs: THINK_MS,
      handOvers: 0,
      patienceMs: size.patienceMs,
    };
    // Three words each, a little less than the crowd says in all.
    const expected = size.people * 2.4;
    let soFar = 0;
    let isOver = false;
    const share = async (part: number): Promise<void> => {
      while (soFar < expected * part && !isOver) await pause(20);
    };
    const running = runCrowd({
      ...crowd,
      onAnswer: (n) => {
        soFar = n;
      },
    }).finally(() => {
      isOver = true;
    });
    const [report, notes] = await Promise.all([running, trouble(world, share)]);
    return await conclude(world, report, notes);
  } finally {
    await world.close().catch(() => {});
    world.remove();
  }
}

async function conclude(world: World, report: CrowdReport, notes: readonly string[]): Promise<Outcome> {
  const isShared = world.storeUrl.startsWith('postgres');
  const began = performance.now();
  if (isShared) await workedOff(world.storeUrl);
  else {
    await pause(3_000);
    // What was refused rests before it is tried again; nobody but the process itself can look into its file.
    await until(async () => (await waitingIn(world.houses[0])) === 0);
  }
  const lines = isShared ? [`其后 ${((performance.now() - began) / 1000).toFixed(0)} 秒全部做完`] : [];
  await pause(1_500);
  for (const citizen of report.citizens) citizen.leave();
  await world.close();
  const count = await countUp(world.storeUrl, { world, citizens: report.citizens, binds: report.binds });
  return {
    count,
    unanswered: report.unanswered,
    wordsPerSecond: report.waits.length / report.seconds,
    notes: [...notes, ...lines],
  };
}

/** Until nothing waits any more. */
async function workedOff(url: string): Promise<void> {
  const watcher = await openWatcher(url);
  const end = performance.now() + WORKED_OFF_MS;
  const open = async (): Promise<number> => {
    const rows = await Promise.all([
      watcher.db.selectFrom('inbox').select('seq').where('closed_at', 'is', null).execute(),
      watcher.db
        .selectFrom('outbox')
        .select('key')
        .where('closed_at', 'is', null)
        .where('state', '=', 'pending')
        .execute(),
      watcher.db.selectFrom('tasks').select('id').where('settled_at', 'is', null).execute(),
    ]);
    return rows.flat().length;
  };
  while ((await open()) > 0 && performance.now() < end) await pause(200);
  await watcher.close();
}

async function again(house: House | undefined): Promise<number> {
  const began = performance.now();
  await house?.kill();
  await house?.start();
  return performance.now() - began;
}

const base = { families: 200, clerk: CLERK } as const;

async function withPostgres<Result>(
  bin: string,
  work: (database: OwnPostgres) => Promise<Result>,
): Promise<Result> {
  const database = await ownPostgres(bin);
  try {
    return await work(database);
  } finally {
    await database.remove();
  }
}

export const CASES: readonly FaultCase[] = [
  {
    id: 'kill-embedded',
    title: '内嵌：进程被杀 4 次（kill -9）',
    needsPostgres: false,
    run: (size) =>
      play({
        size,
        options: { ...base, processes: 1 },
        async trouble(world, share) {
          const times: number[] = [];
          for (const part of [0.2, 0.4, 0.6, 0.8]) {
            await share(part);
            times.push(await again(world.houses[0]));
          }
          return [`每次重新起来 ${Math.round(Math.max(...times))} ms 以内`];
        },
      }),
  },
  {
    id: 'kill-several',
    title: 'PostgreSQL、两个进程：轮流被杀 4 次',
    needsPostgres: true,
    run: (size, bin) =>
      withPostgres(bin, (database) =>
        play({
          size,
          options: { ...base, processes: 2, databaseUrl: database.url },
          async trouble(world, share) {
            for (const [n, part] of [0.2, 0.4, 0.6, 0.8].entries()) {
              await share(part);
              await again(world.houses[n % 2]);
            }
            return [];
          },
        }),
      ),
  },
  {
    id: 'kill-database',
    title: 'PostgreSQL 被杀 2 次（postmaster，kill -9），各停 2 秒再起',
    needsPostgres: true,
    run: (size, bin) =>
      withPostgres(bin, (database) =>
        play({
          size,
          options: { ...base, processes: 2, databaseUrl: database.url },
          async trouble(_, share) {
            for (const part of [0.3, 0.6]) {
              await share(part);
              await database.kill();
              await pause(2_000);
              await database.start();
            }
            return [];
          },
        }),
      ),
  },
  {
    id: 'slow-disk',
    title: '内嵌：慢盘（每秒只许写 60 次）',
    needsPostgres: false,
    async run(size) {
      const disk = slowDisk(60);
      try {
        return await play({
          size: { ...size, people: Math.ceil(size.people / 2) },
          options: { ...base, processes: 1, dataDir: disk.dir },
          async trouble(world, share) {
            await share(0.2);
            disk.slow(world.houses[0]?.pid ?? 0);
            await world.houses[0]?.probe();
            await share(0.8);
            const probe = await world.houses[0]?.probe();
            return [
              `慢法：ext4 放在环回设备上，内核块控制器（blkio）限制写次数`,
              `事件循环迟到 p99 ${Math.round(probe?.lagP99Ms ?? 0)} ms，最多 ${Math.round(probe?.lagMaxMs ?? 0)} ms`,
            ];
          },
        });
      } finally {
        disk.remove();
      }
    },
  },
  {
    id: 'full-disk',
    title: '内嵌：数据文件夹写满，5 秒后有了空间',
    needsPostgres: false,
    async run(size) {
      const disk = smallDisk(64);
      try {
        return await play({
          size,
          options: { ...base, processes: 1, dataDir: disk.dir },
          async trouble(world, share) {
            await share(0.4);
            disk.fill();
            await pause(5_000);
            const health = await fetch(`${world.houses[0]?.url}/healthz`).then(
              (answer) => answer.status,
              () => 0,
            );
            const ready = await readinessOf(world.houses[0]);
            const codes = codesIn(world.houses[0]);
            disk.free();
            const recovered = await until(async () => (await readinessOf(world.houses[0])).startsWith('200'));
            return [
              `写满期间进程${world.houses[0]?.isUp === true ? '还在' : '已退出'}，/healthz 答 ${health}，/readyz 答 ${ready}，日志里的代码：${codes}`,
              recovered === undefined ? '有了空间也没有恢复' : `有了空间 ${recovered} ms 后又能接活`,
            ];
          },
        });
      } finally {
        disk.remove();
      }
    },
  },
  {
    id: 'network-cut',
    title: '两台主机：其中一台与数据库断网 12 秒再恢复',
    needsPostgres: true,
    run: (size, bin) =>
      withPostgres(bin, async (database) => {
        const host = otherHost();
        const url = new URL(database.url);
        const way = await passage(host.here, { host: url.hostname, port: Number(url.port) });
        try {
          return await play({
            size,
            options: {
              processes: 2,
              families: 0,
              databaseUrl: database.url,
              isWebOnly: true,
              how: (index) =>
                index === 0
                  ? {}
                  : {
                      within: host.within,
                      host: host.there,
                      env: { GONGJI_DATABASE: database.url.replace(url.host, `${host.here}:${way.port}`) },
                    },
            },
            async trouble(_, share) {
              await share(0.3);
              host.cut();
              await pause(12_000);
              host.mend();
              return ['断法：网络命名空间加 veth，拔掉一头，谁也不被告知'];
            },
          });
        } finally {
          way.close();
          host.remove();
        }
      }),
  },
  {
    id: 'clock-jumps',
    title: '内嵌：时钟先快 3 小时、再慢 10 分钟，各 4 秒',
    needsPostgres: false,
    run: (size) =>
      play({
        size,
        options: { ...base, processes: 1 },
        async trouble({ houses }, share) {
          await share(0.3);
          for (const shiftMs of [3 * 3_600_000, -600_000]) {
            houses[0]?.shiftClock(shiftMs);
            await pause(4_000);
          }
          houses[0]?.shiftClock(0);
          return ['跳法：服务器进程里的时钟被改；钟不准时微信的推送按规矩拒收，钟准了由微信重推'];
        },
      }),
  },
  {
    id: 'hanging-office',
    title: '经办系统先慢（每次 4 秒）、再不答、再丢回执',
    needsPostgres: false,
    run: (size) =>
      play({
        size,
        options: { ...base, processes: 1 },
        async trouble({ office }, share) {
          await share(0.1);
          office.setFault({ how: 'slow', on: 'any', ms: 4_000, times: 6 });
          office.setFault({ how: 'timeout_before', on: 'bind', times: 4 });
          office.setFault({ how: 'timeout_after', on: 'bind', times: 6 });
          return ['提问和排查照常应答；每次办理最后恰好一次'];
        },
      }),
  },
];

/** What /readyz says to programs on this machine: status and reasons. */
/** Messages and parts the process says are waiting; it counts them again every few seconds. */
async function waitingIn(house: House | undefined): Promise<number> {
  const answer = await fetch(`${house?.url}/readyz`).catch(() => undefined);
  if (answer === undefined) return 1;
  const { checks } = (await answer.json()) as {
    readonly checks: { readonly inboxWaiting?: number; readonly outboxPending?: number };
  };
  return (checks.inboxWaiting ?? 1) + (checks.outboxPending ?? 1);
}

async function readinessOf(house: House | undefined): Promise<string> {
  const answer = await fetch(`${house?.url}/readyz`).catch(() => undefined);
  if (answer === undefined) return '0';
  const { reasons = [] } = (await answer.json()) as { readonly reasons?: readonly string[] };
  return [answer.status, ...reasons].join(' ');
}

/** How long it took, in milliseconds; undefined when it did not come. */
async function until(holds: () => Promise<boolean>): Promise<number | undefined> {
  const from = performance.now();
  while (performance.now() - from < WORKED_OFF_MS) {
    if (await holds()) return Math.round(performance.now() - from);
    await pause(100);
  }
  return undefined;
}

/** Codes of what the server complained about, each once. */
function codesIn(house: House | undefined): string {
  const codes = (house?.complaints() ?? []).flatMap((line) => /"code":"([^"]+)"/u.exec(line)?.[1] ?? []);
  return [...new Set(codes)].join('、') || '无';
}
