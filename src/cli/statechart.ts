/** A machine as a plain graph, and the graph as Mermaid text or as an SVG picture. */
import type { AnyStateMachine } from 'xstate';
import type { RestMeta } from '../../flows/flow.ts';

export interface ChartState {
  readonly id: string;
  /** What kind of rest it is: asks, waits, ends, or passes on at once. */
  readonly kind: 'ask' | 'waiting' | 'final' | 'passing';
  readonly isCommitted: boolean;
}

export interface ChartEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface Chart {
  readonly id: string;
  readonly initial: string;
  readonly states: readonly ChartState[];
  readonly edges: readonly ChartEdge[];
}

export function chartOf(machine: AnyStateMachine): Chart {
  const nodes = Object.values(machine.states);
  return {
    id: machine.id,
    initial: machine.root.initial.target[0]?.key ?? '',
    states: nodes.map((node) => ({
      id: node.key,
      kind: kindOf(node),
      isCommitted: node.tags.includes('committed'),
    })),
    edges: nodes.flatMap((node) =>
      [...node.transitions.values(), node.always ?? []].flat().flatMap((transition) =>
        (transition.target ?? []).map((target) => ({
          from: node.key,
          to: target.key,
          label: [transition.eventType, guardOf(transition.guard)].filter(Boolean).join(' '),
        })),
      ),
    ),
  };
}

type StateNode = AnyStateMachine['states'][string];

function kindOf(node: StateNode): ChartState['kind'] {
  if (node.type === 'final') return 'final';
  if (node.tags.includes('waiting')) return 'waiting';
  return (node.meta as RestMeta | undefined)?.ask === undefined ? 'passing' : 'ask';
}

function guardOf(guard: unknown): string {
  if (guard === undefined) return '';
  const name = typeof guard === 'string' ? guard : (guard as { readonly type?: string }).type;
  return name === undefined ? '' : `[${name}]`;
}

export function toMermaid({ id, initial, states, edges }: Chart): string {
  const finals = states.filter(({ kind }) => kind === 'final');
  const lines = [
    '---',
    `title: ${id}`,
    '---',
    'stateDiagram-v2',
    `  [*] --> ${initial}`,
    ...edges.map(({ from, to, label }) => `  ${from} --> ${to}${label === '' ? '' : `: ${label}`}`),
    ...finals.map((state) => `  ${state.id} --> [*]`),
  ];
  return `${lines.join('\n')}\n`;
}

const BOX = { width: 168, height: 38, gapX: 34, gapY: 64, margin: 24 } as const;
const FILL: Record<ChartState['kind'], string> = {
  ask: '#e7f0fb',
  waiting: '#fdf3dc',
  final: '#e4f4e7',
  passing: '#f2f2f2',
};

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly box: { readonly width: number; readonly height: number };
  /** Where the upper left corner of each state is. */
  readonly states: readonly (ChartState & { readonly x: number; readonly y: number })[];
  readonly edges: readonly (ChartEdge & { readonly path: string })[];
}

/** The picture as numbers, for pages that draw it themselves. */
export function layoutOf(chart: Chart): ChartLayout {
  const { width, height, places } = placesOf(chart);
  return {
    width,
    height,
    box: { width: BOX.width, height: BOX.height },
    states: chart.states.map((state) => {
      const [x, y] = places.get(state.id) ?? [0, 0];
      return { ...state, x, y };
    }),
    edges: chart.edges.map((edge) => ({ ...edge, path: pathOf(edge, places) })),
  };
}

type Places = ReadonlyMap<string, readonly [number, number]>;

/** States in rows by their distance from the start. */
function placesOf(chart: Chart): {
  readonly width: number;
  readonly height: number;
  readonly places: Places;
} {
  const rows = rowsOf(chart);
  const widest = Math.max(...rows.map((row) => row.length));
  const width = widest * (BOX.width + BOX.gapX) + 2 * BOX.margin;
  const height = rows.length * (BOX.height + BOX.gapY) + 2 * BOX.margin;
  const places = new Map<string, readonly [number, number]>();
  rows.forEach((row, y) => {
    const left = (width - row.length * (BOX.width + BOX.gapX) + BOX.gapX) / 2;
    row.forEach((id, x) => {
      places.set(id, [left + x * (BOX.width + BOX.gapX), BOX.margin + 20 + y * (BOX.height + BOX.gapY)]);
    });
  });
  return { width, height, places };
}

/** Committed states have a heavy rim. */
export function toSvg(chart: Chart): string {
  const { width, height, places } = placesOf(chart);
  const edges = chart.edges.map((edge) => drawEdge(edge, places)).join('');
  const states = chart.states.map((state) => drawState(state, places)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12"><title>${chart.id}</title><defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs><rect width="100%" height="100%" fill="#fff"/><text x="${BOX.margin}" y="20" font-size="15" font-weight="bold">${chart.id}</text>${edges}${states}</svg>\n`;
}

function rowsOf({ initial, states, edges }: Chart): readonly (readonly string[])[] {
  const depth = new Map<string, number>([[initial, 0]]);
  for (const [id, distance] of depth) {
    for (const { from, to } of edges) if (from === id && !depth.has(to)) depth.set(to, distance + 1);
  }
  const rows: string[][] = [];
  for (const { id } of states) {
    const row = depth.get(id) ?? 0;
    rows[row] = [...(rows[row] ?? []), id];
  }
  return rows;
}

function drawState({ id, kind, isCommitted }: ChartState, places: Places): string {
  const [x, y] = places.get(id) ?? [0, 0];
  const rim = isCommitted ? 'stroke="#b3261e" stroke-width="2.5"' : 'stroke="#777"';
  const round = kind === 'final' ? BOX.height / 2 : 6;
  return `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="${round}" fill="${FILL[kind]}" ${rim}/><text x="${x + BOX.width / 2}" y="${y + BOX.height / 2 + 4}" text-anchor="middle">${id}</text>`;
}

function drawEdge(edge: ChartEdge, places: Places): string {
  const { from, to, label } = edge;
  const title = `<title>${from} → ${to}${label === '' ? '' : ` (${label})`}</title>`;
  return `<path d="${pathOf(edge, places)}" fill="none" stroke="#999" marker-end="url(#a)">${title}</path>`;
}

function pathOf({ from, to }: ChartEdge, places: Places): string {
  const [fromX, fromY] = places.get(from) ?? [0, 0];
  const [toX, toY] = places.get(to) ?? [0, 0];
  const isDown = toY > fromY;
  const startX = fromX + BOX.width / 2 + (isDown ? 0 : BOX.width / 4);
  const endX = toX + BOX.width / 2 + (isDown ? 0 : BOX.width / 4);
  const startY = isDown ? fromY + BOX.height : fromY;
  const endY = isDown ? toY : toY + BOX.height;
  const middle = (startY + endY) / 2;
  return `M${startX} ${startY}C${startX} ${middle} ${endX} ${middle} ${endX} ${endY}`;
}
