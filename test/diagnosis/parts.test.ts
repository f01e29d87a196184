import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../src/diagnosis/answers.ts';
import { causeProblems } from '../../src/diagnosis/check.ts';
import { holds, witnesses } from '../../src/diagnosis/conditions.ts';
import { evidenceReply, explain } from '../../src/diagnosis/explain.ts';
import { factBook } from '../../src/diagnosis/fact-book.ts';
import { regionFacts, ruleFacts } from '../../src/diagnosis/rule-facts.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { CauseId } from '../../src/domain/taxonomy.ts';
import { type CauseEntry, type Condition, causeSchema } from '../../src/knowledge/schema/cause.ts';
import { PUBLISHABLE } from '../../src/knowledge/schema/dated.ts';
import { lookedUp, ruled, said } from './facts-of.ts';
import { knowledge } from './knowledge.ts';

const under = (facts: readonly Fact[]) => {
  const book = factBook(facts);
  return (id: string) => book.get(id);
};
const causeOf = (id: CauseId) => knowledge.causes.get(id) as CauseEntry;

describe('a condition', () => {
  const full: Condition = { fact: 'binding.count', at_least: { fact: 'rule.member_limit' } };

  it('on an unknown fact is neither true nor false', () => {
    expect(holds(full, under(said({ 'binding.count': 6 })))).toBeUndefined();
    expect(holds({ not: full }, under([]))).toBeUndefined();
  });

  it('compares a fact with the limit of the region', () => {
    expect(holds(full, under([...said({ 'binding.count': 6 }), ...ruled({ 'rule.member_limit': 6 })]))).toBe(
      true,
    );
    expect(holds(full, under([...said({ 'binding.count': 5 }), ...ruled({ 'rule.member_limit': 6 })]))).toBe(
      false,
    );
  });

  it('is decided by one part, whatever the others are', () => {
    const no: Condition = { fact: 'ecert.active', is: true };
    const lookup = under(said({ 'ecert.active': false }));
    expect(holds({ all: [full, no] }, lookup)).toBe(false);
    expect(holds({ any: [full, { not: no }] }, lookup)).toBe(true);
    expect(holds({ any: [full, no] }, lookup)).toBeUndefined();
  });

  it('names the facts that made it true', () => {
    const lookup = under(said({ 'ecert.active': false, 'face.passed': true }));
    const either: Condition = {
      any: [
        { fact: 'ecert.active', is: false },
        { fact: 'face.passed', is: false },
      ],
    };
    expect(witnesses(either, lookup).map(({ id }) => id)).toEqual(['ecert.active']);
  });
});

describe('the book of facts', () => {
  it('keeps the later of two records', () => {
    const older = lookedUp({ 'account.balance_fen': 0 }, '2026-11-01T00:00:00.000Z');
    const newer = lookedUp({ 'account.balance_fen': 5_000 }, '2026-11-20T00:00:00.000Z');
    expect(factBook([...newer, ...older]).get('account.balance_fen')?.value).toBe(5_000);
  });

  it('keeps the corrected answer', () => {
    expect(
      factBook([...said({ relation: 'child' }), ...said({ relation: 'parent' })]).get('relation')?.value,
    ).toBe('parent');
  });

  it('leaves out facts without a meaning', () => {
    expect(
      factBook(said({ nonsense: 1, relation: 'boss', 'ecert.active': 'yes', 'binding.count': -1 })).size,
    ).toBe(0);
  });
});

describe('an answer', () => {
  it('is read by the type of its fact', () => {
    expect(parseAnswer('ecert.active', 'no')).toBe(false);
    expect(parseAnswer('account.balance_fen', ' 1200 ')).toBe(1200);
    expect(parseAnswer('relation', 'spouse')).toBe('spouse');
  });

  it('that does not fit is none', () => {
    expect(parseAnswer('account.balance_fen', '-1')).toBeUndefined();
    expect(parseAnswer('account.balance_fen', '99999999999')).toBeUndefined();
    expect(parseAnswer('relation', 'boss')).toBeUndefined();
  });
});

