/** Money at the office: settling a bill, paying a premium, crediting an account. Amounts in fen. */
import type { MoneyAfter } from '../../contracts/portal.ts';
import { AppError } from '../../errors.ts';
import { type Desk, note } from './desk.ts';
import { accountOf, employeeEnrolmentOf, liveBindingsOfDependent } from './records.ts';
import type { AccountRow, PremiumRow, QuotaRow } from './rows.ts';

export interface Bill {
  readonly patient: string;
  readonly on: string;
  readonly place: string;
  readonly designated: boolean;
  readonly walletAccepted?: boolean | undefined;
  readonly totalFen: number;
  readonly fundFen: number;
}

/**
 * Settles a bill: the pooled fund, then the patient's own account, then the first payer in order whose
 * relation is in force and who has something to give, then cash.
 */
export function settle(desk: Desk, bill: Bill): void {
  const due = Math.max(0, bill.totalFen - bill.fundFen);
  const ownAccountFen = bill.designated ? take(desk, bill.patient, due) : 0;
  const { payer, sharedFen } = bill.designated
    ? takeShared(desk, bill.patient, due - ownAccountFen)
    : { payer: undefined, sharedFen: 0 };
  desk.db.insert('settlements', {
    patient: bill.patient,
    day: bill.on,
    place: bill.place,
    designated: bill.designated ? 1 : 0,
    walletAccepted: bill.walletAccepted === undefined ? null : Number(bill.walletAccepted),
    totalFen: bill.totalFen,
    fundFen: bill.fundFen,
    ownAccountFen,
    sharedFen,
    cashFen: due - ownAccountFen - sharedFen,
    payer: payer ?? null,
  });
}

function takeShared(desk: Desk, patient: string, due: number): { payer?: string; sharedFen: number } {
  for (const binding of liveBindingsOfDependent(desk.db, patient)) {
    const sharedFen = binding.state === 'ACTIVE' ? take(desk, binding.payer, due, 'shared') : 0;
    if (sharedFen > 0) return { payer: binding.payer, sharedFen };
  }
  return takeQuota(desk, patient, due);
}

/** Across provinces a payer's quota pays; it was frozen, so nothing else can have used it. */
function takeQuota(desk: Desk, patient: string, due: number): { payer?: string; sharedFen: number } {
  const quotas = desk.db.all<QuotaRow>('select * from quotas where dependent = ? order by rowid', patient);
  for (const quota of quotas) {
    const account = accountOf(desk.db, quota.payer);
    const sharedFen = Math.min(due, quota.amountFen - quota.usedFen);
    if (account === undefined || sharedFen <= 0) continue;
    withdraw(desk, account, sharedFen);
    desk.db.run(
      'update quotas set usedFen = usedFen + ? where payer = ? and dependent = ?',
      sharedFen,
      quota.payer,
      patient,
    );
    desk.db.run('update accounts set quotaFen = quotaFen - ? where person = ?', sharedFen, quota.payer);
    return { payer: quota.payer, sharedFen };
  }
  return { sharedFen: 0 };
}

/** Takes up to `wanted` from an account and tells how much it was. */
function take(desk: Desk, person: string, wanted: number, how: 'own' | 'shared' = 'own'): number {
  const account = accountOf(desk.db, person);
  if (account === undefined || account.state !== 'normal' || wanted <= 0) return 0;
  const usable = how === 'own' ? freeFen(account) : usableForOthers(desk, account);
  const taken = Math.min(wanted, Math.max(0, usable));
  withdraw(desk, account, taken);
  if (how === 'shared') {
    desk.db.run(
      'update accounts set authorisedLeftFen = authorisedLeftFen - ?, poolFen = poolFen - ? where person = ?',
      taken,
      taken,
      person,
    );
  }
  return taken;
}

/** The balance without what is set aside for relatives: the owner's to spend. */
export function freeFen({ balanceFen, quotaFen, poolFen }: AccountRow): number {
  return balanceFen - (quotaFen ?? 0) - (poolFen ?? 0);
}

