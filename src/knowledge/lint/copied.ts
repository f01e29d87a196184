/**
 * Facts are free, sentences are not: no run of characters of ours may stand in the articles the
 * facts were checked against. Names of menus, documents and platforms are facts and may.
 */
import { RELATIONS } from '../../domain/insurance.ts';
import { grams } from '../resemblance.ts';
import { type LintContext, type LintRule, pathOf, type Remark } from './lint.ts';

/** Shorter runs are shared by everybody who writes about the same thing. */
const RUN = 12;

function copiedSentence(context: LintContext): Remark[] {
  if (context.articles.length === 0) return [];
  const theirs = new Set(context.articles.flatMap((text) => [...grams(text, RUN)]));
  for (const name of namesOf(context)) for (const gram of grams(name, RUN)) theirs.delete(gram);
  return textsOf(context).flatMap(({ file, key, text }) => {
    const run = text
      .split(/[\n。！？；]/u)
      .flatMap((sentence) => [...grams(sentence, RUN)])
      .find((gram) => theirs.has(gram));
    if (run === undefined || run.length < RUN) return [];
    return [{ file, key, message: `'${run}' stands in an article word for word; say it in our own words` }];
  });
}

function namesOf({ knowledge }: LintContext): string[] {
  const entries = [...knowledge.regions.values()].flatMap((region) => Object.values(region.entries).flat());
  return [
    ...entries.flatMap(({ path }) => [...path, path.join('')]),
    ...[...knowledge.sources.values()].map(({ title }) => title),
    ...Object.values(knowledge.lexicon.platforms).flatMap(({ label, words }) => [label, ...words]),
    ...knowledge.lexicon.terms,
    // The near relatives in the order of the law, as everybody lists them.
    RELATIONS.map((relation) => knowledge.lexicon.relations[relation]?.label ?? '').join(''),
  ];
}

function textsOf(
  context: LintContext,
): { readonly file: string; readonly key: string; readonly text: string }[] {
  const answers = [...context.knowledge.faq.values()].map(({ id, body }) => {
    return { file: pathOf(context, 'faq', id), key: '', text: body };
  });
  const replies = [...context.knowledge.replies].map(([id, { text }]) => ({
    file: 'replies/',
    key: id,
    text,
  }));
  return [...answers, ...replies];
}

export const copyRules: readonly LintRule[] = [
  { name: 'copied-sentence', severity: 'error', find: copiedSentence },
];
