/** Plain text with paragraphs, lists and **stress** as elements. Never HTML from outside. */
import type { ComponentChildren } from 'preact';

const ITEM = /^(?:[-•·]\s+|(\d{1,2})[.、．]\s*)/u;

export function Prose({ text }: { text: string }) {
  return <>{text.split(/\n\s*\n/u).map((block) => runsOf(block.trim().split('\n')).map(runOf))}</>;
}

/** Neighbouring rows of one kind: words, or items of a list. */
function runsOf(rows: readonly string[]): readonly (readonly string[])[] {
  const runs: string[][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && ITEM.test(last[0]) === ITEM.test(row)) last.push(row);
    else runs.push([row]);
  }
  return runs;
}

function runOf(rows: readonly string[]): ComponentChildren {
  const first = ITEM.exec(rows[0] ?? '');
  if (first === null) return <p>{rows.map((row, index) => [index > 0 && <br />, stressed(row)])}</p>;
  const shown = rows.map((row) => <li>{stressed(row.replace(ITEM, ''))}</li>);
  return first[1] === undefined ? <ul>{shown}</ul> : <ol start={Number(first[1])}>{shown}</ol>;
}

function stressed(row: string): ComponentChildren {
  return row
    .replace(/^#{1,6}\s+/u, '')
    .split(/\*\*(.+?)\*\*/u)
    .map((piece, index) => (index % 2 === 1 ? <strong>{piece}</strong> : piece));
}
