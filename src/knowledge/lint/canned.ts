/** Lint of the ready words of staff: what they rest on, and that they are short enough to be read in a chat. */
import { mayBeSaid } from '../answers.ts';
import type { CannedEntry } from '../schema/canned.ts';
import { PUBLISHABLE } from '../schema/dated.ts';
import type { LintContext, LintRule, Remark } from './lint.ts';

const TEXT_MAX = 200;

function eachEntry(
  { knowledge }: LintContext,
  find: (entry: CannedEntry) => readonly Omit<Remark, 'file'>[],
): Remark[] {
  return [...knowledge.canned.values()].flatMap((entry) =>
    find(entry).map((remark) => ({ file: `canned/${entry.id}.yaml`, ...remark })),
  );
}

const hearsay = (context: LintContext) =>
  eachEntry(context, ({ status, sources }) => {
    const grades = sources.map((id) => context.knowledge.sources.get(id)?.grade);
    const isBacked = grades.some((grade) => grade !== undefined && PUBLISHABLE.has(grade));
    return status !== 'current' || isBacked
      ? []
      : [{ key: 'sources', message: 'rests on nothing of grade A, B or M; mark it unverified' }];
  });

const restsOnNothing = (context: LintContext) =>
  eachEntry(context, ({ rests_on }) =>
    rests_on.flatMap((id) => {
      const answer = context.knowledge.faq.get(id);
      if (answer === undefined) return [{ key: 'rests_on', message: `there is no answer '${id}'` }];
      return mayBeSaid(context.knowledge, answer, context.asOf)
        ? []
        : [{ key: 'rests_on', message: `the answer '${id}' may not be said today` }];
    }),
  );

const sameName = (context: LintContext) =>
  eachEntry(context, ({ id }) =>
    context.knowledge.faq.has(id)
      ? [{ key: 'id', message: 'an answer has this name; withdrawing would not know which is meant' }]
      : [],
  );

const tooLong = (context: LintContext) =>
  eachEntry(context, ({ text }) =>
    text.length > TEXT_MAX
      ? [{ key: 'text', message: `has ${text.length} characters; at most ${TEXT_MAX} are read in a chat` }]
      : [],
  );

const asksForNumber = (context: LintContext) =>
  eachEntry(context, ({ text }) =>
    /(发给我|告诉我|发过来|提供).{0,6}(身份证号|证件号|卡号|密码|手机号)/u.test(text)
      ? [{ key: 'text', message: 'asks for a number that belongs on the secure page' }]
      : [],
  );

const overdue = (context: LintContext) =>
  eachEntry(context, ({ review_due }) =>
    review_due > context.asOf
      ? []
      : [{ key: 'review_due', message: `not offered since ${review_due}: read it again` }],
  );

export const cannedRules: readonly LintRule[] = [
  { name: 'canned-hearsay', severity: 'error', find: hearsay },
  { name: 'canned-rests-on', severity: 'warning', find: restsOnNothing },
  { name: 'canned-name', severity: 'error', find: sameName },
  { name: 'canned-long', severity: 'error', find: tooLong },
  { name: 'canned-asks-for-number', severity: 'error', find: asksForNumber },
  { name: 'canned-overdue', severity: 'warning', find: overdue },
];
