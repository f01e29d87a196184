/** Lint of the answers: they may be said, they are found, and no two are the same. */
import { findAnswer } from '../answers.ts';
import type { Knowledge } from '../knowledge.ts';
import { NATION, namesOf, regionChain } from '../lookup.ts';
import { bigrams, similarity } from '../resemblance.ts';
import { PUBLISHABLE } from '../schema/dated.ts';
import type { FaqEntry } from '../schema/faq.ts';
import { type LintContext, type LintRule, pathOf, type Remark } from './lint.ts';

/** Above this two answers differ by a word or a name. */
const NEAR_DUPLICATE = 0.85;

function eachEntry(
  context: LintContext,
  find: (entry: FaqEntry) => readonly Omit<Remark, 'file'>[],
): Remark[] {
  return [...context.knowledge.faq.values()].flatMap((entry) =>
    find(entry).map((remark) => ({ file: pathOf(context, 'faq', entry.id), ...remark })),
  );
}

const hearsay = (context: LintContext) =>
  eachEntry(context, (entry) => {
    const grades = entry.sources.map((id) => context.knowledge.sources.get(id)?.grade);
    const publishable = grades.some((grade) => grade !== undefined && PUBLISHABLE.has(grade));
    if (entry.status !== 'current' || publishable) return [];
    return [{ key: 'sources', message: 'none is of grade A, B or M; find one, or set status: unverified' }];
  });

const unknownRegion = (context: LintContext) =>
  eachEntry(context, (entry) =>
    entry.regions
      .filter((code) => !context.knowledge.regions.has(code))
      .map((code) => ({
        key: 'regions',
        message: `there is no regions/${code}.yaml, so nobody is ever given this`,
      })),
  );

const unknownIntent = (context: LintContext) =>
  eachEntry(context, (entry) =>
    context.knowledge.intents.has(entry.intent)
      ? []
      : [{ key: 'intent', message: `there is no intents/${entry.intent}.yaml, so nothing leads here` }],
  );

const unknownWhen = (context: LintContext) => eachEntry(context, (entry) => unknownWhenOf(context, entry));

function unknownWhenOf(context: LintContext, entry: FaqEntry): Omit<Remark, 'file'>[] {
  return Object.entries(entry.when).flatMap(([type, wanted]) => {
    const known = valuesOf(context.knowledge, type);
    return (wanted ?? [])
      .filter((value) => !known.has(value))
      .map((value) => ({ key: `when.${type}`, message: `the lexicon has no ${type} '${value}'` }));
  });
}

function valuesOf({ lexicon }: Knowledge, type: string): ReadonlySet<string> {
  if (type === 'relation') return new Set(Object.keys(lexicon.relations));
  if (type === 'platform') return new Set(Object.keys(lexicon.platforms));
  if (type === 'concept') return new Set(Object.keys(lexicon.concepts));
  return new Set(Object.keys(lexicon.objects[type] ?? {}));
}

const badPeriod = (context: LintContext) =>
  eachEntry(context, ({ valid_from, valid_until, reviewed_on, review_due }) => [
    ...(valid_until !== undefined && valid_until <= valid_from
      ? [{ key: 'valid_until', message: `${valid_until} is not after valid_from ${valid_from}` }]
      : []),
    ...(review_due <= reviewed_on
      ? [{ key: 'review_due', message: `${review_due} is not after reviewed_on ${reviewed_on}` }]
      : []),
  ]);

const overdue = (context: LintContext) =>
  eachEntry(context, ({ review_due, valid_until }) => {
    const hasEnded = valid_until !== undefined && valid_until <= context.asOf;
    if (hasEnded || review_due >= context.asOf) return [];
    return [{ key: 'review_due', message: `the review was due ${review_due}` }];
  });

/** Each way to ask, asked in the first region of the entry on a day it holds, must find the entry. */
const questionLost = (context: LintContext) =>
  eachEntry(context, (entry) => {
    const [region = NATION] = entry.regions;
    if (entry.status !== 'current' || !context.knowledge.regions.has(region)) return [];
    if (unknownWhenOf(context, entry).length > 0) return [];
    const ended = entry.valid_until !== undefined && entry.valid_until <= context.asOf;
    const asOf = ended || context.asOf < entry.valid_from ? entry.valid_from : context.asOf;
    return entry.questions.flatMap((text, index) => {
      const entities = context.entitiesOf(text);
      const found = findAnswer(context.knowledge, { intent: entry.intent, region, asOf, entities, text });
      if (found?.entry.id === entry.id) return [];
      const message = `'${text}' finds ${found === undefined ? 'nothing' : `'${found.entry.id}'`} instead`;
      return [{ key: `questions.${index}`, message }];
    });
  });

/** A place in the title promises an answer about that place. */
const placeInTitle = (context: LintContext) =>
  eachEntry(context, (entry) => {
    const { knowledge } = context;
    const reached = new Set(entry.regions.flatMap((code) => regionChain(knowledge, code)));
    const named = [...knowledge.regions.values()].filter(
      (region) =>
        region.code !== NATION &&
        namesOf(region).some((name) => name.length > 1 && entry.title.includes(name)),
    );
    const wrong = named.filter(({ code }) => !reached.has(code) && !isAbove(knowledge, code, entry.regions));
    const unknown = [...entry.title.matchAll(NAMED_PLACE)]
      .map((match) => match.groups?.place ?? '')
      .filter((place) => !GENERIC.test(place) && !named.some(({ name }) => place.endsWith(name)));
    return [
      ...wrong.map(({ name }) => ({
        key: 'regions',
        message: `the title names ${name}, which is not among the regions`,
      })),
      ...unknown.map((place) => ({
        key: 'title',
        message: `'${place}' is no region we have; add its file or reword`,
      })),
    ];
  });

const NAMED_PLACE = /(?<place>\p{Script=Han}{2,3}[省市])/gu;
const GENERIC = /[跨同外本全各两这那哪个在是的][省市]$|城市$/u;

function isAbove(knowledge: Knowledge, code: string, regions: readonly string[]): boolean {
  return regions.some((region) => regionChain(knowledge, code).includes(region) && region !== NATION);
}

function nearDuplicate(context: LintContext): Remark[] {
  const known: { readonly entry: FaqEntry; readonly grams: ReadonlySet<string> }[] = [];
  return eachEntry(context, (entry) => {
    const grams = bigrams(entry.body);
    const twin = known.find((other) => similarity(other.grams, grams) >= NEAR_DUPLICATE);
    known.push({ entry, grams });
    if (twin === undefined) return [];
    return [
      { key: '', message: `says almost the same as '${twin.entry.id}'; keep one, or say how they differ` },
    ];
  });
}

export const faqRules: readonly LintRule[] = [
  { name: 'hearsay', severity: 'error', find: hearsay },
  { name: 'unknown-region', severity: 'error', find: unknownRegion },
  { name: 'unknown-intent', severity: 'error', find: unknownIntent },
  { name: 'unknown-when', severity: 'error', find: unknownWhen },
  { name: 'bad-period', severity: 'error', find: badPeriod },
  { name: 'question-lost', severity: 'error', find: questionLost },
  { name: 'place-in-title', severity: 'error', find: placeInTitle },
  { name: 'near-duplicate', severity: 'warning', find: nearDuplicate },
  { name: 'review-overdue', severity: 'warning', find: overdue },
];
