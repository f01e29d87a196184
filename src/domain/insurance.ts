/**
 * The insurance world as the office sees it. Rules about it are data in `knowledge/regions`; here
 * are only the shapes. Money is integer fen, days are `YYYY-MM-DD`, instants are UTC ISO strings.
 */
import type { PersonRef } from './ids.ts';

/** Six digits of GB/T 2260, province `320000`, city `320500`; `000000` is the whole country. */
export type RegionCode = string;
export type Day = string;
export type Instant = string;

/**
 * What the dependent is to the payer. The first eight are the near relatives of the Civil Code,
 * art. 1045; the rest are kept apart because the honest answer to them differs.
 */
export const RELATIONS = [
  'spouse',
  'parent',
  'child',
  'sibling',
  'grandparent',
  'maternal_grandparent',
  'grandchild',
  'maternal_grandchild',
  'parent_in_law',
  'child_in_law',
  'sibling_in_law',
  'aunt_uncle',
  'niece_nephew',
  'cousin',
  'step_or_foster',
  'partner',
  'guardian',
  'friend',
  'self',
  'other_relative',
] as const;
export type Relation = (typeof RELATIONS)[number];

export type Scheme = 'employee' | 'resident' | 'none';
export type Standing = 'normal' | 'paused' | 'arrears' | 'ended';

/** F1 deduct at settlement, F2 shared pool with allocation, F3 transfer, F4 wallet transfer, F5 wallet quota. */
export type FundModel = 'F1' | 'F2' | 'F3' | 'F4' | 'F5';

export interface Enrollment {
  readonly scheme: Scheme;
  readonly region: RegionCode;
  readonly standing: Standing;
}

/**
 * A personal account of the employee scheme. `pastYearsFen` is the part carried over (历年), where it is kept
 * apart; `quotaFen` is frozen for relatives in other provinces, `poolFen` was moved to a pool for relatives.
 */
export interface Account {
  readonly balanceFen: number;
  readonly pastYearsFen?: number;
  readonly quotaFen?: number;
  readonly poolFen?: number;
  readonly state: 'normal' | 'frozen';
}

/** What can be asked of the office under a number. */
export const APPLICATION_KINDS = ['bind', 'unbind', 'order', 'premium', 'allocation', 'quota'] as const;
export type ApplicationKind = (typeof APPLICATION_KINDS)[number];

export const APPLICATION_STATES = [
  'SUBMITTED',
  'PENDING_CONFIRM',
  'PENDING_REVIEW',
  'NOT_YET_EFFECTIVE',
  'ACTIVE',
  'DECLINED',
  'EXPIRED',
  'REJECTED',
  'WITHDRAWN',
  'SUSPENDED',
  'ENDED',
  /** A payment waits for the word of the tax side. */
  'PENDING_TAX',
  /** Carried out for good: an order, an allocation, a quota, a payment that was confirmed. */
  'DONE',
] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** One mutual-aid relation between two persons, as the office lists it. */
export interface BindingView {
  readonly bindingNo: string;
  readonly role: 'payer' | 'dependent';
  /** Masked name of the other side, such as 张*。 */
  readonly otherName: string;
  readonly relation: Relation;
  readonly state: ApplicationState;
  readonly since?: Day;
  readonly until?: Day;
  readonly orderNo?: number;
}

export interface InvitationView {
  readonly invitationNo: string;
  readonly payerName: string;
  readonly relation: Relation;
  readonly askedOn: Day;
  readonly expiresOn: Day;
}

export interface SpendingView {
  readonly on: Day;
  readonly place: string;
  /** Whose care it was, masked. */
  readonly patientName: string;
  readonly totalFen: number;
  readonly fundFen: number;
  readonly ownAccountFen: number;
  readonly sharedFen: number;
  readonly cashFen: number;
}

/** `due` can be paid now; every other state says why not. */
export const PREMIUM_STATES = [
  'due',
  'paid',
  'pending_tax',
  'not_open',
  'closed',
  'not_registered',
  'not_resident',
  'no_bill',
] as const;
export type PremiumState = (typeof PREMIUM_STATES)[number];

/** The resident premium of a relative, as the payer may see it. */
export interface PremiumView {
  readonly bindingNo: string;
  /** Masked. */
  readonly otherName: string;
  readonly relation: Relation;
  readonly state: PremiumState;
  readonly year?: number;
  readonly amountFen?: number;
  readonly opens?: Day;
  readonly closes?: Day;
}

export interface RefundView {
  readonly on: Day;
  readonly amountFen: number;
  readonly state: 'done' | 'under_way';
  readonly to: 'payer' | 'dependent';
}

export type DocumentType =
  | 'resident_id'
  | 'hk_macao_permit'
  | 'taiwan_permit'
  | 'foreign_permanent_id'
  | 'passport';

/** A person who proved who they are. The document number never leaves store, tasks and portals. */
export interface VerifiedPerson {
  readonly ref: PersonRef;
  readonly maskedName: string;
  readonly verifiedAt: Instant;
}
