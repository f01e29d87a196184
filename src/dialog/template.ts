/** Words with holes: a text of `knowledge/replies` holds `{param}` or `{param|format}`. */
import type { Json, JsonObject } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { regionName } from '../knowledge/lookup.ts';
import type { ReplyText } from '../knowledge/schema/reply.ts';

type Format = (value: Json, knowledge: Knowledge, argument: string) => string;

/** Formats a text may name after the bar. */
export const FORMATS: { readonly [name: string]: Format } = {
  /** Fen as yuan: 12345 -> 123.45元, 12300 -> 123元. */
  yuan: (value) => `${(Number(value) / 100).toFixed(2).replace(/\.00$/u, '')}元`,
  relation: (value, { lexicon }) =>
    (lexicon.relations as Record<string, { readonly label: string } | undefined>)[String(value)]?.label ??
    String(value),
  region: (value, knowledge) => regionName(knowledge, String(value)),
  day: (value) => String(value).slice(0, 10),
  /** `{state|label:state}` is the text of the reply `label.state.<value>`. */
  label: (value, { replies }, group) =>
    replies.get(`label.${group}.${String(value)}`)?.text.trim() ?? String(value),
  /** The same for a list: `{materials|labels:material}`. */
  labels: (value, knowledge, group) =>
    (Array.isArray(value) ? value : [value])
      .map((one: Json) => knowledge.replies.get(`label.${group}.${String(one)}`)?.text ?? String(one))
      .join('、'),
  /** `{items|each:query.members.item}` is that reply once for every item, a line each. */
  each: (value, knowledge, id) =>
    (Array.isArray(value) ? (value as readonly JsonObject[]) : [])
      .map((item) => fillTemplate(wordsOf(knowledge, id).text, item, knowledge))
      .join('\n'),
  /** `{reason|opt:office.reason}` is that reply with the value, and nothing at all without one. */
  opt: (value, knowledge, id) => fillTemplate(wordsOf(knowledge, id).text, { value }, knowledge),
  /** An instant on the clock of China: 11月24日 15:02. */
  minute: (value) => {
    const [, month, day, time] = /-(\d\d)-(\d\d)T(\d\d:\d\d)/u.exec(localIso(String(value))) ?? [];
    return month === undefined ? String(value) : `${Number(month)}月${Number(day)}日 ${time}`;
  },
  list: (value) => (Array.isArray(value) ? value.map(String).join('、') : String(value)),
};

function localIso(instant: string): string {
  const at = Date.parse(instant);
  return Number.isNaN(at) ? '' : new Date(at + 8 * 3_600_000).toISOString();
}

const PLACEHOLDER = /\{([\w.]+)(?:\|(\w+)(?::([\w.-]+))?)?\}/gu;

/** The text with its placeholders filled; one without a value becomes empty, never the name of a variable. */
export function fillTemplate(template: string, params: JsonObject, knowledge: Knowledge): string {
  return template.replace(PLACEHOLDER, (_, name: string, format?: string, argument = '') => {
    const value = params[name];
    if (value === undefined || value === null) return '';
    const apply = format === undefined ? undefined : FORMATS[format];
    return apply === undefined ? String(value) : apply(value, knowledge, argument);
  });
}

/** The words of a reply. Throws when nobody wrote them: that is our fault, not the citizen's. */
export function wordsOf(knowledge: Knowledge, id: string): ReplyText {
  const words = knowledge.replies.get(id);
  if (words === undefined) throw new Error(`Reply '${id}' has no words; add it to knowledge/replies`);
  return words;
}

/** What is wrong with the placeholders of a text: an unknown format, or one that names a reply nobody wrote. */
export function templateProblems(text: string, { replies }: Pick<Knowledge, 'replies'>): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(([whole, , format, argument = '']) => {
    if (format === undefined) return [];
    if (FORMATS[format] === undefined)
      return [`${whole}: no such format; known are ${Object.keys(FORMATS).join(', ')}`];
    const needsReply = (format === 'each' || format === 'opt') && !replies.has(argument);
    const needsGroup = (format === 'label' || format === 'labels') && !hasGroup(replies, argument);
    return needsReply || needsGroup
      ? [`${whole}: there is no reply '${needsGroup ? `label.${argument}.…` : argument}'`]
      : [];
  });
}

function hasGroup(replies: Knowledge['replies'], group: string): boolean {
  return [...replies.keys()].some((id) => id.startsWith(`label.${group}.`));
}
