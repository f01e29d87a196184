/** The rows of the office's file. Columns carry our own names, so that a row is its record. */
import type {
  ApplicationKind,
  ApplicationState,
  Day,
  DocumentType,
  Instant,
  RegionCode,
  Relation,
  Scheme,
  Standing,
} from '../../domain/insurance.ts';
import type { RuleValueOf } from '../../knowledge/schema/region.ts';

/** SQLite has no booleans. */
export type Flag = 0 | 1;
export type PayerCategory = RuleValueOf<'payer_schemes'>[number];
export type EndReason =
  | 'remove'
  | 'exit'
  | 'close'
  | 'period'
  | 'move'
  | 'suspension'
  | 'end_of_insurance'
  | 'death';

export interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly story: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
  readonly digest: string;
  readonly birthday: Day;
  readonly ecertActive: Flag;
  readonly hasPhone: Flag;
  readonly hasEmployer: Flag;
  readonly walletOpen: Flag | null;
  readonly walletRegionOpen: Flag | null;
}

export interface EnrolmentRow {
  readonly person: string;
  readonly scheme: Scheme;
  readonly region: RegionCode;
  readonly standing: Standing;
  readonly category: PayerCategory;
}

export interface AccountRow {
  readonly person: string;
  readonly balanceFen: number;
  readonly pastYearsFen: number | null;
  readonly state: 'normal' | 'frozen';
  readonly quotaFen: number | null;
  readonly poolFen: number | null;
  readonly authorisedLeftFen: number | null;
}

/** `relative` is the `relation` of `person`, as the household and civil registers have it. */
export interface FamilyRow {
  readonly person: string;
  readonly relative: string;
  readonly relation: Relation;
}

export interface KinshipRow {
  readonly owner: string;
  readonly member: string;
  readonly since: Day;
}

export interface ApplicationRow {
  readonly no: string;
  readonly kind: ApplicationKind;
  readonly applicant: string;
  readonly payer: string;
  readonly dependent: string | null;
  readonly relation: Relation | null;
  readonly region: RegionCode | null;
  readonly state: ApplicationState;
  readonly reason: string | null;
  /** JSON array. */
  readonly materials: string | null;
  readonly bindingNo: string | null;
  readonly submittedAt: Instant;
  readonly updatedAt: Instant;
}

export interface BindingRow {
  readonly no: string;
  readonly applicationNo: string;
  readonly payer: string;
  readonly dependent: string;
  readonly relation: Relation;
  readonly region: RegionCode;
  readonly state: ApplicationState;
  /** As asked for; `since` is what it became. */
  readonly startsOn: Day | null;
  readonly since: Day | null;
  /** Last day of the agreed period. */
  readonly until: Day | null;
  readonly endedBy: EndReason | null;
  readonly orderNo: number;
}

export interface InvitationRow {
  readonly no: string;
  readonly bindingNo: string;
  readonly askedOn: Day;
  /** Last day on which it can be answered. */
  readonly expiresOn: Day;
  readonly state: 'open' | 'accepted' | 'declined' | 'lapsed';
}

export interface RefusalRow {
  readonly payer: string;
  readonly dependent: string;
  readonly relation: Relation;
  readonly code: string;
  readonly at: Instant;
}

export interface PremiumRow {
  readonly person: string;
  readonly year: number;
  readonly amountFen: number;
  readonly registered: Flag;
  readonly opens: Day | null;
  readonly closes: Day | null;
  readonly paidBy: string | null;
  readonly autopay: Flag;
}

/** A premium paid from a payer's account: the money is gone, the tax side has yet to say that it came. */
export interface PaymentRow {
  readonly applicationNo: string;
  readonly payer: string;
  readonly person: string;
  readonly year: number;
  readonly amountFen: number;
  readonly day: Day;
  readonly state: 'pending' | 'confirmed' | 'refused';
}

/** What a payer has set aside for a relative in another province. */
export interface QuotaRow {
  readonly payer: string;
  readonly dependent: string;
  readonly relation: Relation;
  readonly amountFen: number;
  readonly usedFen: number;
}

export interface SettlementRow {
  readonly patient: string;
  readonly day: Day;
  readonly place: string;
  readonly designated: Flag;
  readonly walletAccepted: Flag | null;
  readonly totalFen: number;
  readonly fundFen: number;
  readonly ownAccountFen: number;
  readonly sharedFen: number;
  readonly cashFen: number;
  readonly payer: string | null;
}

export interface RefundRow {
  readonly person: string;
  readonly day: Day;
  readonly amountFen: number;
  readonly state: 'done' | 'under_way';
  readonly target: 'payer' | 'dependent';
}
