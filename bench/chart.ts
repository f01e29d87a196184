/** Bars with their numbers, as SVG that stands by itself in a document. */

export interface Bar {
  readonly label: string;
  readonly value: number;
}

const ROW = 26;
const LABELS = 260;
const BARS = 420;
const TOP = 44;

/** @param unit behind each number */
export function barChart(title: string, bars: readonly Bar[], unit = ''): string {
  const most = Math.max(...bars.map(({ value }) => value), 1);
  const height = TOP + bars.length * ROW + 16;
  const width = LABELS + BARS + 110;
  const rows = bars.map(({ label, value }, index) => {
    const y = TOP + index * ROW;
    const length = ((value / most) * BARS).toFixed(1);
    return [
      `<text x="${LABELS - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${LABELS}" y="${y + 3}" width="${length}" height="${ROW - 8}" fill="#1b6e53"/>`,
      `<text x="${LABELS + Number(length) + 6}" y="${y + 15}">${value}${unit}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="24" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
