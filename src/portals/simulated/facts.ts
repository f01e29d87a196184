/**
 * What the records say that bears on a complaint. First the relative meant is found, then each fact is
 * read; a fact the records do not hold is left out, never guessed.
 */
import type { FactId, FactValue } from '../../domain/fact.ts';
import { ageOn } from '../../domain/id-number.ts';
import type { RegionCode, Relation } from '../../domain/insurance.ts';
import { daysBetween } from './calendar.ts';
import type { Database } from './database.ts';
import type { Desk } from './desk.ts';
import {
  accountOf,
  bindingsBetween,
  employeeEnrolmentOf,
  enrolmentsOf,
  homeOf,
  latestPremium,
  latestSettlement,
  lifetimeDependentsOf,
  liveBindingsOfDependent,
  liveBindingsOfPayer,
  validEnrolmentsOf,
} from './records.ts';
import type { ApplicationRow, BindingRow, EnrolmentRow, Flag, PersonRow, RefusalRow } from './rows.ts';
import { isPending } from './states.ts';
import { findPair, type Pair } from './whom.ts';

type Facts = Record<FactId, FactValue>;

/**
 * A dependent who asks learns about the relation, but nothing about the payer's money: that is the
 * payer's to know.
 */
export function factsFor(
  desk: Desk,
  asker: PersonRow,
  about: { relation?: Relation; region?: RegionCode },
): Facts {
  const pair = findPair(desk.db, asker, about.relation);
  return {
    ...(pair === undefined || pair.payer.id === asker.id ? payerFacts(desk, asker) : {}),
    ...(pair === undefined ? {} : pairFacts(desk, pair)),
  };
}

// === Facts of the payer alone

function payerFacts(desk: Desk, payer: PersonRow): Facts {
  const { db } = desk;
  const account = accountOf(db, payer.id);
  const enrolment = mainEnrolment(db, payer.id);
  return known({
    'payer.scheme': enrolment?.scheme ?? 'none',
    'payer.standing': enrolment?.standing,
    'account.balance_fen': account?.balanceFen,
    'account.past_years_fen': account?.pastYearsFen,
    'account.state': account?.state,
    'quota.set_fen': account?.quotaFen,
    'pool.allocated_fen': account?.poolFen,
    'authorised.left_fen': account?.authorisedLeftFen,
    'binding.count': liveBindingsOfPayer(db, payer.id).length,
    'binding.lifetime_count': lifetimeDependentsOf(db, payer.id).length,
    'spending.by_relative': hasSharedSpending(db, payer.id),
    'ecert.active': payer.ecertActive === 1,
    'profile.complete': payer.hasPhone === 1 && payer.hasEmployer === 1,
    'wallet.payer_open': yes(payer.walletOpen),
  });
}

function hasSharedSpending(db: Database, payer: string): boolean {
  const sql = 'select 1 from settlements where payer = ? and patient <> ? and sharedFen > 0 limit 1';
  return db.get(sql, payer, payer) !== undefined;
}

/** The employee scheme before the resident one, a valid enrolment before an ended one. */
function mainEnrolment(db: Database, person: string): EnrolmentRow | undefined {
  return employeeEnrolmentOf(db, person) ?? validEnrolmentsOf(db, person)[0] ?? enrolmentsOf(db, person)[0];
}

// === Facts between the two

function pairFacts(desk: Desk, pair: Pair): Facts {
  const binding = bindingsBetween(desk.db, pair.payer.id, pair.dependent.id)[0];
  return {
    ...dependentFacts(desk, pair),
    ...bindingFacts(desk, pair, binding),
    ...placeFacts(desk, pair, binding),
    ...applicationFacts(desk, pair, binding),
    ...premiumFacts(desk, pair.dependent),
    ...visitFacts(desk, pair, binding),
  };
}

function dependentFacts(desk: Desk, { payer, dependent }: Pair): Facts {
  const { db } = desk;
  const enrolment = mainEnrolment(db, dependent.id);
  const others = liveBindingsOfDependent(db, dependent.id).filter((binding) => binding.payer !== payer.id);
  return known({
    'dependent.scheme': enrolment === undefined || enrolment.standing === 'ended' ? 'none' : enrolment.scheme,
    'dependent.standing': enrolment?.standing,
    'dependent.enrolments': validEnrolmentsOf(db, dependent.id).length,
    'dependent.age': ageOn(dependent.birthday, desk.today),
    'dependent.own_balance': (accountOf(db, dependent.id)?.balanceFen ?? 0) > 0,
    'dependent.bound_elsewhere': others.length > 0,
    'wallet.dependent_open': yes(dependent.walletOpen),
    'wallet.region_open': bothYes(payer.walletRegionOpen, dependent.walletRegionOpen),
    'kinship.exists': hasKinship(db, payer.id, dependent.id),
  });
}

function hasKinship(db: Database, one: string, other: string): boolean {
  const sql = 'select 1 from kinships where (owner = ? and member = ?) or (owner = ? and member = ?)';
  return db.get(sql, one, other, other, one) !== undefined;
}

