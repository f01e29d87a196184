/** From the value of a choice or a JSON field to the value of a fact, and back. */
import type { FactId, FactValue } from '../domain/fact.ts';
import { FACTS, factSpec } from './facts.ts';

/** The choice that says 不知道; legal for every question, and no value of any fact. */
export const UNKNOWN = 'unknown';

/** Ten million yuan in fen: no personal account comes near it, so more is a slip of the keyboard. */
const MAX_NUMBER = 1_000_000_000;

/** The value a typed or chosen answer stands for; undefined when it is none of this fact, or `unknown`. */
export function parseAnswer(id: FactId, answer: string): FactValue | undefined {
  const spec = factSpec(id);
  const text = answer.trim();
  if (spec === undefined || text === '') return undefined;
  if (spec.type === 'choice') return spec.choices.includes(text) ? text : undefined;
  if (spec.type === 'boolean') return text === 'yes' ? true : text === 'no' ? false : undefined;
  return /^\d+$/u.test(text) && Number(text) <= MAX_NUMBER ? Number(text) : undefined;
}

/** Whether the value is one this fact can have. */
export function isValueOf(id: FactId, value: unknown): value is FactValue {
  const spec = factSpec(id);
  if (spec === undefined) return false;
  if (spec.type === 'choice') return typeof value === 'string' && spec.choices.includes(value);
  if (spec.type === 'boolean') return typeof value === 'boolean';
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Choice values of the question about a fact, `unknown` last. A number has no choices but that. */
export function choicesFor(id: FactId): readonly string[] {
  return [...valuesOf(id).map(choiceOf), UNKNOWN];
}

/** The choice value that stands for a fact's value. */
export function choiceOf(value: FactValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

/** The values a fact can have, where they can be listed. */
export function valuesOf(id: FactId): readonly FactValue[] {
  const spec = factSpec(id);
  if (spec?.type === 'choice') return spec.choices;
  return spec?.type === 'boolean' ? [true, false] : [];
}

/** The finer relations of the law onto the few that diagnosis tells apart. */
export function coarseRelation(relation: string): string {
  if (relation.endsWith('_in_law')) return 'in_law';
  const plain = relation.replace(/^maternal_/u, '');
  const known: readonly string[] = FACTS.relation.choices;
  return known.includes(plain) || plain === UNKNOWN ? plain : 'other';
}
