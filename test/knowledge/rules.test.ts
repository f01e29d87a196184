/** R01 to R32 of the policy reference: each is a dated value of some region, or an answer where it is no rule of ours. */
import { describe, expect, test } from 'vitest';
import { findAnswer } from '../../src/knowledge/answers.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { isTellable, ruleAt } from '../../src/knowledge/lookup.ts';
import { RULE_IDS, type RuleId } from '../../src/knowledge/schema/region.ts';
import { REAL } from './folder.ts';

const knowledge = loadKnowledge(REAL);
const TODAY = '2026-11-22';
const THREE = ['spouse', 'parent', 'child'];
const EIGHT = [
  ...THREE,
  'sibling',
  'grandparent',
  'maternal_grandparent',
  'grandchild',
  'maternal_grandchild',
];
const CARE = '长期护理保险个人缴费（跨省共济）';

/** Number, rule, region, day, value, and whether it may be told. */
const VALUES: readonly (readonly [string, RuleId, string, string, unknown, boolean])[] = [
  [
    'R01',
    'payer_schemes',
    '510000',
    TODAY,
    ['employee_working', 'employee_retired', 'employee_flexible'],
    true,
  ],
  [
    'R01',
    'payer_schemes',
    '360100',
    TODAY,
    ['employee_working', 'employee_flexible', 'employee_retired'],
    true,
  ],
  ['R01', 'payer_schemes', '440300', TODAY, ['tier_one'], true],
  ['R02', 'relations_allowed', '510000', '2023-06-01', THREE, true],
  ['R02', 'relations_allowed', '430100', '2024-08-15', EIGHT, true],
  ['R02', 'relations_allowed', '540000', '2024-08-14', THREE, true],
  ['R02', 'relations_allowed', '440300', '2024-11-01', EIGHT, true],
  ['R03', 'relations_allowed', '330500', TODAY, EIGHT, true],
  ['R04', 'dependent_must_be_insured', '410100', TODAY, true, true],
  ['R04', 'dependent_schemes', '410100', TODAY, ['employee', 'resident'], true],
  ['R05', 'geographic_scope', '110000', '2024-11-25', 'pooling_region', true],
  ['R05', 'geographic_scope', '610100', '2024-01-15', 'pooling_region', true],
  ['R06', 'geographic_scope', '650100', '2024-11-26', 'province', true],
  ['R06', 'geographic_scope', '320500', '2023-11-13', 'province', true],
  ['R06', 'geographic_scope', '320100', '2023-11-13', 'pooling_region', true],
  ['R07', 'cross_province', '320000', '2024-12-01', 'none', true],
  ['R07', 'cross_province', '320000', '2024-12-02', 'pilot', true],
  ['R07', 'cross_province', '320000', '2025-09-17', 'wallet_transfer', true],
  ['R07', 'cross_province', '440000', '2025-10-15', 'none', false],
  ['R07', 'cross_province', '440000', TODAY, 'wallet_quota', true],
  ['R09', 'max_at_once', '210200', TODAY, 6, true],
  ['R09', 'max_by_slot', '210200', TODAY, { father: 1, mother: 1, spouse: 1, child: 3 }, true],
  ['R09', 'max_at_once', '230600', TODAY, 5, true],
  ['R09', 'max_at_once', '430000', TODAY, 10, false],
  ['R09', 'max_lifetime', '430000', TODAY, 20, false],
  ['R09', 'max_at_once', '130000', TODAY, 8, false],
  ['R10', 'own_face_check_from_age', '620100', TODAY, 16, true],
  ['R10', 'own_face_check_from_age', '460000', TODAY, 16, false],
  ['R11', 'consent_step', '320500', TODAY, 'spouse', true],
  ['R11', 'consent_step', '620000', TODAY, 'from_age', true],
  ['R11', 'consent_step', '130100', TODAY, 'none', true],
  ['R12', 'payers_per_dependent', '360000', TODAY, 'one', true],
  ['R12', 'payers_per_dependent', '320000', TODAY, 'one', true],
  ['R12', 'payers_per_dependent', '610000', TODAY, 'several', true],
  ['R13', 'own_account_first', '360000', TODAY, true, true],
  ['R13', 'own_account_first', '210300', TODAY, true, true],
  ['R13', 'own_account_first', '510000', TODAY, true, false],
  ['R14', 'order_rule', '610000', TODAY, 'set_at_binding', true],
  ['R14', 'order_set_by', '610000', TODAY, 'dependent', true],
  ['R14', 'order_rule', '110000', TODAY, 'order_page', false],
  ['R14', 'order_rule', '420000', TODAY, 'last_bound_first', false],
  ['R15', 'minimum_retained_fen', '330000', TODAY, 100_000, false],
  ['R15', 'minimum_retained_fen', '350000', TODAY, 200_000, false],
  ['R15', 'minimum_retained_fen', '320100', '2022-11-01', 0, true],
  ['R16', 'usable_balance', '330000', TODAY, 'past_years', true],
  ['R16', 'usable_balance', '310000', TODAY, 'past_years', true],
  ['R17', 'effective', '210200', TODAY, 'at_once', true],
  ['R17', 'effective', '440300', TODAY, 'on_approval', false],
  ['R17', 'review', '440000', TODAY, 'agency', false],
  ['R18', 'bind_before_admission', '000000', TODAY, true, false],
  ['R19', 'patient_card_only', '000000', TODAY, true, true],
  ['R20', 'payment_scope', '000000', '2026-01-09', expect.arrayContaining([CARE]), true],
  ['R20', 'payment_scope', '000000', '2026-01-08', expect.not.arrayContaining([CARE]), true],
  ['R21', 'pooled_fund_shared', '000000', TODAY, false, false],
  ['R22', 'premium_allowed', '000000', '2024-08-01', true, true],
  [
    'R22',
    'premium_window',
    '210200',
    '2024-10-10',
    { year: 2025, opens: '2024-10-10', closes: '2024-12-25' },
    true,
  ],
  ['R22', 'premium_system', '210200', TODAY, 'dalian_tax', true],
  ['R25', 'unbind_by', '360000', TODAY, ['payer', 'dependent'], true],
  ['R25', 'unbind_by', '460000', TODAY, ['payer', 'dependent'], true],
  ['R25', 'unbind_by', '140000', TODAY, ['payer'], true],
  ['R25', 'unbind_lock_days', '000000', TODAY, 90, false],
  ['R25', 'ends_on', '320000', TODAY, ['move', 'period'], true],
  ['R25', 'ends_on', '000000', '2026-01-09', ['move', 'end_of_insurance'], true],
  ['R26', 'suspension_effect', '360000', TODAY, 'ends', true],
  ['R26', 'suspension_effect', '410000', TODAY, 'pauses', false],
  ['R26', 'suspension_effect', '610100', TODAY, 'none', false],
  ['R27', 'refund_to', '410000', TODAY, 'payer', false],
  ['R28', 'duplicate_enrolment_blocks', '350200', TODAY, true, true],
  ['R29', 'materials', '440500', TODAY, { any: ['双方身份证复印件', '绑定近亲属承诺书'] }, true],
  ['R29', 'materials', '210200', TODAY, expect.objectContaining({ parent: [] }), true],
  ['R29', 'materials', '320200', TODAY, expect.objectContaining({ any: expect.any(Array) }), true],
  ['R29', 'pledge_required', '130000', TODAY, true, true],
  ['R30', 'ecert_first', '340700', TODAY, true, true],
  ['R31', 'period', '320000', TODAY, 'start_and_end', true],
  ['R31', 'period', '230600', TODAY, 'start', true],
  ['R31', 'period', '610000', TODAY, 'start', true],
  ['R32', 'newborn_premium', '350000', TODAY, false, false],
  ['0.2', 'fund_model', '360000', TODAY, 'F1', true],
  ['0.2', 'fund_model', '620000', TODAY, 'F2', true],
  ['0.2', 'fund_model', '350200', TODAY, 'F2', true],
  ['0.2', 'fund_model', '320100', TODAY, 'F3', false],
  ['C01', 'kinship_account_first', '460000', TODAY, true, true],
  ['C01', 'local_names', '440000', '2024-10-31', ['亲情账号', '医保亲情账户'], true],
  ['C16', 'hotline', '000000', TODAY, expect.arrayContaining([{ number: '12393', for: '医保' }]), false],
];

