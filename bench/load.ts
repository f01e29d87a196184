/**
 * What whole servers carry: `npm run bench:load [-- seconds] [--write]`.
 *
 * Servers as `npm start` runs them, each in a process of its own; a crowd that talks over WeChat (safe mode), over the
 * web page and, through a clerk in Slack, with a person. They ask, diagnose, bind with the secure page at an office
 * behind HTTP. First without a thought in between, for what is possible at most; then with thoughts, at half of it.
 * Embedded, and one and two processes on a PostgreSQL of our own. At the end everything is counted; see load-count.ts.
 */
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { findPostgres, ownPostgres } from '../test/crash/own-postgres.ts';
import { report, spread } from './all-report.ts';
import { CLERK, startClerk } from './load-clerk.ts';
import { type Count, countUp, FAULTS } from './load-count.ts';
import { type CrowdReport, runCrowd } from './load-crowd.ts';
import { openWorld, type World } from './load-world.ts';

/** A citizen reads and types for half a minute; here for a tenth of that. */
const THINK_MS = 3_000;
const FACTOR = 10;
const AT_ONCE_FULL = 48;
const MOST_AT_ONCE = 3_000;
const FAMILIES = 400;
const PERSONS_WANTED = 3;

interface Setting {
  readonly name: string;
  readonly processes: number;
  readonly databaseUrl?: string;
}

interface Result {
  readonly setting: Setting;
  readonly citizens: number;
  readonly full: number;
  readonly half: number;
  readonly waits: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly lagP99Ms: number;
  readonly rssMb: number;
  readonly cpuMsPerTurn: number;
  readonly byPerson: number;
  readonly unanswered: number;
  readonly count: Count;
}

async function measure(setting: Setting, seconds: number): Promise<Result> {
  const world = await openWorld({
    processes: setting.processes,
    families: FAMILIES,
    clerk: CLERK,
    ...(setting.databaseUrl === undefined ? {} : { databaseUrl: setting.databaseUrl }),
  });
  const clerk = startClerk(world.slack);
  const untilMs = seconds * 1000;
  // The first talks pay for code that is not warm yet.
  const warm = await runCrowd({ world, atOnce: 8, people: 24, thinkMs: 0, handOvers: 0 });
  const cpu = await cpuOf(world);
  const full = await runCrowd(
    { world, atOnce: AT_ONCE_FULL, people: 100_000, thinkMs: 0, handOvers: 0, untilMs },
    10_000,
  );
  tell(setting.name, 'full', full);
  const { perSecond } = full;
  const cpuMsPerTurn = ((await cpuOf(world)) - cpu) / full.waits.length;
  await probes(world);
  const half = await runCrowd(
    {
      world,
      atOnce: Math.min(MOST_AT_ONCE, Math.ceil((perSecond / 2) * (THINK_MS / 1000))),
      people: 100_000,
      thinkMs: THINK_MS,
      handOvers: PERSONS_WANTED,
      untilMs,
    },
    200_000,
  );
  tell(setting.name, 'half', half);
  const seen = await probes(world);
  const runs = [warm, full, half];
  const count = await end(world, runs, clerk.stop);
  world.remove();
  return {
    setting,
    citizens: runs.reduce((sum, { citizens }) => sum + citizens.length, 0),
    full: perSecond,
    half: half.perSecond,
    waits: spread(half.waits),
    lagP99Ms: Math.max(...seen.map(({ lagP99Ms }) => lagP99Ms)),
    rssMb: Math.max(...seen.map(({ rssMb }) => rssMb)),
    cpuMsPerTurn,
    byPerson: clerk.answered,
    unanswered: runs.reduce((sum, { unanswered }) => sum + unanswered.length, 0),
    count,
  };
}

function tell(name: string, phase: string, { waits, seconds, came, unanswered }: CrowdReport): void {
  const lines = [
    `${name} ${phase}: ${waits.length} words in ${seconds.toFixed(1)} s, ${JSON.stringify(came)}`,
  ];
  process.stderr.write(`${[...lines, ...unanswered.slice(0, 5)].join('\n  ')}\n`);
}