/** What relatives may draw at a settlement by the rules of the payer's region. */
function usableForOthers(desk: Desk, account: AccountRow): number {
  const authorised = account.authorisedLeftFen ?? Number.POSITIVE_INFINITY;
  const region = employeeEnrolmentOf(desk.db, account.person)?.region;
  const hasPool = region !== undefined && desk.rules.rule('fund_model', region, desk.today) === 'F2';
  const most = Math.min(authorised, wholeFen(desk, account));
  return hasPool ? Math.min(most, account.poolFen ?? 0) : Math.min(most, aboveMinimumFen(desk, account));
}

/** A premium is paid from the account itself, not from a pool. */
export function usableForPremium(desk: Desk, account: AccountRow): number {
  return Math.min(wholeFen(desk, account), aboveMinimumFen(desk, account));
}

/** The part of the balance that can be shared at all. */
function wholeFen(desk: Desk, account: AccountRow): number {
  const region = employeeEnrolmentOf(desk.db, account.person)?.region;
  if (region === undefined) return 0;
  const isPart = desk.rules.rule('usable_balance', region, desk.today) === 'past_years';
  return isPart ? (account.pastYearsFen ?? 0) : account.balanceFen;
}

function aboveMinimumFen(desk: Desk, account: AccountRow): number {
  const region = employeeEnrolmentOf(desk.db, account.person)?.region;
  const minimum = region === undefined ? 0 : desk.rules.rule('minimum_retained_fen', region, desk.today);
  return freeFen(account) - (minimum ?? 0);
}

/** What is left, for whoever has just moved money. */
export function moneyAfter(desk: Desk, person: string): MoneyAfter {
  const account = accountOf(desk.db, person) as AccountRow;
  const { balanceFen, poolFen, quotaFen } = account;
  return {
    balanceFen,
    usableFen: freeFen(account),
    ...(poolFen === null ? {} : { poolFen }),
    ...(quotaFen === null ? {} : { quotaFen }),
  };
}

/** Money that was taken and is not wanted. */
export function giveBack(desk: Desk, person: string, amountFen: number): void {
  desk.db.run('update accounts set balanceFen = balanceFen + ? where person = ?', amountFen, person);
}

export function withdraw(desk: Desk, account: AccountRow, amountFen: number): void {
  const balanceFen = account.balanceFen - amountFen;
  const pastYearsFen =
    account.pastYearsFen === null
      ? null
      : Math.min(balanceFen, Math.max(0, account.pastYearsFen - amountFen));
  desk.db.run(
    'update accounts set balanceFen = ?, pastYearsFen = ? where person = ?',
    balanceFen,
    pastYearsFen,
    account.person,
  );
}

export function credit(desk: Desk, person: string, amountFen: number): void {
  if (accountOf(desk.db, person) === undefined) {
    throw new AppError('bad_input', `"${person}" has no personal account to credit; give one in the fixture`);
  }
  desk.db.run('update accounts set balanceFen = balanceFen + ? where person = ?', amountFen, person);
  note(desk, { payer: person }, { kind: 'account.credited' });
}

/** Pays a premium: from the account of a person, or by a school, bank or employer. */
export function payPremium(desk: Desk, bill: { person: string; year: number; by: string }): void {
  const premium = desk.db.get<PremiumRow>(
    'select * from premiums where person = ? and year = ?',
    bill.person,
    bill.year,
  );
  if (premium === undefined || premium.paidBy !== null) {
    throw new AppError('bad_input', `"${bill.person}" has no unpaid premium of ${bill.year}`);
  }
  const account = accountOf(desk.db, bill.by);
  if (account !== undefined && account.balanceFen < premium.amountFen) {
    throw new AppError('bad_input', `The account of "${bill.by}" does not hold the premium`);
  }
  if (account !== undefined) withdraw(desk, account, premium.amountFen);
  desk.db.run(
    'update premiums set paidBy = ? where person = ? and year = ?',
    bill.by,
    bill.person,
    bill.year,
  );
}
