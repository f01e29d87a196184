/** Tables as text: CSV for spreadsheets, Markdown for reading and for editors. Both are read back as written. */
import type { Table } from './exchange.ts';

// === CSV

/** Without it spreadsheets take UTF-8 for something else. */
const BOM = '\uFEFF';
/** Spreadsheets take such a cell for a formula; an apostrophe before it makes it text. */
const FORMULA = /^['=+\-@\t]/u;

export function writeCsv({ columns, rows }: Table): string {
  const lines = [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`);
  return `${BOM}${lines.join('')}`;
}

function csvCell(cell: string): string {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/u.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @throws Error when a quote is left open, or there is no line of column names */
export function readCsv(name: string, text: string): Table {
  const [columns, ...rows] = csvRows(text.replace(/^\uFEFF/u, ''));
  if (columns === undefined) throw new Error(`${name}.csv is empty; the first line names the columns`);
  // Spreadsheets leave empty lines at the end.
  return { name, columns, rows: rows.filter((row) => row.some((cell) => cell !== '')) };
}

function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /("[^"]*(?:""[^"]*)*"|[^",\r\n]*)(,|\r\n|\n|\r|$)/uy;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null)
      throw new Error(`A quote is left open or out of place near '${text.slice(at, at + 30)}'`);
    row.push(cellText(match[1] as string));
    if (match[2] === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows;
}

function cellText(written: string): string {
  const text = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
  return text.startsWith("'") ? text.slice(1) : text;
}

// === Markdown

/** A section for each row, headed by its first cell; a line for a short cell, a fenced block for a long one. */
export function writeMarkdown({ name, columns, rows }: Table): string {
  const sections = rows.map((row) => [
    `## ${row[0] || '-'}`,
    '',
    ...row.flatMap((cell, at) => field(columns[at] ?? '', cell)),
  ]);
  return (
    [`# ${name}`, '', `<!-- columns: ${columns.join(' ')} -->`, '', ...sections.flat()].join('\n').trimEnd() +
    '\n'
  );
}

function field(column: string, cell: string): readonly string[] {
  if (cell === '') return [];
  // Line and paragraph separators end a line for a pattern, though not for an editor.
  if (!/[\r\n\u2028\u2029]/u.test(cell) && cell === cell.trim()) return [`**${column}**: ${cell}`, ''];
  const longest = Math.max(2, ...[...cell.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`**${column}**:`, fence, cell, fence, ''];
}

/** @throws Error when the line that names the columns is missing, or a block is left open */
export function readMarkdown(name: string, text: string): Table {
  const lines = text.replace(/^\uFEFF/u, '').split(/\r?\n/u);
  const columns = /^<!-- columns: (.*) -->$/mu.exec(text)?.[1]?.split(' ');
  if (columns === undefined) throw new Error(`${name}.md does not name its columns in <!-- columns: … -->`);
  const rows: string[][] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (line.startsWith('## ')) rows.push(columns.map(() => ''));
    const match = /^\*\*(.+?)\*\*:(?: (.*))?$/u.exec(line);
    if (match === null) continue;
    const block = match[2] === undefined ? fenced(lines, at + 1, name) : undefined;
    const place = columns.indexOf(match[1] as string);
    const row = rows.at(-1);
    if (place < 0 || row === undefined)
      throw new Error(`${name}.md, line ${at + 1}: there is no column '${match[1]}'`);
    row[place] = block?.text ?? (match[2] as string);
    at = block?.last ?? at;
  }
  return { name, columns, rows };
}

function fenced(
  lines: readonly string[],
  at: number,
  name: string,
): { readonly text: string; readonly last: number } {
  const fence = lines[at] ?? '';
  const last = lines.indexOf(fence, at + 1);
  if (!/^`{3,}$/u.test(fence) || last < 0)
    throw new Error(`${name}.md, line ${at + 1}: a block of \`\`\` is left open`);
  return { text: lines.slice(at + 1, last).join('\n'), last };
}
