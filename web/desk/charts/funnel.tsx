/** How many talks came through each state, on the flow as its machine really is. */
import { useState } from 'preact/hooks';
import type { StateLine } from '../../../src/statistics/report.ts';
import { Loading, Select, useAsked } from '../parts.tsx';
import type { Chart } from '../wire.ts';
import { Frame } from './frame.tsx';
import { FIGURES, type FiguresAnswer } from './wire.ts';

export function Funnel({ answer, csv }: { answer: FiguresAnswer; csv: string }) {
  const [flow, choose] = useState('diagnose');
  const asked = useAsked<Chart>(`${FIGURES}/flows/${flow}`);
  const lines = answer.report.states.filter((line) => line.flow === flow);
  const run = answer.report.flows.find((line) => line.flow === flow);
  const summary =
    run === undefined
      ? `流程 ${flow} 在这段时间里没有开始过；图上是经过各个状态的咨询数。`
      : `流程 ${flow} 开始 ${run.begin} 次，办完 ${run.done} 次，取消 ${run.cancelled} 次，没办成 ${run.failed} 次。方框里依次是进入、停留、离开这个状态的咨询数；不停留的状态一闪而过，没有数。`;
  return (
    <Frame
      title="流程漏斗"
      choice={
        <Select
          label="流程"
          value={flow}
          options={Object.fromEntries(answer.flows.map((id) => [id, id]))}
          onChange={choose}
        />
      }
      summary={summary}
      csv={csv}
      columns={['状态', '进入', '停留', '离开']}
      rows={lines.map(({ state, entered, rested, left }) => [state, entered, rested, left])}
    >
      {asked.value === undefined ? (
        <Loading trouble={asked.trouble} again={asked.again} />
      ) : (
        <Drawn flow={flow} chart={asked.value} lines={lines} />
      )}
    </Frame>
  );
}

function Drawn({ flow, chart, lines }: { flow: string; chart: Chart; lines: readonly StateLine[] }) {
  const most = Math.max(1, ...lines.map(({ entered }) => entered));
  const of = (state: string) => lines.find((line) => line.state === state);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section class="scroll funnel" aria-label={`流程图 ${flow}`} tabIndex={0}>
      <svg
        viewBox={`0 0 ${chart.width} ${chart.height}`}
        width={chart.width}
        height={chart.height}
        aria-hidden="true"
      >
        {chart.edges.map((edge) => (
          <path key={`${edge.from} ${edge.to} ${edge.label}`} d={edge.path} class="edge" />
        ))}
        {chart.states.map(({ id, kind, x, y }) => {
          const line = of(id);
          const share = (line?.entered ?? 0) / most;
          const { width, height } = chart.box;
          return (
            <g key={id} class="state">
              <rect x={x} y={y} width={width} height={height} rx={kind === 'final' ? height / 2 : 6} />
              <rect x={x} y={y + height - 5} width={width * share} height={5} class="part-1 share" />
              <text x={x + width / 2} y={y + 15} text-anchor="middle">
                {id}
              </text>
              <text x={x + width / 2} y={y + 30} text-anchor="middle" class="number">
                {line === undefined ? '—' : `${line.entered} / ${line.rested} / ${line.left}`}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
