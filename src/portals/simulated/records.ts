/** Reading the records: persons, what they are insured by, and how they are bound. */
import type { PersonKey, Refusal } from '../../contracts/portal.ts';
import type { RegionCode } from '../../domain/insurance.ts';
import { personDigest } from '../../domain/masking.ts';
import type { Database } from './database.ts';
import { refuse } from './refusals.ts';
import type {
  AccountRow,
  BindingRow,
  EnrolmentRow,
  InvitationRow,
  PaymentRow,
  PersonRow,
  PremiumRow,
  SettlementRow,
} from './rows.ts';
import { LIVE } from './states.ts';

const LIVE_LIST = LIVE.map((state) => `'${state}'`).join(', ');

/** The person with this document; refused when there is none, or when the name is another one. */
export function findPerson(db: Database, key: PersonKey): PersonRow | Refusal {
  const digest = personDigest(key.documentType, key.documentNumber);
  const person = db.get<PersonRow>('select * from people where digest = ?', digest);
  if (person === undefined) return refuse('not_found');
  return person.name === key.name.trim() ? person : refuse('identity_mismatch');
}

export function personById(db: Database, id: string): PersonRow | undefined {
  return db.get<PersonRow>('select * from people where id = ?', id);
}

export function nameOf(db: Database, id: string): string {
  return personById(db, id)?.name ?? '';
}

export function enrolmentsOf(db: Database, person: string): EnrolmentRow[] {
  return db.all<EnrolmentRow>('select * from enrolments where person = ? order by rowid', person);
}

/** Enrolments that have not ended. */
export function validEnrolmentsOf(db: Database, person: string): EnrolmentRow[] {
  return enrolmentsOf(db, person).filter((enrolment) => enrolment.standing !== 'ended');
}

/** The enrolment that carries a personal account. */
export function employeeEnrolmentOf(db: Database, person: string): EnrolmentRow | undefined {
  return validEnrolmentsOf(db, person).find((enrolment) => enrolment.scheme === 'employee');
}

export function accountOf(db: Database, person: string): AccountRow | undefined {
  return db.get<AccountRow>('select * from accounts where person = ?', person);
}

export function bindingByNo(db: Database, no: string): BindingRow | undefined {
  return db.get<BindingRow>('select * from bindings where no = ?', no);
}

export function liveBindingsOfPayer(db: Database, payer: string): BindingRow[] {
  return db.all<BindingRow>(
    `select * from bindings where payer = ? and state in (${LIVE_LIST}) order by orderNo, rowid`,
    payer,
  );
}

export function liveBindingsOfDependent(db: Database, dependent: string): BindingRow[] {
  return db.all<BindingRow>(
    `select * from bindings where dependent = ? and state in (${LIVE_LIST}) order by orderNo, rowid`,
    dependent,
  );
}

/** Every binding between two persons in these roles, newest first. */
export function bindingsBetween(db: Database, payer: string, dependent: string): BindingRow[] {
  return db.all<BindingRow>(
    'select * from bindings where payer = ? and dependent = ? order by rowid desc',
    payer,
    dependent,
  );
}

/** Different persons the payer ever had as dependents; refused and lapsed applications do not count. */
export function lifetimeDependentsOf(db: Database, payer: string): string[] {
  const rows = db.all<{ dependent: string }>(
    'select distinct dependent from bindings where payer = ? and since is not null',
    payer,
  );
  return rows.map((row) => row.dependent);
}

export function openInvitation(db: Database, bindingNo: string): InvitationRow | undefined {
  return db.get<InvitationRow>("select * from invitations where bindingNo = ? and state = 'open'", bindingNo);
}

/** The bill of the latest year. */
export function latestPremium(db: Database, person: string): PremiumRow | undefined {
  return db.get<PremiumRow>('select * from premiums where person = ? order by year desc limit 1', person);
}

/** A payment of that bill on which the tax side has not spoken yet. */
export function pendingPayment(db: Database, person: string, year: number): PaymentRow | undefined {
  return db.get<PaymentRow>(
    "select * from payments where person = ? and year = ? and state = 'pending'",
    person,
    year,
  );
}

export function latestSettlement(db: Database, patient: string): SettlementRow | undefined {
  return db.get<SettlementRow>(
    'select * from settlements where patient = ? order by day desc, id desc limit 1',
    patient,
  );
}

/** Where a person belongs for a binding: the place of the employee account, else of any valid enrolment. */
export function homeOf(db: Database, person: string): RegionCode | undefined {
  return (employeeEnrolmentOf(db, person) ?? validEnrolmentsOf(db, person)[0])?.region;
}
