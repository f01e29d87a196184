/** Results on their way into `docs/bench.md`: each command replaces its own section and its own picture. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Bar, barChart } from './chart.ts';

export interface Section {
  /** Of the section and of its picture. */
  readonly id: string;
  readonly title: string;
  /** What was measured and how, in Chinese, before the table. */
  readonly words: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** What the figures say, after the table. */
  readonly after?: string;
  readonly picture?: { readonly title: string; readonly bars: readonly Bar[]; readonly unit?: string };
}

const file = (path: string): string => fileURLToPath(new URL(`../docs/${path}`, import.meta.url));
const HEAD = `# 性能与故障实测

每一节由一条命令写成（\`npm run bench\` 一次写全，各节也可单独跑，见 [bench/README.md](../bench/README.md)）。
同一节里的数字出自同一次运行，比例可信；绝对值随机器和当时的负载变化，所以每节都写明机器和负载。

`;

/** Prints it, and with \`--write\` among the arguments puts it into the document. */
export function report(section: Section): void {
  const text = markdown(section);
  process.stdout.write(`${text}\n`);
  if (!process.argv.includes('--write')) return;
  const { id, picture } = section;
  if (picture !== undefined) {
    const bars = picture.bars.map(({ label, value }) => ({ label, value: rounded(value) }));
    writeFileSync(file(`pictures/bench-${id}.svg`), barChart(picture.title, bars, picture.unit ?? ''));
  }
  const path = file('bench.md');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : HEAD;
  writeFileSync(path, withSection(before, id, text));
}

function markdown({ id, title, words, head, rows, after, picture }: Section): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? rounded(cell) : cell)).join(' | ')} |`;
  const kinds = head.map((_, index) =>
    rows.every((row) => typeof row[index] === 'number') ? '---:' : '---',
  );
  return [
    `## ${title}`,
    '',
    words,
    '',
    line(head),
    line(kinds),
    ...rows.map(line),
    ...(after === undefined ? [] : ['', after]),
    ...(picture === undefined ? [] : ['', `![${picture.title}](pictures/bench-${id}.svg)`]),
    '',
    `测于 ${machine()}`,
    '',
  ].join('\n');
}

/** Which machine, and how busy it was: single times mean little without. */
export function machine(): string {
  const [one = 0] = loadavg();
  const day = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `${day} UTC，${availableParallelism()} 个核（${cpus()[0]?.model.trim() || '型号不详'}），Node ${process.versions.node}，跑完时 1 分钟平均负载 ${one.toFixed(1)}。`;
}

export function withSection(document: string, id: string, text: string): string {
  const [open, close] = [`<!-- ${id} -->`, `<!-- /${id} -->`];
  const section = `${open}\n${text}${close}\n`;
  const from = document.indexOf(open);
  if (from < 0) return `${document.trimEnd()}\n\n${section}`;
  const to = document.indexOf(close) + close.length + 1;
  return document.slice(0, from) + section + document.slice(to);
}

/** As many digits as mean something. */
export function rounded(value: number): number {
  if (!Number.isFinite(value)) return 0;
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export function spread(times: readonly number[]): { p50: number; p95: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
