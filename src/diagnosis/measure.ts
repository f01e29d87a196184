/** How often played situations end at the right cause, and after how many questions. */
import type { CauseId, Symptom } from '../domain/taxonomy.ts';
import { MAX_QUESTIONS } from './engine.ts';
import type { Played, Situation } from './play.ts';

export interface Outcome {
  readonly situation: Situation;
  readonly played: Played;
}

export interface Figures {
  readonly situations: number;
  /** The first cause that must be mended stands first. */
  readonly first: number;
  readonly amongThree: number;
  /** Exactly the right causes are told, in mending order (nothing, where nothing may be told). */
  readonly exact: number;
  /** Something was told and it began with a wrong cause. */
  readonly misled: number;
  readonly medianQuestions: number;
  readonly mostQuestions: number;
  /** Share of talks with at most three questions. */
  readonly short: number;
}

/** Shares are between 0 and 1; of no situations at all, everything is 0. */
export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const count = outcomes.length;
  const share = (test: (one: Outcome) => boolean) => outcomes.filter(test).length / Math.max(1, count);
  const asked = outcomes.map(({ played }) => played.questions.length).toSorted((a, b) => a - b);
  return {
    situations: count,
    first: share((one) => placeOf(one) === 0),
    amongThree: share((one) => placeOf(one) >= 0 && placeOf(one) < 3),
    exact: share(isExact),
    misled: share((one) => one.played.found.told > 0 && placeOf(one) !== 0),
    medianQuestions: asked[Math.floor(count / 2)] ?? 0,
    mostQuestions: asked.at(-1) ?? 0,
    short: share(({ played }) => played.questions.length <= 3),
  };
}

/** Place of the cause that must be mended first, from 0; -1 when it is not found at all. */
export function placeOf({ situation, played }: Outcome): number {
  return played.found.findings.findIndex(({ cause }) => cause === situation.causes[0]);
}

export function toldBy({ found }: Played): readonly CauseId[] {
  return found.findings.slice(0, found.told).map(({ cause }) => cause);
}

export function isExact({ situation, played }: Outcome): boolean {
  const due = situation.unsure ? [] : situation.causes;
  const told = toldBy(played);
  return told.length === due.length && due.every((cause, place) => told[place] === cause);
}

/** Talks by the number of their questions: index 0 is none at all. */
export function questionCounts(outcomes: readonly Outcome[]): readonly number[] {
  return Array.from(
    { length: MAX_QUESTIONS + 1 },
    (_, asked) => outcomes.filter(({ played }) => played.questions.length === asked).length,
  );
}

export function bySymptom(outcomes: readonly Outcome[]): ReadonlyMap<Symptom, Figures> {
  const groups = Map.groupBy(outcomes, ({ situation }) => situation.symptom);
  return new Map([...groups].map(([symptom, group]) => [symptom, figuresOf(group)]));
}