test.each(VALUES)('%s: %s in %s on %s is what the source says', (_, rule, region, day, value, tellable) => {
  const found = ruleAt(knowledge, rule, region, day);
  expect(found.value).toEqual(value);
  expect(isTellable(found)).toBe(tellable);
});

/** What the articles call a rule and no official text bears out, or what is a fact of payment and not of a region. */
const ANSWERED: readonly (readonly [string, string, string])[] = [
  ['R03', 'ask.eligibility', 'eligible-parent-in-law'],
  ['R08', 'ask.eligibility', 'household-register'],
  ['R23', 'ask.how_pay', 'pay-premium-twice'],
  ['R24', 'ask.how_pay', 'pay-premium-twice'],
];

test.each(ANSWERED)('%s is no rule of a region but answered by %s %s', (_, intent, id) => {
  const entry = knowledge.faq.get(id);
  expect(entry?.intent).toBe(intent);
  expect(entry?.status).toBe('current');
});

describe('together they', () => {
  const numbers = new Set([...VALUES, ...ANSWERED].map(([number]) => number));
  test('are R01 to R32, none left out', () => {
    const all = Array.from({ length: 32 }, (_, index) => `R${String(index + 1).padStart(2, '0')}`);
    expect(all.filter((number) => !numbers.has(number))).toEqual([]);
  });
  test('reach every rule there is', () => {
    const reached = new Set(VALUES.map(([, rule]) => rule));
    expect(RULE_IDS.filter((rule) => !reached.has(rule))).toEqual([]);
  });
});