const STATE_FACT: Readonly<Record<BindingRow['state'], string>> = {
  SUBMITTED: 'pending_review',
  PENDING_CONFIRM: 'pending_confirm',
  PENDING_REVIEW: 'pending_review',
  NOT_YET_EFFECTIVE: 'not_yet_effective',
  ACTIVE: 'active',
  DECLINED: 'declined',
  EXPIRED: 'expired',
  REJECTED: 'rejected',
  WITHDRAWN: 'none',
  SUSPENDED: 'suspended',
  ENDED: 'ended',
  // Never of a relation.
  PENDING_TAX: 'none',
  DONE: 'none',
};

function bindingFacts(desk: Desk, { dependent }: Pair, binding: BindingRow | undefined): Facts {
  if (binding === undefined) return { 'binding.state': 'none', 'invite.pending': false };
  const { since, state } = binding;
  const settled = latestSettlement(desk.db, dependent.id);
  return known({
    'binding.state': STATE_FACT[state],
    'binding.ended_by': endedBy(binding),
    'binding.days': since === null ? undefined : Math.max(0, daysBetween(since, desk.today)),
    'binding.period_over': state === 'NOT_YET_EFFECTIVE' || binding.endedBy === 'period',
    'binding.after_settlement': since === null || settled === undefined ? undefined : since > settled.day,
    'invite.pending': state === 'PENDING_CONFIRM',
  });
}

/** Diagnosis makes no difference between moving and leaving insurance. Death is not told in a chat. */
function endedBy({ endedBy: reason }: BindingRow): string | undefined {
  if (reason === 'end_of_insurance') return 'move';
  return reason === null || reason === 'death' ? undefined : reason;
}

function placeFacts(desk: Desk, { payer, dependent }: Pair, binding: BindingRow | undefined): Facts {
  const province = (code: RegionCode | undefined) =>
    code === undefined ? undefined : desk.rules.region(code)?.province;
  const payerHome = homeOf(desk.db, payer.id);
  const here = province(payerHome);
  const homes = validEnrolmentsOf(desk.db, dependent.id).map((enrolment) => enrolment.region);
  const moved = binding?.endedBy === 'move' || (binding !== undefined && binding.region !== payerHome);
  return known({
    'region.same_province':
      here === undefined || homes.length === 0 ? undefined : homes.some((home) => province(home) === here),
    'region.moved': binding === undefined || isPending(binding.state) ? undefined : moved,
  });
}

/** The refusal that nothing newer has overtaken. */
function applicationFacts(desk: Desk, { payer, dependent }: Pair, binding: BindingRow | undefined): Facts {
  const refused = desk.db.get<RefusalRow>(
    'select * from refusals where payer = ? and dependent = ? order by at desc, id desc limit 1',
    payer.id,
    dependent.id,
  );
  const application =
    binding === undefined
      ? undefined
      : desk.db.get<ApplicationRow>('select * from applications where no = ?', binding.applicationNo);
  const isCurrent =
    refused !== undefined && (application === undefined || refused.at > application.submittedAt);
  const wantsPapers = application?.state === 'REJECTED' && application.materials !== null;
  const code = isCurrent ? refused.code : wantsPapers ? 'materials_needed' : undefined;
  return known({
    'application.refusal': code !== undefined && TOLD_REFUSALS.has(code) ? code : undefined,
    'application.materials_missing':
      code === undefined && application === undefined ? undefined : code === 'materials_needed',
  });
}

/** The choices of `application.refusal`; the other codes tell diagnosis nothing. */
const TOLD_REFUSALS: ReadonlySet<string> = new Set([
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
]);

function premiumFacts(desk: Desk, dependent: PersonRow): Facts {
  const bill = latestPremium(desk.db, dependent.id);
  const home = homeOf(desk.db, dependent.id);
  const window = home === undefined ? undefined : desk.rules.rule('premium_window', home, desk.today);
  const opens = bill?.opens ?? window?.opens;
  const closes = bill?.closes ?? window?.closes;
  const isDated = opens !== undefined && closes !== undefined;
  return known({
    'premium.window_open': isDated ? opens <= desk.today && desk.today <= closes : undefined,
    'premium.registered': yes(bill?.registered),
    'premium.paid': bill === undefined ? undefined : bill.paidBy !== null,
    'premium.autopay': yes(bill?.autopay),
  });
}

function visitFacts(desk: Desk, { payer, dependent }: Pair, binding: BindingRow | undefined): Facts {
  const visit = latestSettlement(desk.db, dependent.id);
  if (visit === undefined) return {};
  return known({
    'visit.designated': visit.designated === 1,
    'visit.other_payer_charged':
      binding === undefined ? undefined : visit.payer !== null && visit.payer !== payer.id,
    'wallet.provider_accepts': yes(visit.walletAccepted),
  });
}

// === Small words

function yes(flag: Flag | null | undefined): boolean | undefined {
  return flag === null || flag === undefined ? undefined : flag === 1;
}

function bothYes(one: Flag | null, other: Flag | null): boolean | undefined {
  return one === null || other === null ? undefined : one === 1 && other === 1;
}

function known(facts: Record<FactId, FactValue | null | undefined>): Facts {
  return Object.fromEntries(
    Object.entries(facts).filter(
      (entry): entry is [string, FactValue] => entry[1] !== undefined && entry[1] !== null,
    ),
  );
}
