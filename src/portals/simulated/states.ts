/**
 * The life of an application and of the relation it asks for (one state serves both).
 *
 * SUBMITTED leaves at once: to PENDING_CONFIRM where the relative must agree, to PENDING_REVIEW where
 * the agency decides, else to NOT_YET_EFFECTIVE or ACTIVE by its first day. Agreement may still lead to
 * review. A live relation may be SUSPENDED with the payer's insurance and come back. ENDED and the
 * other ends are final: binding again is a new application.
 */
import type { ApplicationState } from '../../domain/insurance.ts';

const NEXT: Readonly<Record<ApplicationState, readonly ApplicationState[]>> = {
  SUBMITTED: ['PENDING_CONFIRM', 'PENDING_REVIEW', 'NOT_YET_EFFECTIVE', 'ACTIVE'],
  PENDING_CONFIRM: ['PENDING_REVIEW', 'NOT_YET_EFFECTIVE', 'ACTIVE', 'DECLINED', 'EXPIRED', 'WITHDRAWN'],
  PENDING_REVIEW: ['NOT_YET_EFFECTIVE', 'ACTIVE', 'REJECTED', 'WITHDRAWN'],
  NOT_YET_EFFECTIVE: ['ACTIVE', 'SUSPENDED', 'ENDED'],
  ACTIVE: ['SUSPENDED', 'ENDED'],
  SUSPENDED: ['ACTIVE', 'ENDED'],
  DECLINED: [],
  EXPIRED: [],
  REJECTED: [],
  WITHDRAWN: [],
  ENDED: [],
  // Not of relations: payments and other money matters, which `premium.ts` moves.
  PENDING_TAX: ['DONE', 'REJECTED'],
  DONE: [],
};

/** States in which a relation takes a place: it counts against limits and blocks a second one. */
export const LIVE: readonly ApplicationState[] = [
  'PENDING_CONFIRM',
  'PENDING_REVIEW',
  'NOT_YET_EFFECTIVE',
  'ACTIVE',
  'SUSPENDED',
];

export const isPending = (state: ApplicationState): boolean =>
  state === 'PENDING_CONFIRM' || state === 'PENDING_REVIEW';

export const isLive = (state: ApplicationState): boolean => LIVE.includes(state);

export function mayBecome(from: ApplicationState, to: ApplicationState): boolean {
  return NEXT[from].includes(to);
}
