/** CSV as spreadsheets read it: RFC 4180, with the mark that tells Excel it is UTF-8. */

const BOM = '\uFEFF';
/** Spreadsheets take a cell that begins so for a formula, and would run what somebody else has written. */
const FORMULA = /^[=+\-@\t\r]/u;

export type CsvValue = string | number | null | undefined;

export function toCsv(columns: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return `${BOM}${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(value: CsvValue): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What `toCsv` wrote, without its heading. */
export function fromCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const body = text.startsWith(BOM) ? text.slice(1) : text;
  for (const [, quoted, plain = '', end] of body.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gu)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.slice(1).filter((row) => row.length > 1);
}
