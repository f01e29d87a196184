/** The open data as files, and back: CSV, data dictionary, note, and a page drawn from nothing but the tables. */
import type { Day } from '../domain/insurance.ts';
import { fromCsv, toCsv } from './csv.ts';
import { type OpenData, type OpenRow, TABLES, type TableId } from './open-data.ts';
import { COLUMNS, EXAMPLE, note, TITLES, VALUES } from './open-words.ts';
import { type PublicFigures, type PublicLine, publicFigures } from './public.ts';

export interface FileParts {
  readonly day: Day;
  readonly licence: string;
  readonly isExample: boolean;
  /** The name of a region, a cause or anything else that has one. */
  readonly nameOf: (code: string) => string | undefined;
}

export type Files = { readonly [name: string]: string };

export function filesOf(data: OpenData, parts: FileParts): Files {
  const label = labeller(parts);
  const csv = (rows: readonly OpenRow[]) =>
    toCsv(
      COLUMNS.map(([name]) => name),
      rows.map(({ month, row, column, n }) => [
        month,
        row,
        label(row),
        column,
        label(column),
        n,
        n === null ? 'left_out' : 'published',
      ]),
    );
  const { k, from, until } = data;
  const mark = parts.isExample ? `${EXAMPLE}\n\n` : '';
  return {
    ...Object.fromEntries(TABLES.map((id) => [`${id}.csv`, csv(data.tables[id])])),
    'data-dictionary.csv': toCsv(
      ['file', 'title', 'column', 'meaning'],
      TABLES.flatMap((id) => COLUMNS.map(([name, meaning]) => [`${id}.csv`, TITLES[id], name, meaning])),
    ),
    'README.md': mark + note({ k, from, until, day: parts.day, licence: parts.licence }),
    'index.html': page(publicFigures(data), parts),
  };
}

/** The tables as they stand in the files. */
export function tablesIn(files: Files): OpenData['tables'] {
  return Object.fromEntries(
    TABLES.map((id) => [
      id,
      fromCsv(files[`${id}.csv`] ?? '').map(
        ([month = '', row = '', , column = '', , n = '']): OpenRow => ({
          month,
          row,
          column,
          n: n === '' ? null : Number(n),
        }),
      ),
    ]),
  ) as unknown as OpenData['tables'];
}

const labeller =
  ({ nameOf }: Pick<FileParts, 'nameOf'>) =>
  (code: string): string =>
    VALUES[code] ?? nameOf(code) ?? code;

// === The page

const STYLE =
  'body{font:16px/1.6 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#16212b;background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #c4ced7}td.n{text-align:right;white-space:nowrap}svg{display:block}';

function page(figures: PublicFigures, parts: FileParts): string {
  const label = labeller(parts);
  const sections = TABLES.map((id) => section(id, figures.tables[id], label)).join('');
  const example = parts.isExample ? `<p role="note"><strong>${EXAMPLE}</strong></p>` : '';
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>共济助手开放数据</title><style>${STYLE}</style></head><body><h1>共济助手开放数据</h1>${example}<p>每个数都由同一文件夹里的 CSV 算出；说明见 README.md。</p>${months(figures, label)}${sections}</body></html>\n`;
}

type Label = (code: string) => string;

function months({ months: all }: PublicFigures, label: Label): string {
  const lines = all.map(({ month, n, columns }) => {
    const parts = Object.entries(columns).map(([column, of]) => `${label(column)} ${of}`);
    const said = n === null ? '不公布' : String(n);
    return `<tr data-month="${escaped(month)}"><th scope="row">${escaped(month)}</th><td class="n" data-n="${n ?? ''}">${said}</td><td>${escaped(parts.join('，'))}</td></tr>`;
  });
  const body = lines.length === 0 ? '<tr><td colspan="3">还没有可以公布的整月。</td></tr>' : lines.join('');
  return `<h2>每月会话数</h2><table><thead><tr><th scope="col">月份</th><th scope="col">会话</th><th scope="col">结果</th></tr></thead><tbody>${body}</tbody></table>`;
}

function section(id: TableId, lines: readonly PublicLine[], label: Label): string {
  const shown = lines.filter(({ column }) => column !== '*');
  const most = Math.max(1, ...shown.map(({ n }) => n));
  const rows = shown.map(
    (line) =>
      `<tr data-table="${id}" data-row="${escaped(line.row)}" data-column="${escaped(line.column)}"><th scope="row">${escaped(label(line.row))}</th><td>${escaped(label(line.column))}</td><td class="n" data-n="${line.n}" data-left-out="${line.leftOut}">${line.n}${line.leftOut > 0 ? `（另有 ${line.leftOut} 个月不公布）` : ''}</td><td>${bar(line.n / most)}</td></tr>`,
  );
  const body = rows.length === 0 ? '<tr><td colspan="4">没有可以公布的数。</td></tr>' : rows.join('');
  return `<h2>${TITLES[id]}</h2><table><thead><tr><th scope="col">行</th><th scope="col">列</th><th scope="col">数目</th><th scope="col">图</th></tr></thead><tbody>${body}</tbody></table>`;
}

const bar = (share: number): string =>
  `<svg width="160" height="12" aria-hidden="true"><rect width="${Math.round(share * 160)}" height="12" fill="#0a5a8c"/></svg>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