const probes = (world: World) => Promise.all(world.houses.map((house) => house.probe()));
const cpuOf = async (world: World): Promise<number> =>
  (await probes(world)).reduce((sum, { cpuMs }) => sum + cpuMs, 0);

async function end(
  world: World,
  runs: readonly CrowdReport[],
  stopClerk: () => Promise<void>,
): Promise<Count> {
  const citizens = runs.flatMap((run) => run.citizens);
  // What is said last is still on its way down.
  await pause(1_500);
  await stopClerk();
  for (const citizen of citizens) citizen.leave();
  await world.close();
  const binds = runs.reduce((sum, run) => sum + run.binds, 0);
  return countUp(world.storeUrl, { world, citizens, binds });
}

async function main(): Promise<void> {
  const seconds = Number(process.argv.slice(2).find((argument) => /^\d+$/u.test(argument)) ?? 30);
  const results = [await measure({ name: '内嵌 SQLite，1 个进程', processes: 1 }, seconds)];
  const bin = findPostgres();
  if (bin === undefined) {
    process.stderr.write(
      `*** PostgreSQL SKIPPED: its server is not installed here (${tmpdir()} has none) ***\n`,
    );
  } else {
    for (const processes of [1, 2]) {
      const database = await ownPostgres(bin);
      const setting = { name: `PostgreSQL，${processes} 个进程`, processes, databaseUrl: database.url };
      try {
        results.push(await measure(setting, seconds));
      } finally {
        await database.remove();
      }
    }
  }
  report(sectionOf(results, seconds));
  if (results.some(({ count }) => FAULTS.some((fault) => count[fault] > 0))) process.exitCode = 1;
}

function sectionOf(results: readonly Result[], seconds: number) {
  return {
    id: 'load',
    title: '整机：真实渠道上的人群',
    words: `\`npm run bench:load\`。服务器就是 \`npm start\` 的进程；六成市民用微信公众号（安全模式，对着微信替身），四成用网页（SSE）。一半提问，四分之一排查，其余在安全页面上核身、签字、绑定（经办系统在 HTTP 后面）；有人转人工，由 Slack 里的坐席接单、回复、结案。
先不停顿地说（${AT_ONCE_FULL} 人同时，${seconds} 秒）得出“最多”，再按一半的速度、带思考时间说 ${seconds} 秒：思考平均 ${THINK_MS / 1000} 秒，相当于真人半分钟的十分之一（时间压缩 ${FACTOR} 倍，只压思考，不压时钟）。等待从说出一句话算起，到看见回答为止。人群、替身、经办系统和数据库都在同一台机器上，占去一半以上的处理器。`,
    head: [
      '装法',
      '市民',
      '最多 句/秒',
      '半载 句/秒',
      '半载等待 p50 ms',
      'p95',
      'p99',
      '事件循环迟到 p99 ms',
      '内存 MB（最大的进程）',
      '服务器处理器 ms/句',
    ],
    rows: results.map((r) => [
      r.setting.name,
      r.citizens,
      r.full,
      r.half,
      r.waits.p50,
      r.waits.p95,
      r.waits.p99,
      r.lagP99Ms,
      r.rssMb,
      r.cpuMsPerTurn,
    ]),
    after: results
      .map(
        ({ setting, count, byPerson, unanswered }) =>
          `- ${setting.name}：${countLine(count)}；坐席答复 ${byPerson} 人；没等到回答 ${unanswered} 人。`,
      )
      .join('\n'),
    picture: {
      title: '整机每秒应答的句数（不停顿）',
      bars: results.map((r) => ({ label: r.setting.name, value: r.full })),
    },
  };
}

function countLine(c: Count): string {
  return `${c.messages} 条写下的话，${c.turns} 轮，${c.parts} 段回答，${c.acts} 次绑定；丢 ${c.lost}，伪 ${c.forged}，没有恰好答一次 ${c.notAnsweredOnce}，乱序 ${c.outOfOrder}，未送达 ${c.undelivered}，办错 ${c.misdoneActs}，审计链断 ${c.brokenChains}；屏幕上重复 ${c.shownTwice} 行，没显示 ${c.notSeen} 行`;
}

await main();
