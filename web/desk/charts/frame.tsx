/** Around every chart: what it says in words, the picture, the table behind it, and the table as a file. */
import type { ComponentChildren } from 'preact';
import { Table } from '../parts.tsx';

export type Cell = string | number;

export interface FrameProps {
  readonly title: string;
  /** Said to everybody, and all that a screen reader needs before the table. */
  readonly summary: string;
  readonly csv: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** What else can be chosen in this chart; there also when there is nothing to be shown. */
  readonly choice?: ComponentChildren;
  /** The picture says nothing that the summary and the table do not. */
  readonly children?: ComponentChildren;
}

export function Frame({ title, summary, csv, columns, rows, choice, children }: FrameProps) {
  const isEmpty = rows.length === 0;
  return (
    <section class="figure" aria-label={title}>
      <h2>{title}</h2>
      {choice}
      <p>{isEmpty ? '这段时间、这个范围里没有数据。' : summary}</p>
      {!isEmpty && children}
      {!isEmpty && (
        <details>
          <summary>看表格</summary>
          <Table caption={`${title}：表格`}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.join('|')}>
                  {row.map((cell, at) =>
                    at === 0 ? (
                      <th key={columns[at]} scope="row">
                        {cell}
                      </th>
                    ) : (
                      <td key={columns[at]} class={typeof cell === 'number' ? 'number' : ''}>
                        {cell}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </Table>
        </details>
      )}
      {!isEmpty && (
        <p>
          <a href={csv} download>
            下载 CSV：{title}
          </a>
        </p>
      )}
    </section>
  );
}
