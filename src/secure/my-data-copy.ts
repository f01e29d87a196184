/** A copy of everything for the person to take away: for machines as JSON, for people as a page that needs nothing else. */
import type { StoredData } from '../contracts/personal-data.ts';
import { day, type SheetKnowledge, type SheetRow, sectionsOf, sheetOf } from './my-data-sheet.ts';
import { wording } from './wording.ts';

export interface Copy {
  readonly json: string;
  readonly html: string;
}

/** Unlike the page, the copy holds the whole number, the signatures and every line of the talks. */
export function copyOf(
  data: StoredData,
  { conversation, at, knowledge }: { conversation: string; at: string; knowledge: SheetKnowledge },
): Copy {
  const classes = Object.fromEntries(
    [...knowledge.dataClasses].map(([id, { holds, why, days, counted_from, seen_by }]) => [
      id,
      { holds, why, days, counted_from, seen_by },
    ]),
  );
  const json = JSON.stringify({ format: 'gongji-personal-data-1', at, ...data, classes }, null, 2);
  return { json, html: pageOf(data, { conversation, at, knowledge }) };
}

function pageOf(
  data: StoredData,
  { conversation, at, knowledge }: { conversation: string; at: string; knowledge: SheetKnowledge },
): string {
  const say = (id: string, params = {}) => escaped(wording(knowledge, `secure.my_data.${id}`, params));
  const { consents, looks } = sheetOf(data, conversation, knowledge);
  const sections = sectionsOf(data, knowledge).map(
    ({ label, holds, why, keeps, seenBy, rows }) =>
      `<h2>${escaped(label)}</h2><p>${escaped(holds)}</p><p>${escaped(why)}</p><p>${escaped(keeps)}</p><p>${escaped(seenBy)}</p>${listOf(rows)}`,
  );
  const given = consents.map(({ label, given: value }) => ({ label, value }));
  const number = [{ label: say('document'), value: data.person.documentNumber }];
  const lines = data.talks.flatMap((talk) =>
    talk.lines.map(({ who, at: when, text }) => ({
      label: `${day(when, 'minute')} ${wording(knowledge, `secure.my_data.who_${who}`)}`,
      value: text,
    })),
  );
  // No name in the title: it stands in the list of recent pages and in the names of windows.
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>${say('title')}</title>
<style>body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:16px/1.7 sans-serif}dt{font-weight:600}dd{margin:0 0 .6rem;white-space:pre-wrap}</style>
</head><body><h1>${say('title')}</h1><p>${say('copy_made', { day: day(at, 'minute') })}</p>
${sections.join('\n')}<h2>${say('document')}</h2>${listOf(number)}
<h2>${say('consents')}</h2>${listOf(given)}<h2>${say('looks')}</h2>${listOf(looks)}
<h2>${say('talks')}</h2>${listOf(lines)}</body></html>`;
}

function listOf(rows: readonly SheetRow[]): string {
  const items = rows.map(({ label, value }) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`);
  return `<dl>${items.join('')}</dl>`;
}

const ENTITIES: { readonly [char: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Words of citizens may hold anything. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (char) => ENTITIES[char] ?? char);
}
