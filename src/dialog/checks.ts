/**
 * Questions a flow asks of the rules before an act, answered within the turn from frozen knowledge.
 * What is unknown is not allowed: then the citizen is sent to the office instead.
 */
import type { RegionCode, Relation } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { type EffectiveRule, isTellable, ruleAt } from '../knowledge/lookup.ts';
import type { RuleId } from '../knowledge/schema/region.ts';

export interface Checked {
  readonly ok: boolean;
  /** `reason` when not ok; `ruleSources` and `ruleRegion` for the citation. */
  readonly params: JsonObject;
}

type Check = (knowledge: Knowledge, params: JsonObject, asOf: string) => Checked;

const CHECKS: { readonly [name: string]: Check } = {
  bind: checkBind,
  order: checkOrder,
  premium: checkPremium,
  allocate: checkAllocate,
  quota: checkQuota,
};

export function runCheck(name: string, knowledge: Knowledge, params: JsonObject, asOf: string): Checked {
  const check = CHECKS[name];
  if (check === undefined) throw new Error(`There is no check '${name}'; add it to dialog/checks.ts`);
  return check(knowledge, params, asOf);
}

function checkBind(knowledge: Knowledge, params: JsonObject, asOf: string): Checked {
  const region = params.region as RegionCode;
  const relation = params.relation as Relation;
  const rule = <R extends RuleId>(id: R) => ruleAt(knowledge, id, region, asOf);
  const relations = rule('relations_allowed');
  const scope = rule('geographic_scope');
  const common = { checked: true, asOf };

  if (!isTellable(relations) || relations.value === null) {
    return { ok: false, params: { ...common, reason: 'unknown', ...cite(relations) } };
  }
  if (!relations.value.includes(relation)) {
    return { ok: false, params: { ...common, reason: `relation.${kindOf(relation)}`, ...cite(relations) } };
  }
  if (params.sameProvince === 'no') {
    const wallet = rule('cross_province');
    const reason = wallet.value === 'wallet_quota' ? 'cross_province' : 'cross_province_unknown';
    return { ok: false, params: { ...common, reason, ...cite(wallet) } };
  }
  if (params.sameProvince === 'unknown') {
    return { ok: false, params: { ...common, reason: 'province_unknown', ...cite(scope) } };
  }
  return { ok: true, params: { ...common, ...cite(relations), ...whatFollows(rule, relation) } };
}

/** Whether there is an order that somebody may set, and whether it is the relative who receives. */
function checkOrder(knowledge: Knowledge, params: JsonObject, asOf: string): Checked {
  const kind = ruleAt(knowledge, 'order_rule', params.region as RegionCode, asOf);
  const by = ruleAt(knowledge, 'order_set_by', params.region as RegionCode, asOf);
  const common = { checked: true, asOf, ...cite(kind) };
  if (!isTellable(kind) || !isTellable(by)) return { ok: false, params: { ...common, reason: 'unknown' } };
  const isFixed = kind.value !== 'order_page' && kind.value !== 'set_at_binding';
  if (isFixed || by.value === 'nobody') return { ok: false, params: { ...common, reason: 'fixed' } };
  if (by.value === 'payer') return { ok: false, params: { ...common, reason: 'by_payer' } };
  return { ok: true, params: { ...common, orderRule: String(kind.value) } };
}

function checkPremium(knowledge: Knowledge, params: JsonObject, asOf: string): Checked {
  const rule = ruleAt(knowledge, 'premium_allowed', params.region as RegionCode, asOf);
  const common = { checked: true, asOf, ...cite(rule) };
  if (!isTellable(rule)) return { ok: false, params: { ...common, reason: 'unknown' } };
  return rule.value === true
    ? { ok: true, params: common }
    : { ok: false, params: { ...common, reason: 'not_allowed' } };
}

/** Only where relatives draw from a pool is there something to allocate to. */
function checkAllocate(knowledge: Knowledge, params: JsonObject, asOf: string): Checked {
  const rule = ruleAt(knowledge, 'fund_model', params.region as RegionCode, asOf);
  const common = { checked: true, asOf, ...cite(rule) };
  if (!isTellable(rule)) return { ok: false, params: { ...common, reason: 'unknown' } };
  return rule.value === 'F2'
    ? { ok: true, params: common }
    : { ok: false, params: { ...common, reason: 'no_pool' } };
}

function checkQuota(knowledge: Knowledge, params: JsonObject, asOf: string): Checked {
  const region = params.region as RegionCode;
  const relations = ruleAt(knowledge, 'relations_allowed', region, asOf);
  const wallet = ruleAt(knowledge, 'cross_province', region, asOf);
  const common = { checked: true, asOf, ...cite(wallet) };
  const no = (reason: string): Checked => ({ ok: false, params: { ...common, reason } });
  if (params.sameProvince === 'yes') return no('same_province');
  if (!isTellable(wallet) || !isTellable(relations) || relations.value === null) return no('unknown');
  if (wallet.value !== 'wallet_quota') return no('not_offered');
  return relations.value.includes(params.relation as Relation)
    ? { ok: true, params: common }
    : no('relation');
}

/** Steps that come after submitting, so that the summary can name them before the yes. */
function whatFollows(rule: <R extends RuleId>(id: R) => EffectiveRule<R>, relation: Relation): JsonObject {
  const consent = rule('consent_step');
  const review = rule('review');
  const needsConsent =
    isTellable(consent) &&
    (consent.value === 'everyone' || (consent.value === 'spouse' && relation === 'spouse'));
  return {
    consent: needsConsent ? 'relative' : consent.value === 'from_age' ? 'from_age' : 'none',
    review: isTellable(review) ? String(review.value) : 'unknown',
  };
}

const IN_LAWS = new Set<Relation>(['parent_in_law', 'child_in_law', 'sibling_in_law']);

function kindOf(relation: Relation): string {
  if (IN_LAWS.has(relation)) return 'in_law';
  return relation === 'self' || relation === 'partner' || relation === 'guardian' ? relation : 'other';
}

function cite(rule: EffectiveRule): JsonObject {
  return { ruleSources: rule.source === undefined ? [] : [rule.source], ruleRegion: rule.region };
}
