/**
 * Bodies of pushes into flat fields, and replies into XML. Only strings come out, whatever went in: a message
 * id has 64 bits, `007` is what somebody typed, and a field that appears twice is no message at all.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** Tencent's longest pushes have a few kB. */
export const BODY_MAX_BYTES = 64 * 1024;

export type Fields = { readonly [name: string]: string };

// Entities declared in the body are how small bodies become large ones; no push declares any.
const DECLARATION = /<!(?:DOCTYPE|ENTITY)/iu;

const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  // Leading and trailing blanks belong to what was typed.
  trimValues: false,
  htmlEntities: true,
  // Without it even `&lt;` would stay as it is; entities of the body's own are refused before.
  processEntities: true,
});

/** Fields of a push in XML or JSON; undefined when it is neither, too long, or says something twice. */
export function readBody(body: string): Fields | undefined {
  if (Buffer.byteLength(body) > BODY_MAX_BYTES) return undefined;
  const trimmed = body.trim();
  return trimmed.startsWith('{') ? readJson(trimmed) : readXml(trimmed);
}

function readXml(body: string): Fields | undefined {
  if (DECLARATION.test(body) || XMLValidator.validate(body) !== true) return undefined;
  try {
    const parsed = parser.parse(body) as Record<string, unknown>;
    const roots = Object.keys(parsed).filter((name) => name !== '#text');
    if (roots.length !== 1 || roots[0] !== 'xml') return undefined;
    return stringsOf(parsed.xml);
  } catch {
    // Nested too deep, a forbidden name, a reference to outside: refused by the parser itself.
    return undefined;
  }
}

/** The text of a number as it stood in the body; JavaScript would round a message id. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const numbersAsText: Reviver = (_, value, { source }) =>
  typeof value === 'number' ? (source ?? String(value)) : value;

function readJson(body: string): Fields | undefined {
  try {
    return stringsOf(JSON.parse(body, numbersAsText as (key: string, value: unknown) => unknown));
  } catch {
    return undefined;
  }
}

/** Nested values are left out: no field we read is one. A repeated field makes the whole unreadable. */
function stringsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).filter(([name]) => name !== '#text');
  if (entries.some(([, field]) => Array.isArray(field))) return undefined;
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

// === Writing

export type XmlValue = string | number | { readonly [name: string]: XmlValue } | readonly XmlItem[];
interface XmlItem {
  readonly item: { readonly [name: string]: XmlValue };
}

/** `<xml>…</xml>`: strings in CDATA, numbers bare, lists as `<item>`s. */
export function writeXml(fields: { readonly [name: string]: XmlValue }): string {
  return `<xml>${writeFields(fields)}</xml>`;
}

function writeFields(fields: { readonly [name: string]: XmlValue }): string {
  return Object.entries(fields)
    .map(([name, value]) => `<${name}>${writeValue(value)}</${name}>`)
    .join('');
}

function writeValue(value: XmlValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return cdata(value);
  if (Array.isArray(value)) return value.map((item: XmlItem) => writeFields({ item: item.item })).join('');
  return writeFields(value as { readonly [name: string]: XmlValue });
}

// Characters that XML does not know even when escaped.
const UNWRITABLE = /(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu;

/** A text that ends the section early would be read as markup. */
function cdata(text: string): string {
  return `<![CDATA[${text.replace(UNWRITABLE, '').replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
