/** What a lint rule is: it sees all knowledge that has loaded, and says what a schema cannot. */
import type { Day } from '../../domain/insurance.ts';
import type { Entity } from '../../domain/understanding.ts';
import type { RawFile } from '../files.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Problem } from '../problem.ts';

export interface LintContext {
  readonly knowledge: Knowledge;
  readonly files: readonly RawFile[];
  /** The day against which reviews are overdue. */
  readonly asOf: Day;
  /** Texts from which no sentence may be copied; empty when none are at hand. */
  readonly articles: readonly string[];
  /** What a sentence mentions; the plain words of the lexicon by default. */
  readonly entitiesOf: (text: string) => readonly Entity[];
}

/** Where and what; the runner adds the name of the rule and how grave it is. */
export interface Remark {
  readonly file: string;
  readonly key: string;
  readonly message: string;
}

export interface LintRule {
  readonly name: string;
  readonly severity: Problem['severity'];
  readonly find: (context: LintContext) => readonly Remark[];
}

/** Path of the file that holds an entry, found by its id. */
export function pathOf(context: LintContext, room: string, id: string): string {
  const file = context.files.find((candidate) => candidate.room === room && candidate.name === id);
  return file?.path ?? `${room}/${id}`;
}

/** The day `days` later (or earlier, when negative). */
export function addDays(day: Day, days: number): Day {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