describe('the national line, asked of the answers', () => {
  const concept = (value: string) => ({ type: 'concept' as const, value, text: '', start: 0, end: 0 });
  const relation = (value: string) => ({ type: 'relation' as const, value, text: '', start: 0, end: 0 });
  test.each([
    ['N1', 'ask.eligibility', relation('child'), '2024-07-31', 'eligible-close-family'],
    ['N2', 'ask.how_pay', concept('premium'), '2024-07-31', undefined],
    ['N2', 'ask.how_pay', concept('premium'), '2024-08-01', 'pay-national'],
    ['N3', 'ask.timing', concept('missed_window'), '2024-08-01', 'missed-window'],
    ['N4', 'ask.how_bind', concept('bind'), '2024-10-04', undefined],
    ['N4', 'ask.how_bind', concept('bind'), '2024-10-05', 'bind-national'],
    ['N5', 'ask.cross_region', concept('same_province'), '2024-11-25', 'same-province-2022'],
    ['N5', 'ask.cross_region', concept('same_province'), '2024-11-26', 'same-province'],
    ['N6', 'ask.cross_region', concept('cross_province'), '2024-12-01', 'cross-province-2022'],
    ['N6', 'ask.cross_region', concept('cross_province'), '2024-12-02', 'cross-province-2024'],
    ['N7', 'ask.eligibility', relation('grandparent'), '2024-12-26', 'eligible-overview-before-2025'],
    ['N7', 'ask.eligibility', relation('grandparent'), '2024-12-27', 'eligible-grandparents'],
    ['N8', 'ask.cross_region', concept('wallet_limits'), '2025-09-17', 'wallet-limits-2025'],
    ['N9', 'ask.cross_region', concept('quota'), '2026-01-08', 'cross-overview-2025'],
    ['N9', 'ask.cross_region', concept('quota'), '2026-01-09', 'quota'],
    ['N10', 'ask.cross_region', concept('cross_province'), '2026-11-22', 'cross-province'],
  ] as const)('%s: %s is answered on its day', (_, intent, entity, asOf, id) => {
    expect(findAnswer(knowledge, { intent, asOf, entities: [entity] })?.entry.id).toBe(id);
  });

  test('N10: what only program code tells is told to nobody', () => {
    const named = [...knowledge.faq.values()].filter(({ sources }) =>
      sources.some((id) => id.startsWith('n-code')),
    );
    expect(named).toEqual([]);
    expect(knowledge.faq.get('cross-province')?.body).not.toMatch(/2026年6月/u);
  });
});
