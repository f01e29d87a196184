/** The codes of refusal, and the cause that each one points diagnosis to. */
import type { Refusal, RefusalCode } from '../../contracts/portal.ts';
import type { CauseId } from '../../domain/taxonomy.ts';

const CAUSE_OF: Readonly<Record<RefusalCode, CauseId | undefined>> = {
  payer_not_employee: 'payer_not_employee',
  account_abnormal: 'account_abnormal',
  below_minimum_retained: 'below_minimum_retained',
  dependent_uninsured: 'dependent_uninsured',
  identity_mismatch: 'identity_mismatch',
  ineligible_relation: 'ineligible_relation',
  self: 'ineligible_relation',
  already_bound: undefined,
  already_bound_elsewhere: 'already_bound_elsewhere',
  invitation_pending: 'invite_unconfirmed',
  member_limit_reached: 'member_limit_reached',
  lifetime_limit: 'lifetime_limit',
  different_province: 'different_pooling_region',
  duplicate_enrolment: 'duplicate_enrolment',
  ecert_not_activated: 'ecert_not_activated',
  materials_needed: 'materials_needed',
  not_found: undefined,
  not_yours: undefined,
  too_late: undefined,
  unsupported_here: undefined,
  insufficient_balance: 'zero_balance',
  already_paid: 'already_paid',
  outside_window: 'outside_payment_window',
  not_registered: 'enrolment_not_registered',
  not_in_resident_scheme: 'relative_not_in_resident_scheme',
  amount_changed: undefined,
  wallet_not_open: 'wallet_not_opened',
  same_province: 'wrong_portal',
  other_reason: undefined,
};

export const REFUSAL_CODES = Object.keys(CAUSE_OF) as RefusalCode[];

/** A refusal with its usual cause, or a nearer one when the office knows it. */
export function refuse(code: RefusalCode, cause: CauseId | undefined = CAUSE_OF[code]): Refusal {
  return cause === undefined ? { refused: code } : { refused: code, cause };
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}
