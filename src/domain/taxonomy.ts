/**
 * The ids by which the program is measured from outside. Ids may be added; none is ever renamed or
 * dropped. The words that belong to them live in `knowledge/`.
 */

export const QUESTION_INTENTS = [
  'ask.what',
  'ask.how_bind',
  'ask.how_unbind',
  'ask.how_use',
  'ask.how_pay',
  'ask.how_query',
  'ask.eligibility',
  'ask.materials',
  'ask.cross_region',
  'ask.scope',
  'ask.order',
  'ask.timing',
  'ask.other',
] as const;

export const TASK_INTENTS = [
  'bind',
  'confirm.invite',
  'unbind.exit',
  'unbind.remove',
  'unbind.close',
  'order.set',
  'query.members',
  'query.balance',
  'query.spending',
  'query.refund',
  'pay.premium',
  'quota.set',
  'fund.allocate',
  'case.status',
  'case.handoff',
  'privacy.view',
  'privacy.delete',
] as const;

export const INTENTS = [...QUESTION_INTENTS, 'diagnose', ...TASK_INTENTS, 'chat.greet', 'oos'] as const;
export type Intent = (typeof INTENTS)[number];

export const SYMPTOMS = [
  'cant_bind',
  'not_shown',
  'cant_use',
  'no_pay_button',
  'cant_pay_premium',
  'wrong_deduction',
  'missing_money',
  'cant_unbind',
  'cant_login',
  'invite_stuck',
  'other',
] as const;
export type Symptom = (typeof SYMPTOMS)[number];

export const CAUSES = [
  'wrong_account_type',
  'not_bound',
  'zero_balance',
  'below_minimum_retained',
  'dependent_uninsured',
  'outside_payment_window',
  'enrolment_not_registered',
  'already_paid',
  'relative_not_in_resident_scheme',
  'autopay_took_priority',
  'ineligible_relation',
  'different_pooling_region',
  'wallet_not_opened',
  'wallet_region_gap',
  'wallet_provider_gap',
  'wallet_limits',
  'quota_frozen',
  'invite_unconfirmed',
  'consent_withdrawn',
  'already_bound_elsewhere',
  'member_limit_reached',
  'lifetime_limit',
  'pending_review',
  'materials_needed',
  'identity_mismatch',
  'phone_or_profile_gap',
  'duplicate_enrolment',
  'payer_not_employee',
  'account_abnormal',
  'relation_ended_by_move',
  'relation_not_in_period',
  'ecert_not_activated',
  'face_check_incomplete',
  'wrong_card_used',
  'own_balance_first',
  'payer_order',
  'pool_not_funded',
  'authorised_amount_used',
  'spent_by_relative',
  'not_designated_or_scope',
  'bound_after_admission',
  'settlement_not_redone',
  'unbind_locked',
  'wrong_portal',
  'tax_channel_side',
  'platform_fault',
  'concept_confusion',
] as const;
export type CauseId = (typeof CAUSES)[number];
