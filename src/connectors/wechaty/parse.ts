/** A message of Wechaty, read into what the citizen meant. Undefined for what is not meant for us. */
import type { InboundContent } from '../../domain/conversation.ts';
import { maskNumbers } from '../../domain/masking.ts';

/** Characters of one message, as in the web chat; what is longer is cut, since nobody could be told. */
const TEXT_MAX = 500;

/** Nothing anybody said: notes of the client, and words that were taken back. */
const NOTES: ReadonlySet<string> = new Set(['GroupNote', 'Recalled']);

/** @param kind Wechaty's name of the type, such as `Text` or `Image` */
export function contentOf(kind: string, words: string): InboundContent | undefined {
  if (NOTES.has(kind)) return undefined;
  if (kind !== 'Text') return { kind: 'unsupported', what: kind.toLowerCase() };
  const text = [...words.trim()].slice(0, TEXT_MAX).join('');
  // An address of us without words: whoever calls for the first time is greeted.
  return text === '' ? { kind: 'opened' } : { kind: 'text', ...maskNumbers(text) };
}

/** After a name phones set U+2005, clients on computers a space. */
const AFTER_NAME = '(?:[\\u2005\\s]+|$)';

/** Whether the text begins by calling one of the names: for clients that do not say whom a message means. */
export function callsByName(text: string, names: readonly string[]): boolean {
  return names.some((name) => new RegExp(`^\\s*@${escaped(name)}${AFTER_NAME}`, 'u').test(text));
}

/** The text without the calls of these names. */
export function withoutNames(text: string, names: readonly string[]): string {
  return names
    .reduce((left, name) => left.replace(new RegExp(`@${escaped(name)}${AFTER_NAME}`, 'gu'), ' '), text)
    .trim();
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\/-]/gu, '\\$&');
