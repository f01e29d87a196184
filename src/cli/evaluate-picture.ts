/** What was measured as one picture: intents wanted against intents given, and sureness against truth. */
import type { Report } from '../understanding/measure.ts';

const CELL = 18;
const LABELS = 130;
const TOP = 150;
const CHART = 300;
const GAP = 60;

export function picture(found: Report): string {
  const names = found.perIntent.map(({ intent }) => intent);
  const side = names.length * CELL;
  const width = LABELS + side + GAP + CHART + 40;
  const height = TOP + Math.max(side, CHART + 60) + 30;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>Confusion of intents, and calibration of confidence</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(10, 20, 'Rows: meant. Columns: taken for. Darker: more often.', 'start', 13),
    ...axes(names),
    ...cells(found, names),
    `<g transform="translate(${LABELS + side + GAP} ${TOP})">`,
    ...calibration(found),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function axes(names: readonly string[]): string[] {
  return names.flatMap((name, index) => {
    const middle = index * CELL + CELL / 2 + 4;
    const x = LABELS + middle;
    return [
      text(LABELS - 6, TOP + middle, name, 'end'),
      `<text x="${x}" y="${TOP - 6}" transform="rotate(-60 ${x} ${TOP - 6})">${name}</text>`,
    ];
  });
}

function cells({ perIntent, confusion }: Report, names: readonly string[]): string[] {
  const right = perIntent.map(({ intent, n, recall }) => ({
    want: intent,
    got: intent,
    n: Math.round(n * recall),
  }));
  return [...right, ...confusion].flatMap(({ want, got, n }) => {
    const row = names.indexOf(want);
    const column = names.indexOf(got);
    const of = perIntent[row]?.n ?? 0;
    if (row < 0 || column < 0 || n === 0 || of === 0) return [];
    const shade = Math.min(1, 0.12 + (0.88 * n) / of).toFixed(2);
    const colour = row === column ? '#1b6e53' : '#b3261e';
    const place = `x="${LABELS + column * CELL}" y="${TOP + row * CELL}"`;
    return `<rect ${place} width="${CELL - 1}" height="${CELL - 1}" fill="${colour}" fill-opacity="${shade}"><title>${want} taken for ${got}: ${n} of ${of}</title></rect>`;
  });
}

function calibration({ calibration: bins, calibrationError }: Report): string[] {
  const x = (p: number) => (p * CHART).toFixed(1);
  const y = (p: number) => (CHART - p * CHART).toFixed(1);
  const most = Math.max(1, ...bins.map(({ n }) => n));
  return [
    text(0, -14, `Calibration (error ${calibrationError.toFixed(3)})`, 'start', 13),
    `<rect width="${CHART}" height="${CHART}" fill="none" stroke="#888888"/>`,
    `<line x1="0" y1="${CHART}" x2="${CHART}" y2="0" stroke="#888888" stroke-dasharray="4 4"/>`,
    ...bins.map(({ from, n }) => {
      const tall = (n / most) * CHART * 0.3;
      return `<rect x="${x(from)}" y="${(CHART - tall).toFixed(1)}" width="${CHART / 10 - 2}" height="${tall.toFixed(1)}" fill="#cccccc"/>`;
    }),
    `<polyline fill="none" stroke="#1b6e53" stroke-width="2" points="${bins.map(({ said, right }) => `${x(said)},${y(right)}`).join(' ')}"/>`,
    ...bins.map(
      ({ said, right, n }) =>
        `<circle cx="${x(said)}" cy="${y(right)}" r="4" fill="#1b6e53"><title>said ${said.toFixed(2)}, right ${right.toFixed(2)}, ${n} sentences</title></circle>`,
    ),
    text(CHART / 2, CHART + 18, 'confidence told (grey: how many sentences)', 'middle'),
    `<text x="-10" y="${CHART / 2}" text-anchor="middle" transform="rotate(-90 -10 ${CHART / 2})">right</text>`,
  ];
}

function text(x: number, y: number, words: string, anchor: string, size = 11): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}">${words}</text>`;
}
