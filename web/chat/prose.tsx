/** Plain text with paragraphs, lists and **stress** as elements. Never HTML from outside. */
import type { ComponentChildren } from 'preact';

const ITEM = /^(?:[-•·]\s+|(\d{1,2})[.、．]\s*)/u;

export function Prose({ text }: { text: string }) {
  return <>{text.split(/\n\s*\n/u).map((block) => blockOf(block.trim().split('\n')))}</>;
}

function blockOf(rows: readonly string[]): ComponentChildren {
  const first = rows.findIndex((row) => ITEM.test(row));
  if (first === -1 || !rows.slice(first).every((row) => ITEM.test(row))) {
    return <p>{rows.map((row, index) => [index > 0 && <br />, stressed(row)])}</p>;
  }
  const items = rows.slice(first);
  const number = ITEM.exec(items[0] ?? '')?.[1];
  const shown = items.map((row) => <li>{stressed(row.replace(ITEM, ''))}</li>);
  return (
    <>
      {first > 0 && blockOf(rows.slice(0, first))}
      {number === undefined ? <ul>{shown}</ul> : <ol start={Number(number)}>{shown}</ol>}
    </>
  );
}

function stressed(row: string): ComponentChildren {
  return row
    .replace(/^#{1,6}\s+/u, '')
    .split(/\*\*(.+?)\*\*/u)
    .map((piece, index) => (index % 2 === 1 ? <strong>{piece}</strong> : piece));
}
