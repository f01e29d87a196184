/** Money at the office: settling a bill, paying a premium, crediting an account. Amounts in fen. */
import { AppError } from '../../errors.ts';
import { type Desk, note } from './desk.ts';
import { accountOf, employeeEnrolmentOf, liveBindingsOfDependent } from './records.ts';
import type { AccountRow, PremiumRow } from './rows.ts';

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
  return { sharedFen: 0 };
}

/** Takes up to `wanted` from an account and tells how much it was. */
function take(desk: Desk, person: string, wanted: number, how: 'own' | 'shared' = 'own'): number {
  const account = accountOf(desk.db, person);
  if (account === undefined || account.state !== 'normal' || wanted <= 0) return 0;
  const usable = how === 'own' ? account.balanceFen : usableForOthers(desk, account);
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

/** What relatives may draw by the rules of the payer's region. */
function usableForOthers(desk: Desk, account: AccountRow): number {
  const region = employeeEnrolmentOf(desk.db, account.person)?.region;
  if (region === undefined) return 0;
  const rule = (id: 'usable_balance' | 'minimum_retained_fen' | 'fund_model') =>
    desk.rules.rule(id, region, desk.today);
  const whole = rule('usable_balance') === 'past_years' ? (account.pastYearsFen ?? 0) : account.balanceFen;
  const minimum = rule('minimum_retained_fen');
  const limits = [
    whole,
    account.balanceFen - (typeof minimum === 'number' ? minimum : 0),
    account.authorisedLeftFen ?? Number.POSITIVE_INFINITY,
    rule('fund_model') === 'F2' ? (account.poolFen ?? 0) : Number.POSITIVE_INFINITY,
  ];
  return Math.min(...limits);
}

function withdraw(desk: Desk, account: AccountRow, amountFen: number): void {
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
