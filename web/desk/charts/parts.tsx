/** The charts themselves: what each shows of the report, and what it says of it. */
import type { OpinionLine } from '../../../src/statistics/report.ts';
import { CHANNELS } from '../words.ts';
import { Bars } from './bars.tsx';
import { Frame } from './frame.tsx';
import { Lines } from './lines.tsx';
import type { FiguresAnswer } from './wire.ts';
import { KINDS, lasting, ORDER, OUTCOMES, percent, REASONS, UNKNOWN, WRONG } from './words.ts';

export interface PartProps {
  readonly answer: FiguresAnswer;
  readonly csv: (chart: string) => string;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
const named = ({ names }: FiguresAnswer, code: string): string =>
  code === '' ? UNKNOWN : (names[code] ?? code);

export function Days({ answer, csv }: PartProps) {
  const { days, settleDays } = answer.report;
  const talks = sum(days.map((line) => line.talks));
  const of = (outcome: (typeof ORDER)[number]) => sum(days.map((line) => line[outcome]));
  const most = days.toSorted((a, b) => b.talks - a.talks)[0];
  const told = ORDER.map(
    (outcome) => `${OUTCOMES[outcome]} ${of(outcome)}（${percent(of(outcome), talks)}）`,
  );
  const shown = ORDER.map((outcome) => ({
    label: OUTCOMES[outcome],
    values: days.map((line) => line[outcome]),
  }));
  return (
    <Frame
      title="每天的咨询和结果"
      summary={`共 ${talks} 次咨询，${sum(days.map((line) => line.turns))} 轮对话；最多的一天是 ${most?.day ?? ''}，${most?.talks ?? 0} 次。${told.join('，')}。“推定”是说了答案、此后 ${settleDays} 天内没有转人工，不等于市民说好了。`}
      csv={csv('days')}
      columns={['日期', '咨询', ...Object.values(OUTCOMES), '轮次']}
      rows={days.map((line) => [line.day, line.talks, ...ORDER.map((one) => line[one]), line.turns])}
    >
      <Lines days={days.map(({ day }) => day)} lines={shown} />
    </Frame>
  );
}

export function Channels({ answer, csv }: PartProps) {
  const { channels } = answer.report;
  const rows = channels.toSorted((a, b) => b.talks - a.talks);
  const label = (id: string) => CHANNELS[id] ?? id;
  return (
    <Frame
      title="各渠道的结果"
      summary={rows.map(({ channel, talks }) => `${label(channel)} ${talks} 次`).join('，')}
      csv={csv('channels')}
      columns={['渠道', '咨询', ...Object.values(OUTCOMES)]}
      rows={rows.map((line) => [label(line.channel), line.talks, ...ORDER.map((one) => line[one])])}
    >
      <Bars
        legend={Object.values(OUTCOMES)}
        rows={rows.map((line) => ({ label: label(line.channel), parts: ORDER.map((one) => line[one]) }))}
      />
    </Frame>
  );
}

export function Understanding({ answer, csv }: PartProps) {
  const { days } = answer.report;
  const said = sum(days.map((line) => line.said));
  const asked = sum(days.map(({ askBacks }) => askBacks));
  const lost = sum(days.map(({ fallbacks }) => fallbacks));
  const share = (n: number, of: number) => (of === 0 ? null : Math.round((1000 * n) / of) / 10);
  return (
    <Frame
      title="追问和没听懂的比例"
      summary={`市民说了 ${said} 轮，其中追问 ${asked} 轮（${percent(asked, said)}），没听懂 ${lost} 轮（${percent(lost, said)}）。`}
      csv={csv('days')}
      columns={['日期', '市民轮次', '追问', '没听懂']}
      rows={days.map((line) => [line.day, line.said, line.askBacks, line.fallbacks])}
    >
      <Lines
        unit="%"
        days={days.map(({ day }) => day)}
        lines={[
          { label: '追问', values: days.map((line) => share(line.askBacks, line.said)) },
          { label: '没听懂', values: days.map((line) => share(line.fallbacks, line.said)) },
        ]}
      />
    </Frame>
  );
}

export function Causes({ answer, csv }: PartProps) {
  const { causes } = answer.report;
  const totals = new Map<string, number>();
  for (const { cause, n } of causes) totals.set(cause, (totals.get(cause) ?? 0) + n);
  const top = [...totals].toSorted(([, a], [, b]) => b - a);
  const most = top.slice(0, 3).map(([cause, n]) => `${named(answer, cause)} ${n} 次`);
  return (
    <Frame
      title="查出的首要原因，按参保地"
      summary={`查出原因 ${sum(causes.map(({ n }) => n))} 次，最多的是 ${most.join('，')}。`}
      csv={csv('causes')}
      columns={['原因', '参保地', '次数']}
      rows={causes
        .toSorted((a, b) => b.n - a.n)
        .map(({ region, cause, n }) => [named(answer, cause), named(answer, region), n])}
    >
      <Bars rows={top.slice(0, 15).map(([cause, n]) => ({ label: named(answer, cause), parts: [n] }))} />
    </Frame>
  );
}

export function Times({ answer, csv }: PartProps) {
  const { cases, waiting, handling } = answer.report;
  const rows = [
    ['等第一次答复', cases.answered, lasting(waiting?.p50), lasting(waiting?.p90)],
    ['从转人工到办结', cases.closed, lasting(handling?.p50), lasting(handling?.p90)],
  ];
  return (
    <Frame
      title="人工服务的等候和办理时间"
      summary={`转人工 ${cases.opened} 件。第一次答复：一半在 ${lasting(waiting?.p50)}以内，九成在 ${lasting(waiting?.p90)}以内。办结：一半在 ${lasting(handling?.p50)}以内，九成在 ${lasting(handling?.p90)}以内。按自然时间算，包括夜里和节假日。`}
      csv={csv('times')}
      columns={['时间', '件数', '一半在……以内', '九成在……以内']}
      rows={sum([cases.opened, cases.answered, cases.closed]) === 0 ? [] : rows}
    />
  );
}

const AGE_CLASSES = [7, 30, 60, 90, 180] as const;

export function Ages({ answer, csv }: PartProps) {
  const { ages, answerAge } = answer.report;
  const classes = [...AGE_CLASSES, Number.POSITIVE_INFINITY].map((end, at) => {
    const begin = AGE_CLASSES[at - 1] ?? 0;
    const n = sum(ages.filter(({ days }) => days >= begin && days < end).map((one) => one.n));
    return {
      label: end === Number.POSITIVE_INFINITY ? `${begin} 天以上` : `${begin} 到 ${end - 1} 天`,
      parts: [n],
    };
  });
  return (
    <Frame
      title="说出去的依据有多旧"
      summary={`说了 ${answerAge?.n ?? 0} 次有来源的话。说的那天离上次核对来源，一半不超过 ${answerAge?.p50 ?? '—'} 天，九成不超过 ${answerAge?.p90 ?? '—'} 天。`}
      csv={csv('ages')}
      columns={['核对后的天数', '次数']}
      rows={ages.length === 0 ? [] : classes.map(({ label, parts }) => [label, sum(parts)])}
    >
      <Bars rows={classes} />
    </Frame>
  );
}

export function Wrong({ answer, csv }: PartProps) {
  const { wrong } = answer.report;
  const count = (kind: string) => sum(wrong.filter((line) => line.kind === kind).map(({ n }) => n));
  return (
    <Frame
      title="答错登记"
      summary={`办结后真正的原因与先说的不同 ${count('other_cause')} 件；市民评价没有帮助 ${count('unhelpful')} 次；说过之后被撤下的内容，此前说过 ${count('withdrawn')} 次。`}
      csv={csv('wrong')}
      columns={['日期', '怎么发现的', '内容', '更正或原因', '次数']}
      rows={wrong.map(({ day, kind, what, entry, reason, n }) => [
        day,
        WRONG[kind] ?? kind,
        `${KINDS[what] ?? what}：${named(answer, entry)}`,
        kind === 'unhelpful' ? (REASONS[reason] ?? '没说') : named(answer, reason),
        n,
      ])}
    />
  );
}

export function Opinions({ answer, csv }: PartProps) {
  const { all, entry, cause, clerk } = answer.report.opinions;
  const groups = [
    ['最后看到的问答', entry],
    ['真正的原因', cause],
    ['坐席', clerk],
  ] as const;
  const line = (by: string, { id, yes, no }: OpinionLine) => [
    `${by}：${named(answer, id)}`,
    yes,
    no,
    percent(yes, yes + no),
  ];
  const rows = groups.flatMap(([by, lines]) => lines.map((one) => line(by, one)));
  const shown = groups.flatMap(([, lines]) => lines.slice(0, 5));
  return (
    <Frame
      title="人工服务的评价"
      summary={`评价 ${all.yes + all.no} 次，满意 ${all.yes} 次（${percent(all.yes, all.yes + all.no)}）。评价的人少时，一个坐席的比例不说明什么。`}
      csv={csv('opinions')}
      columns={['按什么', '满意', '不满意', '满意的比例']}
      rows={
        all.yes + all.no === 0 ? [] : [['全部', all.yes, all.no, percent(all.yes, all.yes + all.no)], ...rows]
      }
    >
      <Bars
        legend={['满意', '不满意']}
        rows={shown.map((one) => ({ label: named(answer, one.id), parts: [one.yes, one.no] }))}
      />
    </Frame>
  );
}
