/** Lines over days, by uPlot. Drawn on a canvas, so it is hidden from readers: the frame says the same in words and in a table. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Told apart without colours as well. */
const DASHES = [[], [8, 4], [2, 4], [12, 4, 2, 4], [5, 5]];
const HEIGHT = 260;
const DAY_S = 86_400;

export function Lines({
  days,
  lines,
  unit = '',
}: {
  days: readonly string[];
  lines: readonly Line[];
  unit?: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = place.current;
    if (box === null || days.length === 0) return;
    const chart = new uPlot(
      optionsOf(box, lines, unit),
      [days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000), ...lines.map(({ values }) => [...values])],
      box,
    );
    const fit = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: HEIGHT }));
    fit.observe(box);
    return () => {
      fit.disconnect();
      chart.destroy();
    };
  }, [days, lines, unit]);
  return <div class="lines" ref={place} aria-hidden="true" />;
}

function optionsOf(box: HTMLElement, lines: readonly Line[], unit: string): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--ink'), grid: { stroke: colour('--line'), width: 1 } };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    // Days are days wherever the reader sits.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: {
      // One day alone would be drawn in the middle of years.
      x: { range: (_, first, last) => [first - DAY_S / 2, last + DAY_S / 2] },
      y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] },
    },
    axes: [
      {
        ...axis,
        incrs: [1, 2, 7, 14, 30, 90].map((days) => days * DAY_S),
        values: (_, ticks) => ticks.map((at) => new Date(at * 1000).toISOString().slice(5, 10)),
      },
      { ...axis, values: (_, ticks) => ticks.map((n) => `${n}${unit}`) },
    ],
    series: [
      {
        label: '日期',
        value: (_, at) => (at === null ? '' : new Date(at * 1000).toISOString().slice(0, 10)),
      },
      ...lines.map(({ label }, at) => ({
        label,
        stroke: colour(`--series-${at + 1}`),
        width: 2,
        dash: DASHES[at % DASHES.length] ?? [],
        points: { size: 6 },
        value: (_: uPlot, n: number | null) => (n === null ? '—' : `${n}${unit}`),
      })),
    ],
  };
}
