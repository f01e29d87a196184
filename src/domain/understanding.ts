/** What the words say, before anybody decides what to do about them. */
import type { Json } from './json.ts';
import type { CauseId, Intent, Symptom } from './taxonomy.ts';

export type EntityType =
  | 'relation'
  | 'region'
  | 'platform'
  | 'date'
  | 'amount'
  | 'age'
  | 'ordinal'
  | 'role_payer'
  | 'role_dependent'
  | 'object'
  | 'account_type'
  /** A concept of `knowledge/lexicon/concepts.yaml`, by its id. */
  | 'concept';

export interface Entity {
  readonly type: EntityType;
  /** Normalised: relation id, region code, platform id, ISO day, fen, number. */
  readonly value: Json;
  /** The words of the original text, with their place in it (UTF-16 offsets). */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Other readings of the same words, for instance several places of one name. */
  readonly alternatives?: readonly Json[];
}

export interface Scored<Id extends string> {
  readonly id: Id;
  readonly p: number;
}

/** A short reaction to what was just asked or said. */
export const REACTIONS = [
  'yes',
  'no',
  'unsure',
  'cancel',
  'back',
  'restart',
  'repeat',
  'correct',
  'hand_off',
  'thanks',
  'greet',
  'more',
  'none_of_these',
] as const;
export type Reaction = (typeof REACTIONS)[number];

export type Action = 'answer' | 'task' | 'diagnose' | 'ask_back' | 'out_of_scope' | 'fallback';

export interface Understanding {
  /** Masked text as stored. */
  readonly text: string;
  readonly normalized: string;
  readonly action: Action;
  readonly intent: Intent;
  readonly confidence: number;
  /** Best five, `intent` first. */
  readonly alternatives: readonly Scored<Intent>[];
  readonly symptom?: Symptom;
  /** What the words alone suggest; evidence, not a finding. */
  readonly causes: readonly Scored<CauseId>[];
  readonly entities: readonly Entity[];
  readonly reaction?: Reaction;
  /** Set when a homophone or misspelling was read as something else. */
  readonly repairedAs?: string;
}
