/** Lint of the causes: what an explanation rests on, and where its remedy leads. */

import type { CauseEntry, RemedyEntry } from '../schema/cause.ts';
import { PUBLISHABLE } from '../schema/dated.ts';
import { type LintContext, type LintRule, pathOf, type Remark } from './lint.ts';

function eachCause(
  context: LintContext,
  find: (cause: CauseEntry) => readonly Omit<Remark, 'file'>[],
): Remark[] {
  return [...context.knowledge.causes.values()].flatMap((cause) =>
    find(cause).map((remark) => ({ file: pathOf(context, 'causes', cause.id), ...remark })),
  );
}

const causeSource = (context: LintContext) =>
  eachCause(context, ({ basis, sources, variants }) => {
    const { sources: known } = context.knowledge;
    const all = [...sources, ...variants.flatMap((variant) => variant.sources ?? [])];
    const isBacked = sources.some((id) => PUBLISHABLE.has(known.get(id)?.grade ?? 'D'));
    return [
      ...all
        .filter((id) => !known.has(id))
        .map((id) => ({ key: 'sources', message: `source '${id}' is not in sources.yaml` })),
      ...(basis === 'sourced' && !isBacked
        ? [
            {
              key: 'sources',
              message: 'none is of grade A, B or M; find one, or say basis: unconfirmed or record',
            },
          ]
        : []),
    ];
  });

/** A guide must lead to an answer that may be said, whatever the region. */
const lostRemedy = (context: LintContext) =>
  eachCause(context, ({ remedy, variants }) =>
    [remedy, ...variants.flatMap((variant) => variant.remedy ?? [])].flatMap((one) => {
      const entry = one.kind === 'guide' && one.faq !== undefined ? one.faq : undefined;
      if (entry === undefined || context.knowledge.faq.get(entry)?.status === 'current') return [];
      return [{ key: 'remedy.faq', message: `there is no current answer '${entry}' to lead to` }];
    }),
  );

/** What mends it: nothing to do and nothing to read is no remedy. */
const emptyRemedy = (context: LintContext) =>
  eachCause(context, ({ remedy }) =>
    isEmpty(remedy)
      ? [{ key: 'remedy', message: 'a guide without an answer to read; name one in remedy.faq' }]
      : [],
  );

function isEmpty(remedy: RemedyEntry): boolean {
  return remedy.kind === 'guide' && remedy.faq === undefined;
}

/** A cause without a citizen's words is found by nobody who complains in his own. */
function wordlessCause({ knowledge }: LintContext): Remark[] {
  return [...knowledge.causes.keys()]
    .filter((id) => (knowledge.lexicon.causes[id]?.examples.length ?? 0) === 0)
    .map((id) => ({
      file: 'lexicon/causes.yaml',
      key: id,
      message: 'nothing says how citizens complain of it; add examples',
    }));
}

export const causeRules: readonly LintRule[] = [
  { name: 'cause-source', severity: 'error', find: causeSource },
  { name: 'lost-remedy', severity: 'error', find: lostRemedy },
  { name: 'empty-remedy', severity: 'warning', find: emptyRemedy },
  { name: 'wordless-cause', severity: 'warning', find: wordlessCause },
];
