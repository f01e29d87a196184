/** Every dated change of the shipped knowledge: the day before, the day itself, the day after. */
import { describe, expect, test } from 'vitest';
import { mayBeSaid } from '../../src/knowledge/answers.ts';
import { addDays } from '../../src/knowledge/lint/lint.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { entriesOf, ruleAt } from '../../src/knowledge/lookup.ts';
import type { DatedRule, Operation, RuleId } from '../../src/knowledge/schema/region.ts';
import { REAL } from './folder.ts';

const knowledge = loadKnowledge(REAL);
const regions = [...knowledge.regions.values()];

interface Change {
  readonly region: string;
  readonly rule: RuleId;
  readonly value: DatedRule;
}

const values: readonly Change[] = regions.flatMap(({ code, rules }) =>
  Object.entries(rules).flatMap(([rule, list]) =>
    ((list ?? []) as readonly DatedRule[]).map((value) => ({ region: code, rule: rule as RuleId, value })),
  ),
);
/** What the region itself says on a day; undefined when it leaves the word to the level above. */
const own = ({ region, rule }: Change, day: string) => {
  const found = ruleAt(knowledge, rule, region, day);
  return found.region === region && found.from !== undefined
    ? { value: found.value, from: found.from }
    : undefined;
};

describe('each value of a rule', () => {
  test.each(
    values.map((change) => [`${change.region} ${change.rule} from ${change.value.from}`, change] as const),
  )('%s begins on its day and not before', (_, change) => {
    const { from, until, value } = change.value;
    expect(own(change, addDays(from, -1))?.from).not.toBe(from);
    expect(own(change, from)).toEqual({ value, from });
    const after = addDays(from, 1);
    if (until === undefined || after < until) expect(own(change, after)).toEqual({ value, from });
    else expect(own(change, after)?.from).not.toBe(from);
  });

  test.each(
    values
      .filter(({ value }) => value.until !== undefined)
      .map((change) => [`${change.region} ${change.rule} until ${change.value.until}`, change] as const),
  )('%s holds the day before its end, and on the day no more', (_, change) => {
    const { from, until = '' } = change.value;
    expect(own(change, addDays(until, -1))?.from).toBe(from);
    expect(own(change, until)?.from).not.toBe(from);
    expect(own(change, addDays(until, 1))?.from).not.toBe(from);
  });

  test('are enough to be worth the walk', () => expect(values.length).toBeGreaterThan(120));
});

const ways = regions.flatMap(({ code, entries }) =>
  Object.entries(entries).flatMap(([operation, list]) =>
    list.map((entry) => ({ code, operation: operation as Operation, entry })),
  ),
);

test.each(
  ways.map((way) => [`${way.code} ${way.operation} ${way.entry.platform} ${way.entry.from}`, way] as const),
)(
  'the way %s is there from its day on and gone on its last',
  (_, { code, operation, entry: { from, until, path } }) => {
    const isThere = (day: string) =>
      entriesOf(knowledge, operation, code, day).some((way) => way.from === from && way.path === path);
    expect([addDays(from, -1), from, addDays(from, 1)].map(isThere)).toEqual([false, true, true]);
    if (until === undefined) return;
    expect([addDays(until, -1), until, addDays(until, 1)].map(isThere)).toEqual([true, false, false]);
  },
);

test.each([...knowledge.faq.values()].map((entry) => [entry.id, entry] as const))(
  'the answer %s is said from its day on, and on its last no more',
  (_, entry) => {
    const { valid_from: from, valid_until: until } = entry;
    const isSaid = (day: string) => mayBeSaid(knowledge, entry, day);
    const sayable = entry.status === 'current';
    expect([addDays(from, -1), from, addDays(from, 1)].map(isSaid)).toEqual([false, sayable, sayable]);
    if (until === undefined) return;
    expect([addDays(until, -1), until, addDays(until, 1)].map(isSaid)).toEqual([sayable, false, false]);
  },
);
