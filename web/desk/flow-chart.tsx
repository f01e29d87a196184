/** A flow drawn from its machine: where the talk stands now, and where it has been. The same is said in words below. */
import { useEffect, useRef } from 'preact/hooks';
import type { Chart, Standing } from './wire.ts';

/** Half a box. */
const MIDDLE = { x: 84, y: 19 };

export function FlowChart({ name, standing }: { name: string; standing: Standing }) {
  const { chart, current, past } = standing;
  const view = useRef<HTMLElement>(null);
  const now = chart?.states.find(({ id }) => current.includes(id));
  // Drawings are larger than their window: the present state is what one wants to see.
  useEffect(() => {
    if (view.current === null || now === undefined) return;
    view.current.scrollLeft = now.x - view.current.clientWidth / 2 + MIDDLE.x;
    view.current.scrollTop = now.y - view.current.clientHeight / 2 + MIDDLE.y;
  }, [now?.x, now?.y]);
  if (chart === undefined) return null;
  const says = `流程 ${name}：现在在 ${current.join('、') || '（已结束）'}${past.length === 0 ? '' : `，走过 ${past.join('、')}`}`;
  return (
    <figure class="chart">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard */}
      <section ref={view} class="scroll" aria-label={`流程图 ${name}`} tabIndex={0}>
        <svg
          viewBox={`0 0 ${chart.width} ${chart.height}`}
          width={chart.width}
          height={chart.height}
          role="img"
          aria-label={says}
        >
          <Arrow name={name} />
          {chart.edges.map((edge) => (
            <path
              key={`${edge.from} ${edge.to} ${edge.label}`}
              d={edge.path}
              class={isWalked(edge, standing) ? 'edge walked' : 'edge'}
              marker-end={`url(#arrow-${name})`}
            />
          ))}
          {chart.states.map((state) => (
            <Box key={state.id} state={state} box={chart.box} standing={standing} />
          ))}
        </svg>
      </section>
      <figcaption>{says}</figcaption>
    </figure>
  );
}

function Arrow({ name }: { name: string }) {
  return (
    <defs>
      <marker
        id={`arrow-${name}`}
        viewBox="0 0 8 8"
        refX="7"
        refY="4"
        markerWidth="8"
        markerHeight="8"
        markerUnits="userSpaceOnUse"
        orient="auto"
      >
        <path d="M0 0L8 4L0 8z" class="tip" />
      </marker>
    </defs>
  );
}

interface BoxProps {
  readonly state: Chart['states'][number];
  readonly box: Chart['box'];
  readonly standing: Standing;
}

function Box({ state, box, standing: { current, past } }: BoxProps) {
  const { id, kind, x, y, isCommitted } = state;
  const place = current.includes(id) ? 'now' : past.includes(id) ? 'been' : '';
  return (
    <g class={`state ${kind} ${place} ${isCommitted ? 'committed' : ''}`}>
      <rect x={x} y={y} width={box.width} height={box.height} rx={kind === 'final' ? box.height / 2 : 6} />
      <text x={x + box.width / 2} y={y + box.height / 2 + 4} text-anchor="middle">
        {place === 'now' ? `▶ ${id}` : id}
      </text>
    </g>
  );
}

/** Between states the talk has been in. */
function isWalked({ from, to }: Chart['edges'][number], { current, past }: Standing): boolean {
  return past.includes(from) && (past.includes(to) || current.includes(to));
}
