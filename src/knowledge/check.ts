/** The lint of the knowledge folder: everything that loads and is still wrong, all at once. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Day } from '../domain/insurance.ts';
import type { Entity, EntityType } from '../domain/understanding.ts';
import type { Knowledge } from './knowledge.ts';
import { calendarRules } from './lint/calendar.ts';
import { cannedRules } from './lint/canned.ts';
import { causeRules } from './lint/causes.ts';
import { copyRules } from './lint/copied.ts';
import { dataClassRules } from './lint/data-classes.ts';
import { faqRules } from './lint/faq.ts';
import type { LintContext, LintRule } from './lint/lint.ts';
import { proseRules } from './lint/prose.ts';
import { regionRules } from './lint/regions.ts';
import { systemRules } from './lint/systems.ts';
import { wordRules } from './lint/words.ts';
import { readKnowledge } from './load.ts';
import type { Problem } from './problem.ts';

export const LINT_RULES: readonly LintRule[] = [
  ...regionRules,
  ...systemRules,
  ...faqRules,
  ...proseRules,
  ...cannedRules,
  ...causeRules,
  ...wordRules,
  ...copyRules,
  ...calendarRules,
  ...dataClassRules,
];

export interface CheckOptions {
  readonly asOf: Day;
  /** Folder of articles from which no sentence may be copied; not looked at when it is absent. */
  readonly articles?: string;
  /** What a sentence mentions, where better eyes than the plain words of the lexicon are at hand. */
  readonly entitiesOf?: (text: string) => readonly Entity[];
}

/** Every problem of the folder, errors first. When it does not load, only why it does not. */
export function checkKnowledge(dir: string, options: CheckOptions): readonly Problem[] {
  const { knowledge, problems, files } = readKnowledge(dir);
  if (knowledge === undefined) return problems;
  const context: LintContext = {
    knowledge,
    files,
    asOf: options.asOf,
    articles: readArticles(options.articles),
    entitiesOf: options.entitiesOf ?? ((text) => mentions(knowledge, text)),
  };
  return LINT_RULES.flatMap(({ name, severity, find }) =>
    find(context).map((remark): Problem => ({ ...remark, severity, rule: name })),
  ).sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

function readArticles(folder: string | undefined): string[] {
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(join(folder, name), 'utf8'));
}

/**
 * The things of the lexicon that stand in a text, by its plain words and patterns. Coarser than
 * understanding, which the knowledge room may not import; enough to hold a question to its entry.
 */
export function mentions({ lexicon }: Knowledge, text: string): Entity[] {
  const lists: readonly (readonly [EntityType, { readonly [value: string]: readonly string[] }])[] = [
    ['relation', wordsOf(lexicon.relations)],
    ['platform', wordsOf(lexicon.platforms)],
    ['concept', wordsOf(lexicon.concepts)],
    ['object', lexicon.objects.object ?? {}],
    ['account_type', lexicon.objects.account_type ?? {}],
  ];
  return lists.flatMap(([type, values]) =>
    Object.entries(values).flatMap(([value, words]) => {
      const found = words.map((word) => place(text, word)).find((hit) => hit !== undefined);
      return found === undefined ? [] : [{ type, value, ...found }];
    }),
  );
}

function wordsOf(entries: { readonly [id: string]: { readonly words: readonly string[] } }): {
  readonly [id: string]: readonly string[];
} {
  return Object.fromEntries(Object.entries(entries).map(([id, { words }]) => [id, words]));
}

function place(text: string, word: string): Pick<Entity, 'text' | 'start' | 'end'> | undefined {
  const isPattern = word.length > 2 && word.startsWith('/') && word.endsWith('/');
  const match = isPattern ? new RegExp(word.slice(1, -1), 'iu').exec(text) : undefined;
  const start = isPattern ? (match?.index ?? -1) : text.toLowerCase().indexOf(word.toLowerCase());
  if (start < 0) return undefined;
  const end = start + (match?.[0].length ?? word.length);
  return { text: text.slice(start, end), start, end };
}