describe('rules as facts', () => {
  const windowOn = (day: string) =>
    ruleFacts(
      (rule) =>
        rule === 'premium_window'
          ? ({
              value: { year: 2027, opens: '2026-10-10', closes: '2026-12-25' },
              source: 's',
              from: '2026-09-01',
            } as never)
          : undefined,
      day,
    ).map(({ id, value }) => [id, value]);

  it('tell whether the payment window is open on the day', () => {
    expect(windowOn('2026-11-22')).toEqual([['premium.window_open', true]]);
    expect(windowOn('2027-01-05')).toEqual([['premium.window_open', false]]);
  });

  it('say nothing about the window of another year', () => {
    expect(windowOn('2027-11-22')).toEqual([]);
  });

  it('of which nothing is known are no facts', () => {
    expect(ruleFacts(() => undefined, '2026-11-22')).toEqual([]);
  });

  it('carry their source', () => {
    const facts = regionFacts(knowledge, '350000', '2026-11-22');
    expect(facts.find(({ id }) => id === 'rule.fund_model')).toMatchObject({
      value: 'F2',
      origin: { kind: 'rule', source: 'fj-xiamen-20211124' },
    });
  });
});

describe('an explanation', () => {
  it('names the balance only when it is known', () => {
    const zero = causeOf('zero_balance');
    expect(explain(zero, said({ 'account.empty_said': true })).reply.id).toBe('diagnose.cause.zero_balance');
    const { reply } = explain(zero, lookedUp({ 'account.balance_fen': 0 }));
    expect(reply).toMatchObject({
      id: 'diagnose.cause.zero_balance.amount',
      params: { 'fact.account.balance_fen': 0 },
    });
  });

  it('leads elsewhere where a kinship account is the first step', () => {
    const { reply, sources } = explain(causeOf('wrong_account_type'), ruled({ 'rule.kinship_first': true }));
    expect(reply.id).toBe('diagnose.cause.wrong_account_type.kinship_first');
    expect(sources).toContain('test-source');
  });

  it('offers the dependent to accept, the payer only advice', () => {
    const entry = causeOf('invite_unconfirmed');
    expect(explain(entry, said({ 'asker.side': 'dependent' })).remedy).toEqual({
      kind: 'act',
      flow: 'accept-invite',
    });
    expect(explain(entry, said({ 'asker.side': 'payer' })).remedy).toMatchObject({ kind: 'guide' });
  });

  it('puts a fact into words with the label of its value', () => {
    expect(evidenceReply(knowledge.replies, { fact: 'page.used', value: 'kinship' }).params.value).toContain(
      '亲情账户',
    );
    expect(evidenceReply(knowledge.replies, { fact: 'account.balance_fen', value: 1250 }).params.value).toBe(
      '12.50',
    );
  });
});

describe('the causes', () => {
  it('speak only of facts there are, and have all their words', () => {
    expect(causeProblems(knowledge.causes, knowledge.replies)).toEqual([]);
  });

  it('with an unknown fact, a wrong value or an empty hole are reported', () => {
    const broken = causeSchema.parse({
      id: 'not_bound',
      title: '示例',
      symptoms: { not_shown: 'common' },
      evidence: [{ if: { fact: 'page.used', is: 'tv' }, for: 'fair' }],
      settled_if: { fact: 'moon.phase', is: 'full' },
      mend_order: 1,
      remedy: { kind: 'guide' },
      basis: 'record',
    });
    const text = { text: '余额 {fact.account.balance_fen}', again: [], choices: [], sources: [] };
    const replies = new Map(knowledge.replies).set('diagnose.cause.not_bound', text);
    expect(causeProblems(new Map([['not_bound', broken]]), replies)).toEqual([
      "causes/not_bound: there is no fact 'moon.phase'; add it to diagnosis/facts.ts",
      "causes/not_bound: 'tv' is no value of 'page.used'",
      "causes/not_bound: reply 'diagnose.cause.not_bound' names 'account.balance_fen', which its condition does not guarantee",
    ]);
  });

  it('are told only from sources that may be cited, or admit that nothing was found', () => {
    for (const { id, basis, sources, variants } of knowledge.causes.values()) {
      const cited = [...sources, ...variants.flatMap((variant) => variant.sources ?? [])];
      const weak = cited.filter((source) => !PUBLISHABLE.has(knowledge.sources.get(source)?.grade ?? 'D'));
      expect([id, weak]).toEqual([id, []]);
      if (basis === 'unconfirmed')
        expect(knowledge.replies.get(`diagnose.cause.${id}`)?.text).toMatch(/没有找到/u);
    }
  });
});
