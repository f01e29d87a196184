/** Rules of the region as facts, so that the same complaint leads elsewhere where the rules differ. */
import type { Fact, FactId, FactValue } from '../domain/fact.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { isTellable, ruleAt } from '../knowledge/lookup.ts';
import type { RuleId, RuleValueOf } from '../knowledge/schema/region.ts';

/** The rule in force, or undefined when nothing is known; unknown never means allowed. */
export type EffectiveRule = <R extends RuleId>(
  rule: R,
) => { readonly value: RuleValueOf<R>; readonly source: string; readonly from: Day } | undefined;

type Mapping = {
  readonly [R in RuleId]?: readonly (readonly [
    FactId,
    (value: RuleValueOf<R>, day: Day) => FactValue | undefined,
  ])[];
};

const MAPPING: Mapping = {
  fund_model: [['rule.fund_model', (value) => value]],
  max_at_once: [['rule.member_limit', (value) => value]],
  max_lifetime: [['rule.lifetime_limit', (value) => value]],
  minimum_retained_fen: [['rule.minimum_retained_fen', (value) => value]],
  usable_balance: [['rule.past_years_only', (value) => value === 'past_years']],
  payers_per_dependent: [['rule.one_payer_only', (value) => value === 'one']],
  review: [['rule.needs_review', (value) => value !== 'none']],
  kinship_account_first: [['rule.kinship_first', (value) => value]],
  relations_allowed: [['rule.in_law_allowed', (value) => value.includes('parent_in_law')]],
  cross_province: [['rule.cross_province', (value) => value]],
  consent_step: [['rule.consent_step', (value) => value]],
  period: [['rule.period', (value) => value]],
  own_account_first: [['rule.own_account_first', (value) => value]],
  order_set_by: [['rule.order_can_be_set', (value) => value !== 'nobody']],
  suspension_effect: [['rule.suspension_effect', (value) => value]],
  unbind_lock_days: [['rule.unbind_lock_days', (value) => value]],
  premium_allowed: [['rule.premium_allowed', (value) => value]],
  premium_window: [['premium.window_open', isOpen]],
};

/** @param day the day whose rules apply (not "today": old cases are judged by old rules) */
export function ruleFacts(effective: EffectiveRule, day: Day): Fact[] {
  return (Object.keys(MAPPING) as RuleId[]).flatMap((rule) => factsOfRule(rule, effective, day));
}

function factsOfRule<R extends RuleId>(rule: R, effective: EffectiveRule, day: Day): Fact[] {
  const found = effective(rule);
  if (found === undefined) return [];
  return (MAPPING[rule] ?? []).flatMap(([id, read]) => {
    const value = read(found.value, day);
    if (value === undefined) return [];
    return [{ id, value, origin: { kind: 'rule' as const, source: found.source, from: found.from } }];
  });
}

/**
 * Whether a day lies in the window for one year of insurance. Windows open in autumn of the year before,
 * so this one speaks from August to the next August; it says nothing about the days of another window.
 */
function isOpen({ year, opens, closes }: RuleValueOf<'premium_window'>, day: Day): boolean | undefined {
  if (day >= opens && day <= closes) return true;
  return day >= `${year - 1}-08-01` && day < `${year}-08-01` ? false : undefined;
}

/** The rules of a region that a citizen may be told, as facts. What is disputed or badly sourced stays out. */
export function regionFacts(knowledge: Knowledge, region: RegionCode, day: Day): Fact[] {
  return ruleFacts((rule) => {
    const found = ruleAt(knowledge, rule, region, day);
    if (!isTellable(found) || found.value === null || found.source === undefined) return undefined;
    return { value: found.value, source: found.source, from: found.from ?? day };
  }, day);
}
