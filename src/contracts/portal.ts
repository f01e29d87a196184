/**
 * The seam to the municipal office that keeps accounts and bindings.
 *
 * Acts carry an idempotency key: the office does the same key once and answers it always alike.
 * After a time-out nobody knows whether it acted; `outcomeOf` tells, and is asked before anything is
 * repeated. A refusal by a rule is a value with a code; trouble of the world is an `AppError`.
 */

import type { FactId, FactValue } from '../domain/fact.ts';
import type {
  Account,
  ApplicationKind,
  ApplicationState,
  BindingView,
  Day,
  DocumentType,
  Enrollment,
  Instant,
  InvitationView,
  PremiumView,
  RefundView,
  RegionCode,
  Relation,
  SpendingView,
} from '../domain/insurance.ts';
import type { CauseId } from '../domain/taxonomy.ts';

/** Identifies a person to the office. Never logged, never stored in the clear. */
export interface PersonKey {
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
}

/** Why the office refuses. Each code is mapped to a cause in `knowledge/causes`. */
export const REFUSAL_CODES = [
  'payer_not_employee',
  'account_abnormal',
  'below_minimum_retained',
  'dependent_uninsured',
  'identity_mismatch',
  'ineligible_relation',
  'self',
  'already_bound',
  'already_bound_elsewhere',
  'invitation_pending',
  'member_limit_reached',
  'lifetime_limit',
  'different_province',
  'duplicate_enrolment',
  'ecert_not_activated',
  'materials_needed',
  'not_found',
  'not_yours',
  'too_late',
  'unsupported_here',
  'insufficient_balance',
  'already_paid',
  'outside_window',
  'not_registered',
  'not_in_resident_scheme',
  'amount_changed',
  'wallet_not_open',
  'same_province',
  /** An office refused with a code we do not know: a person must look at it. */
  'other_reason',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal {
  readonly refused: RefusalCode;
  readonly cause?: CauseId;
}

export interface ApplicationView {
  readonly applicationNo: string;
  readonly kind: ApplicationKind;
  readonly state: ApplicationState;
  readonly bindingNo?: string;
  readonly reason?: string;
  readonly materials?: readonly string[];
  readonly submittedAt: Instant;
  readonly updatedAt: Instant;
}

export interface BindRequest {
  readonly payer: PersonKey;
  readonly dependent: PersonKey;
  readonly relation: Relation;
  readonly region: RegionCode;
  readonly startsOn?: Day;
  readonly endsOn?: Day;
  /** Version and digest of the 承诺书 that was signed. */
  readonly pledge: { readonly version: string; readonly digest: string; readonly signedAt: Instant };
}

/** An act the office can be asked to do. `kind` names it in our rows and its transactions. */
export type PortalAct =
  | { readonly kind: 'bind'; readonly request: BindRequest }
  | {
      readonly kind: 'answer_invitation';
      readonly dependent: PersonKey;
      readonly invitationNo: string;
      readonly accept: boolean;
    }
  | {
      readonly kind: 'unbind';
      readonly actor: PersonKey;
      readonly bindingNo: string;
      readonly how: 'exit' | 'remove';
    }
  | { readonly kind: 'close'; readonly actor: PersonKey }
  /** All relations in which `actor` receives, in the order in which their payers' accounts are to be charged. */
  | { readonly kind: 'set_order'; readonly actor: PersonKey; readonly bindingNos: readonly string[] }
  /**
   * Pays the resident premium of the relative of a relation. The bill must still say `amountFen`. The money is
   * set aside at once; the tax side confirms or refuses later, as a change of the application.
   */
  | {
      readonly kind: 'pay_premium';
      readonly payer: PersonKey;
      readonly bindingNo: string;
      readonly year: number;
      readonly amountFen: number;
    }
  /** Moves money from the own account into the pool for relatives, where the region has one. */
  | { readonly kind: 'allocate'; readonly payer: PersonKey; readonly amountFen: number }
  /** Sets what a relative in another province may use in all; 0 takes it back. Not added to an earlier one. */
  | { readonly kind: 'set_quota'; readonly request: QuotaRequest };

export interface QuotaRequest {
  readonly payer: PersonKey;
  readonly dependent: PersonKey;
  readonly relation: Relation;
  readonly amountFen: number;
  readonly pledge: BindRequest['pledge'];
}

/** What an account holds after an act that moved or froze money. */
export interface MoneyAfter {
  readonly balanceFen: number;
  /** What the owner can still spend: the balance without what is set aside. */
  readonly usableFen: number;
  readonly poolFen?: number;
  readonly quotaFen?: number;
}

export type ActResult =
  | {
      readonly done: true;
      readonly application: ApplicationView;
      readonly endedBindings?: readonly string[];
      /** Of `pay_premium`, `allocate` and `set_quota`. */
      readonly money?: MoneyAfter;
    }
  | Refusal;

/** Facts for diagnosis, as the records of both persons show them. Ids are those of `diagnosis/facts.ts`. */
export interface RecordFacts {
  readonly facts: { readonly [id: FactId]: FactValue };
  readonly at: Instant;
}

/** A change at the office, in order. `seq` grows; the reader keeps the cursor. */
export interface PortalChange {
  readonly seq: number;
  readonly at: Instant;
  readonly kind:
    | 'application.changed'
    | 'invitation.sent'
    | 'invitation.answered'
    | 'invitation.lapsed'
    | 'binding.ended'
    | 'account.credited';
  readonly applicationNo?: string;
  readonly bindingNo?: string;
  readonly invitationNo?: string;
  readonly state?: ApplicationState;
  readonly reason?: string;
  readonly materials?: readonly string[];
  /** Who did it by an act through this seam, and so knows already; absent when it happened at the office. */
  readonly by?: 'payer' | 'dependent';
  /** Digests of the persons concerned, by `personDigest`; never their numbers. */
  readonly persons: readonly { readonly digest: string; readonly role: 'payer' | 'dependent' }[];
}

export interface Portal {
  readonly id: string;
  act(act: PortalAct, key: string): Promise<ActResult>;
  /** What became of an act with this key; `unknown` when the office never saw it. */
  outcomeOf(key: string): Promise<ActResult | 'unknown'>;
  person(
    key: PersonKey,
  ): Promise<{ readonly enrollments: readonly Enrollment[]; readonly account?: Account } | Refusal>;
  bindings(of: PersonKey): Promise<readonly BindingView[]>;
  invitations(forPerson: PersonKey): Promise<readonly InvitationView[]>;
  applications(of: PersonKey): Promise<readonly ApplicationView[]>;
  spending(of: PersonKey): Promise<readonly SpendingView[]>;
  refunds(of: PersonKey): Promise<readonly RefundView[]>;
  /** Resident premiums of the relatives to whom this person gives, one a relation in force. */
  premiums(of: PersonKey): Promise<readonly PremiumView[]>;
  /**
   * What the records say that bears on a complaint of `asker`. `relation` narrows it to the relative meant,
   * where the office knows one (a binding, an invitation, a refused or open application).
   */
  recordFacts(
    asker: PersonKey,
    about: { readonly relation?: Relation; readonly region?: RegionCode },
  ): Promise<RecordFacts>;
  changes(after: number, limit: number): Promise<readonly PortalChange[]>;
  /** Called when there may be new changes; reading them stays with the caller. */
  onChange(wake: () => void): void;
  stop(): Promise<void>;
}
