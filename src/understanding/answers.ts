/** Does the sentence answer the question being asked? Offered choices first, then what fits the slot. */
import type { Asking, Choice, Slots } from '../domain/conversation.ts';
import type { Json } from '../domain/json.ts';
import type { Entity, Understanding } from '../domain/understanding.ts';
import { relationOf, type SlotReader } from './slots.ts';
import type { Listening } from './understander.ts';

/** Choice value that says "I do not know". */
const UNKNOWN = 'unknown';
/** Slots of flows that ask for a fact of diagnosis under a name of their own. */
const FACT_OF: { readonly [slot: string]: string } = { same_province: 'region.same_province' };
/** Parts of a label that people type alone are at least this long. */
const SHORTEST_PART = 2;

/** The choice named by its value, its whole label or its place in the list. */
export function chosen({ choices }: Asking, { normalized, entities }: Understanding): Choice | undefined {
  if (choices === undefined) return undefined;
  const words = squeezed(normalized);
  const exact = choices.find(({ value, label }) => words === squeezed(value) || words === squeezed(label));
  return exact ?? byPlace(choices, entities);
}

export function byPlace<Item>(items: readonly Item[], entities: readonly Entity[]): Item | undefined {
  const place = entities.find(({ type }) => type === 'ordinal')?.value;
  return typeof place !== 'number' ? undefined : place < 0 ? items.at(-1) : items[place - 1];
}

/** The slots this sentence gives to the question, or undefined when it is no answer to it. */
export function answerTo(
  asking: Asking,
  understanding: Understanding,
  listening: Listening,
  reader: SlotReader,
): Slots | undefined {
  const { slot, choices = [] } = asking;
  const value =
    fitting(slot, understanding, reader) ??
    (slot === 'same_province' ? reader.slots(understanding, listening)[slot] : undefined) ??
    worded(choices, reader.factAsked(understanding, FACT_OF[slot] ?? slot)) ??
    labelled(choices, understanding.normalized) ??
    (understanding.reaction === 'unsure'
      ? choices.find((choice) => choice.value === UNKNOWN)?.value
      : undefined) ??
    (understanding.reaction === 'none_of_these' ? choices.find(isOther)?.value : undefined);
  return value === undefined ? undefined : { [slot]: value };
}

function isOther({ value }: Choice): boolean {
  return value === 'other' || value === 'none' || value === 'other_relative';
}

/** An entity of the kind the slot wants. */
function fitting(slot: string, understanding: Understanding, reader: SlotReader): Json | undefined {
  const { entities, intent, symptom } = understanding;
  const first = (type: Entity['type']) =>
    entities.find((entity) => entity.type === type && entity.alternatives === undefined)?.value;
  switch (slot) {
    case 'relation':
      return relationOf(entities);
    case 'region':
      return first('region');
    case 'object':
      return first('object');
    case 'symptom':
      return symptom;
    case 'how':
      return intent.startsWith('unbind.') ? intent.slice('unbind.'.length) : undefined;
    default:
      if (/amount|quota|fen$/u.test(slot)) return first('amount') ?? reader.bareFen(understanding);
      if (/date|_on$|from$|until$/u.test(slot)) return first('date');
      return undefined;
  }
}

/** A phrase of lexicon/facts.yaml, in the form the buttons would give. */
function worded(choices: readonly Choice[], value: string | number | boolean | undefined): Json | undefined {
  if (typeof value !== 'boolean') return value;
  const word = value ? 'yes' : 'no';
  return choices.some((choice) => choice.value === word) ? word : value;
}

/** The only choice whose label, or a part of it, is in the words, or which holds the words. */
function labelled(choices: readonly Choice[], text: string): string | undefined {
  const words = squeezed(text);
  if (words.length < SHORTEST_PART) return undefined;
  const fits = choices
    .map(({ value, label }) => ({ value, length: likeness(label, words) }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length);
  const [best, second] = fits;
  return best !== undefined && best.length > (second?.length ?? 0) ? best.value : undefined;
}

function likeness(label: string, words: string): number {
  const whole = squeezed(label);
  if (whole.includes(words)) return words.length;
  const parts = [whole, ...label.split(/[^\p{L}\p{N}]+/u)].filter((part) => part.length >= SHORTEST_PART);
  return Math.max(0, ...parts.filter((part) => words.includes(part)).map((part) => part.length));
}

function squeezed(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
