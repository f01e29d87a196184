/**
 * What goes wrong, done on purpose to whole servers: `npm run bench:faults [-- people] [--only=id] [--write]`.
 *
 * Each fault meets a crowd of its own (see load.ts) and is counted for itself: every message answered once, order kept,
 * every act once, nothing forged, nothing lost. Ends with 1 when a count is not what it must be. What this machine
 * cannot do (no PostgreSQL, not root, no block controller, no network namespaces) is skipped aloud.
 */
import { findPostgres } from '../test/crash/own-postgres.ts';
import { report, type Section } from './all-report.ts';
import { CASES, type FaultCase, type Outcome } from './faults-cases.ts';
import { Unavailable } from './faults-places.ts';
import { FAULTS, isClean } from './load-count.ts';

const PEOPLE = 60;
const PATIENCE_MS = 30_000;

interface Ran {
  readonly fault: FaultCase;
  readonly outcome: Outcome | string;
}

async function runOne(fault: FaultCase, size: number): Promise<Ran> {
  const bin = findPostgres();
  if (fault.needsPostgres && bin === undefined) return { fault, outcome: '这台机器没有 PostgreSQL' };
  try {
    const outcome = await fault.run({ people: size, patienceMs: PATIENCE_MS }, bin ?? '');
    process.stderr.write(
      `${fault.id}: ${isClean(outcome.count) ? 'clean' : 'NOT CLEAN'} ${JSON.stringify(outcome)}\n`,
    );
    return { fault, outcome };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    process.stderr.write(`*** ${fault.id} SKIPPED, not passed: ${error.message} ***\n`);
    return { fault, outcome: error.message };
  }
}

function sectionOf(ran: readonly Ran[], size: number): Section {
  const rows = ran.map(({ fault, outcome }) =>
    typeof outcome === 'string'
      ? [fault.title, `跳过：${outcome}`, ...Array(FAULTS.length + 4).fill('—')]
      : [
          fault.title,
          !isClean(outcome.count) ? '有错' : outcome.unanswered.length === 0 ? '全对' : '账全对，有人没接上',
          outcome.count.messages,
          outcome.count.acts,
          ...FAULTS.map((name) => outcome.count[name]),
          outcome.count.notSeen,
          outcome.unanswered.length,
        ],
  );
  return {
    id: 'faults',
    title: '故障：每句恰好答一次，顺序不变，每件事只办一次，不丢不伪',
    words: `\`npm run bench:faults\`。每种故障一个独立的人群（${size} 人，提问、排查、绑定；微信和网页），故障在人群说到一半时发生，全部做完后在数据库、经办系统和屏幕上清点。`,
    head: [
      '故障',
      '结论',
      '写下的话',
      '办成的绑定',
      '丢',
      '伪',
      '没有恰好答一次',
      '乱序',
      '未送达',
      '办错',
      '审计链断',
      '屏幕上没显示的行',
      '没等到回答的人',
    ],
    rows,
    after: [
      ...ran.flatMap(({ fault, outcome }) =>
        typeof outcome === 'string' || outcome.notes.length === 0
          ? []
          : [`- ${fault.title}：${outcome.notes.join('；')}。`],
      ),
      '- “屏幕上没显示”不是丢：话和回答都在库里，网页重连就看见；微信的回答在送出那一刻断了，不知道到没到，市民说下一句时再说一遍（见决定 0028）。',
      '- “没等到回答的人”问了又等、等了又问，到时限还没看见那句回答就走了；表里的账不因此出错。',
    ].join('\n'),
    picture: {
      title: `没等到回答的人（每种故障 ${size} 人）`,
      bars: ran.flatMap(({ fault, outcome }) =>
        typeof outcome === 'string'
          ? []
          : [{ label: fault.title.split('：').at(-1) ?? fault.title, value: outcome.unanswered.length }],
      ),
    },
  };
}

const size = Number(process.argv.slice(2).find((argument) => /^\d+$/u.test(argument)) ?? PEOPLE);
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const ran: Ran[] = [];
for (const fault of CASES.filter(({ id }) => only === undefined || id === only))
  ran.push(await runOne(fault, size));
if (only === undefined) report(sectionOf(ran, size));
if (ran.some(({ outcome }) => typeof outcome !== 'string' && !isClean(outcome.count))) process.exitCode = 1;
// What a skipped case has opened must not keep us.
process.exit();
