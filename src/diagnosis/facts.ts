/**
 * Every fact diagnosis may reason about: the closed vocabulary of conditions in `knowledge/causes`.
 *
 * `askCost` is what it costs the citizen to answer (0.5 at once, 1 easy, 3 hard); absent means it is never asked,
 * because only a record or a rule can tell. `record` means the office's records can tell, once the
 * person is verified and agrees. The wording of a question is `diagnose.ask.<fact id>` in
 * `knowledge/replies/diagnose.yaml`, its choices are `choices` here plus 不知道.
 */
import type { FactId } from '../domain/fact.ts';

export type FactType =
  | { readonly type: 'boolean' }
  | { readonly type: 'number'; readonly unit: 'fen' | 'count' | 'years' }
  | { readonly type: 'choice'; readonly choices: readonly string[] };

export type FactSpec = FactType & {
  readonly about: string;
  readonly askCost?: number;
  readonly record?: boolean;
  readonly rule?: boolean;
};

const yesNo = { type: 'boolean' } as const;
const fen = { type: 'number', unit: 'fen' } as const;
const count = { type: 'number', unit: 'count' } as const;

export const FACTS = {
  goal: {
    type: 'choice',
    choices: ['bind', 'pay_premium', 'use', 'query', 'leave'],
    about: 'what the citizen wants to happen',
    askCost: 0.5,
  },
  'asker.side': {
    type: 'choice',
    choices: ['payer', 'dependent'],
    about: 'whether the citizen gives the money or receives it',
    askCost: 1,
    record: true,
  },
  'page.used': {
    type: 'choice',
    choices: ['kinship', 'mutual_aid', 'wallet', 'tax', 'hospital'],
    about: 'which page or function was used: 亲情账户, 家庭共济, 医保钱包, tax payment, hospital desk',
    askCost: 1,
  },
  'page.success_message': { ...yesNo, about: 'a message such as 提交成功 or 绑定成功 was seen', askCost: 1 },
  'page.right_region': { ...yesNo, about: 'the page showed the city of insurance', askCost: 1 },
  'page.error': {
    type: 'choice',
    choices: [
      'already_bound',
      'limit',
      'mismatch',
      'uninsured',
      'abnormal',
      'no_phone',
      'duplicate',
      'busy',
      'materials',
      'relation',
      'region',
      'face',
      'ecert',
      'balance',
      'window',
      'none',
      'other',
    ],
    about: 'what the error message was about; none: there was no error',
    askCost: 1.5,
  },
  'binding.state': {
    type: 'choice',
    choices: [
      'none',
      'pending_confirm',
      'pending_review',
      'not_yet_effective',
      'active',
      'declined',
      'expired',
      'rejected',
      'suspended',
      'ended',
    ],
    about: 'state of the mutual-aid relation between payer and the relative meant',
    record: true,
  },
  'binding.ended_by': {
    type: 'choice',
    choices: ['remove', 'exit', 'close', 'period', 'move', 'suspension'],
    about: 'why the relation ended',
    record: true,
  },
  'binding.count': { ...count, about: 'live relations of the payer', record: true },
  'binding.lifetime_count': { ...count, about: 'different dependents the payer ever had', record: true },
  'binding.period_over': {
    ...yesNo,
    about: 'the agreed period has ended or not begun',
    record: true,
    askCost: 2,
  },
  'binding.after_settlement': {
    ...yesNo,
    about: 'the relation began after the bill was settled',
    record: true,
    askCost: 2,
  },
  'binding.days': { ...count, about: 'days since the relation began', record: true },
  'invite.pending': { ...yesNo, about: 'the relative has not yet confirmed', record: true, askCost: 0.8 },
  'review.pending': { ...yesNo, about: 'the page says 审核中 or 受理中', record: true, askCost: 1 },
  'consent.refused': { ...yesNo, about: 'the relative refused or left', record: true, askCost: 2 },
  'kinship.exists': { ...yesNo, about: 'a 亲情账户 exists between the two', record: true },
  'account.balance_fen': { ...fen, about: "payer's personal account", record: true },
  'account.empty_said': {
    ...yesNo,
    about: "the payer's balance is zero or nearly, as the citizen knows",
    askCost: 1,
  },
  'account.past_years_fen': { ...fen, about: 'carried-over part of it (历年)', record: true },
  'account.state': {
    type: 'choice',
    choices: ['normal', 'frozen'],
    about: "state of the payer's account",
    record: true,
  },
  'payer.scheme': {
    type: 'choice',
    choices: ['employee', 'resident', 'none'],
    about: 'scheme of the person who gives',
    record: true,
    askCost: 1,
  },
  'payer.standing': {
    type: 'choice',
    choices: ['normal', 'paused', 'arrears', 'ended'],
    about: 'standing of the payer',
    record: true,
    askCost: 2,
  },
  'dependent.scheme': {
    type: 'choice',
    choices: ['employee', 'resident', 'none'],
    about: 'scheme of the person who receives',
    record: true,
    askCost: 1,
  },
  'dependent.standing': {
    type: 'choice',
    choices: ['normal', 'paused', 'arrears', 'ended'],
    about: 'standing of the dependent',
    record: true,
    askCost: 2,
  },
  'dependent.enrolments': { ...count, about: 'valid enrolments of the dependent', record: true },
  'dependent.bound_elsewhere': {
    ...yesNo,
    about: 'the dependent has a live relation with another payer',
    record: true,
    askCost: 2,
  },
  'dependent.age': { type: 'number', unit: 'years', about: 'age of the dependent', record: true },
  'dependent.own_balance': {
    ...yesNo,
    about: 'the dependent has money in an own account',
    record: true,
    askCost: 2,
  },
  relation: {
    type: 'choice',
    choices: ['spouse', 'parent', 'child', 'sibling', 'grandparent', 'grandchild', 'in_law', 'other'],
    about: 'what the relative is to the payer, as asked; finer relations map onto it',
    askCost: 1,
  },
  'region.same_province': {
    ...yesNo,
    about: 'both are insured in one province',
    record: true,
    askCost: 1,
  },
  'region.moved': {
    ...yesNo,
    about: 'employer or place of insurance changed since binding',
    record: true,
    askCost: 1,
  },
  'application.refusal': {
    type: 'choice',
    choices: [
      'payer_not_employee',
      'account_abnormal',
      'below_minimum_retained',
      'dependent_uninsured',
      'identity_mismatch',
      'ineligible_relation',
      'already_bound_elsewhere',
      'member_limit_reached',
      'lifetime_limit',
      'different_province',
      'duplicate_enrolment',
      'ecert_not_activated',
      'materials_needed',
    ],
    about: 'code of the last refusal',
    record: true,
  },
  'application.materials_missing': { ...yesNo, about: 'papers were asked for', record: true, askCost: 2 },
  'premium.window_open': {
    ...yesNo,
    about: 'today lies in the payment window',
    record: true,
    rule: true,
    askCost: 2,
  },
  'premium.registered': {
    ...yesNo,
    about: 'the dependent is registered for the year',
    record: true,
    askCost: 2,
  },
  'premium.paid': { ...yesNo, about: 'the premium of the year is paid', record: true, askCost: 1 },
  'premium.autopay': { ...yesNo, about: 'a bank deduction is agreed', record: true, askCost: 2 },
  'premium.error_on_tax_page': { ...yesNo, about: 'the error showed on the tax page', askCost: 2 },
  'visit.card': {
    type: 'choice',
    choices: ['patient', 'payer'],
    about: 'whose card or code was shown',
    askCost: 1,
  },
  'visit.designated': {
    ...yesNo,
    about: 'hospital or pharmacy is designated and the item in scope',
    record: true,
    askCost: 2,
  },
  'visit.resettled': {
    ...yesNo,
    about: 'the desk settled before the relation counted and did not redo it',
    askCost: 3,
  },
  'visit.other_payer_charged': {
    ...yesNo,
    about: 'another payer was charged first',
    record: true,
    askCost: 2,
  },
  'spending.by_relative': { ...yesNo, about: 'bound relatives used the money', record: true, askCost: 2 },
  'wallet.payer_open': { ...yesNo, about: "payer's 医保钱包 is open", record: true, askCost: 1 },
  'wallet.dependent_open': { ...yesNo, about: "dependent's 医保钱包 is open", record: true, askCost: 1 },
  'wallet.region_open': { ...yesNo, about: 'both pooling regions have the wallet', record: true },
  'wallet.provider_accepts': {
    ...yesNo,
    about: 'the institution takes the wallet',
    record: true,
    askCost: 2,
  },
  'wallet.limit_hit': {
    ...yesNo,
    about: 'number, amount or hour of the transfer was outside the limits',
    askCost: 2,
  },
  'quota.set_fen': { ...fen, about: 'quota set aside across provinces', record: true },
  'quota.set_said': { ...yesNo, about: 'a quota was set in the wallet, as the citizen knows', askCost: 2 },
  'pool.funded_said': {
    ...yesNo,
    about: 'money was allocated to the shared pool, as the citizen knows',
    askCost: 2,
  },
  'pool.allocated_fen': { ...fen, about: 'money allocated to the shared pool', record: true },
  'authorised.left_fen': { ...fen, about: 'authorised amount left', record: true },
  'ecert.active': { ...yesNo, about: '医保电子凭证 is active', record: true, askCost: 1 },
  'face.passed': { ...yesNo, about: 'the face check passed', askCost: 1 },
  'login.trouble': { ...yesNo, about: 'the app fails, spins or shuts', askCost: 1 },
  'profile.complete': { ...yesNo, about: 'phone and employer are on record', record: true },
  'unbind.refused': { ...yesNo, about: 'the office refused to end a recent relation', askCost: 1 },
  'concept.wants': {
    type: 'choice',
    choices: ['share_money', 'show_code', 'outpatient_benefit', 'cash_transfer'],
    about: 'what the citizen believes the function does',
    askCost: 2,
  },
  'rule.fund_model': {
    type: 'choice',
    choices: ['F1', 'F2', 'F3', 'F4', 'F5'],
    about: 'how money reaches the relative',
    rule: true,
  },
  'rule.member_limit': { ...count, about: 'members at once', rule: true },
  'rule.lifetime_limit': { ...count, about: 'members over life', rule: true },
  'rule.minimum_retained_fen': { ...fen, about: 'minimum that must stay', rule: true },
  'rule.past_years_only': { ...yesNo, about: 'only the carried-over part may be used', rule: true },
  'rule.one_payer_only': { ...yesNo, about: 'a dependent may have one payer only', rule: true },
  'rule.needs_review': { ...yesNo, about: 'the agency approves each binding', rule: true },
  'rule.in_law_allowed': { ...yesNo, about: "the spouse's parents may be bound here", rule: true },
  'rule.cross_province': {
    type: 'choice',
    choices: ['none', 'pilot', 'wallet_transfer', 'wallet_quota'],
    about: 'how sharing across provinces works here',
    rule: true,
  },
  'rule.consent_step': {
    type: 'choice',
    choices: ['none', 'spouse', 'from_age', 'everyone'],
    about: 'who must confirm a binding',
    rule: true,
  },
  'rule.period': {
    type: 'choice',
    choices: ['none', 'start', 'start_and_end'],
    about: 'whether a relation has a start or an end day',
    rule: true,
  },
  'rule.own_account_first': { ...yesNo, about: "the patient's own account pays first", rule: true },
  'rule.order_can_be_set': { ...yesNo, about: 'somebody may set the order of payers', rule: true },
  'rule.suspension_effect': {
    type: 'choice',
    choices: ['ends', 'pauses', 'none'],
    about: "what a pause of the payer's insurance does to the relation",
    rule: true,
  },
  'rule.unbind_lock_days': { ...count, about: 'days in which a new relation cannot be ended', rule: true },
  'rule.premium_allowed': {
    ...yesNo,
    about: "a relative's premium may be paid from the account",
    rule: true,
  },
  'rule.kinship_first': { ...yesNo, about: 'a 亲情账户 is a step of binding here', rule: true },
} as const satisfies Record<FactId, FactSpec>;

export type KnownFactId = keyof typeof FACTS;
export const FACT_IDS = Object.keys(FACTS) as readonly KnownFactId[];

/** What a fact is, or undefined when there is none of that name. */
export function factSpec(id: FactId): FactSpec | undefined {
  return Object.hasOwn(FACTS, id) ? FACTS[id as KnownFactId] : undefined;
}
