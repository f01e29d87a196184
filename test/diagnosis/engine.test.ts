import { describe, expect, it } from 'vitest';
import { type DiagnosisInput, diagnose as diagnoseFacts, MAX_QUESTIONS } from '../../src/diagnosis/engine.ts';
import { assumed, lookedUp, ruled, said } from './facts-of.ts';
import { knowledge } from './knowledge.ts';

const diagnose = (input: DiagnosisInput) => diagnoseFacts(knowledge.causes, input);
const causesOf = (input: DiagnosisInput) => diagnose(input).findings.map(({ cause }) => cause);
const probability = (input: DiagnosisInput, id: string) =>
  diagnose(input).findings.find(({ cause }) => cause === id)?.p ?? 0;

describe('the engine', () => {
  it('asks which page was used when a binding does not show', () => {
    const { next, settled, lookup } = diagnose({ symptom: 'not_shown', facts: [] });
    expect(next?.fact).toBe('page.used');
    expect(next?.choices).toEqual(['kinship', 'mutual_aid', 'wallet', 'tax', 'hospital', 'unknown']);
    expect([settled, lookup]).toEqual([false, false]);
  });

  it('knows the kinship account by the page that was used', () => {
    const { findings, settled, told } = diagnose({
      symptom: 'not_shown',
      facts: said({ 'page.used': 'kinship' }),
      asked: 1,
    });
    expect(settled).toBe(true);
    expect(told).toBe(1);
    expect(findings[0]).toMatchObject({
      cause: 'wrong_account_type',
      because: [{ fact: 'page.used', value: 'kinship', origin: 'said' }],
      remedy: { kind: 'act', flow: 'bind' },
    });
  });

  it('tells several causes in the order in which they must be mended', () => {
    const { findings, told } = diagnose({
      symptom: 'cant_use',
      facts: lookedUp({ 'binding.state': 'none', 'account.balance_fen': 0, 'dependent.standing': 'ended' }),
    });
    expect(findings.slice(0, told).map(({ cause }) => cause)).toEqual([
      'dependent_uninsured',
      'not_bound',
      'zero_balance',
    ]);
  });

  it('never tells a cause that a fact excludes', () => {
    expect(causesOf({ symptom: 'cant_bind', facts: said({ 'payer.scheme': 'employee' }) })).not.toContain(
      'payer_not_employee',
    );
  });

  it('believes the record when it contradicts what was said', () => {
    const facts = [...said({ 'visit.card': 'patient' }), ...lookedUp({ 'visit.card': 'payer' })];
    expect(causesOf({ symptom: 'cant_use', facts })[0]).toBe('wrong_card_used');
    expect(causesOf({ symptom: 'cant_use', facts: facts.toReversed() })[0]).toBe('wrong_card_used');
  });

  it('is surer of a record than of a word', () => {
    const facts = { 'account.balance_fen': 0 };
    const symptom = 'cant_use' as const;
    expect(probability({ symptom, facts: lookedUp(facts) }, 'zero_balance')).toBeGreaterThan(
      probability({ symptom, facts: said(facts) }, 'zero_balance'),
    );
  });

  it('gives no weight to an assumed fact', () => {
    const symptom = 'not_shown' as const;
    expect(diagnose({ symptom, facts: assumed({ 'page.used': 'kinship' }) })).toEqual(
      diagnose({ symptom, facts: [] }),
    );
  });

  it('takes the words of the complaint as a hint, not as a finding', () => {
    const symptom = 'cant_use' as const;
    const hints = [{ id: 'zero_balance' as const, p: 1 }];
    expect(causesOf({ symptom, facts: [], hints })[0]).toBe('zero_balance');
    expect(diagnose({ symptom, facts: [], hints }).settled).toBe(false);
  });

  it('does not ask again what the citizen does not know', () => {
    const { next } = diagnose({ symptom: 'not_shown', facts: [], skipped: ['page.used'], asked: 1 });
    expect(next?.fact).toBeDefined();
    expect(next?.fact).not.toBe('page.used');
  });

  it('does not ask what a record already tells', () => {
    const facts = lookedUp({ 'visit.card': 'patient' });
    expect(diagnose({ symptom: 'cant_use', facts }).next?.fact).not.toBe('visit.card');
  });

  it('asks nothing after the sixth question', () => {
    const { next, settled } = diagnose({ symptom: 'cant_use', facts: [], asked: MAX_QUESTIONS });
    expect(next).toBeUndefined();
    expect(settled).toBe(false);
  });

  it('asks for the goal when the complaint is unclear', () => {
    expect(diagnose({ symptom: 'other', facts: [] }).next?.fact).toBe('goal');
  });
});

describe('the records', () => {
  it('are not asked for before the citizen was listened to', () => {
    expect(diagnose({ symptom: 'not_shown', facts: [] }).lookup).toBe(false);
  });

  it('are offered after one or two questions that did not decide', () => {
    expect(
      diagnose({ symptom: 'not_shown', facts: said({ 'page.used': 'mutual_aid' }), asked: 1 }).lookup,
    ).toBe(true);
  });

  it('are opened at once for a person who is verified and agreed', () => {
    expect(diagnose({ symptom: 'cant_bind', facts: [], records: 'open' }).lookup).toBe(true);
  });

  it('are not asked for again once refused or seen', () => {
    const facts = said({ 'page.used': 'mutual_aid' });
    expect(diagnose({ symptom: 'not_shown', facts, asked: 1, records: 'closed' }).lookup).toBe(false);
    const seen = [...facts, ...lookedUp({ 'account.balance_fen': 90_000 })];
    expect(diagnose({ symptom: 'not_shown', facts: seen, asked: 1 }).lookup).toBe(false);
  });
});

describe('the rules of a region', () => {
  const balances = { 'binding.state': 'active', 'account.balance_fen': 150_000, 'account.past_years_fen': 0 };

  it('make carried-over money of zero the cause only where nothing else may be used', () => {
    const facts = lookedUp(balances);
    const only = [...facts, ...ruled({ 'rule.past_years_only': true })];
    const all = [...facts, ...ruled({ 'rule.past_years_only': false })];
    expect(causesOf({ symptom: 'cant_use', facts: only })[0]).toBe('zero_balance');
    expect(causesOf({ symptom: 'cant_use', facts: all })).not.toContain('zero_balance');
  });

  it('lead the same complaint to the empty pool where money must be allocated first', () => {
    const facts = said({ 'binding.state': 'active', 'pool.funded_said': false });
    expect(
      causesOf({ symptom: 'cant_use', facts: [...facts, ...ruled({ 'rule.fund_model': 'F2' })] })[0],
    ).toBe('pool_not_funded');
    expect(
      causesOf({ symptom: 'cant_use', facts: [...facts, ...ruled({ 'rule.fund_model': 'F1' })] }),
    ).not.toContain('pool_not_funded');
  });

  it('are named with their source among the evidence', () => {
    const { findings } = diagnose({
      symptom: 'cant_bind',
      facts: [...lookedUp({ 'binding.count': 6 }), ...ruled({ 'rule.member_limit': 6 })],
    });
    expect(findings[0]).toMatchObject({ cause: 'member_limit_reached' });
    expect(findings[0]?.because).toContainEqual({
      fact: 'rule.member_limit',
      value: 6,
      origin: 'rule',
      source: 'test-source',
    });
  });
});
