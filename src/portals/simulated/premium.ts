/**
 * Resident premiums paid from a payer's account. The money leaves the account when the order is made; the
 * tax side confirms or refuses it later (by itself on the next day, or by an event), and only its word
 * makes the premium paid. Refused, the money is back.
 */
import type { ActResult, PersonKey, Refusal } from '../../contracts/portal.ts';
import type { PremiumState, PremiumView } from '../../domain/insurance.ts';
import { maskName } from '../../domain/masking.ts';
import { AppError } from '../../errors.ts';
import { recordApplication } from './bind.ts';
import { type Desk, firstRefusal, note } from './desk.ts';
import { giveBack, moneyAfter, usableForPremium, withdraw } from './money.ts';
import {
  accountOf,
  bindingByNo,
  employeeEnrolmentOf,
  findPerson,
  homeOf,
  latestPremium,
  liveBindingsOfPayer,
  nameOf,
  pendingPayment,
  validEnrolmentsOf,
} from './records.ts';
import { isRefusal, refuse } from './refusals.ts';
import type { AccountRow, BindingRow, PaymentRow, PremiumRow } from './rows.ts';

export function premiumViews(desk: Desk, payer: string): PremiumView[] {
  return liveBindingsOfPayer(desk.db, payer)
    .filter(({ state }) => state === 'ACTIVE')
    .map((binding) => viewOf(desk, binding));
}

function viewOf(desk: Desk, { no, dependent, relation }: BindingRow): PremiumView {
  const bill = latestPremium(desk.db, dependent);
  const window = bill === undefined ? {} : windowOf(desk, bill);
  return {
    bindingNo: no,
    otherName: maskName(nameOf(desk.db, dependent)),
    relation,
    state: stateOf(desk, dependent, bill),
    ...(bill === undefined ? {} : { year: bill.year, amountFen: bill.amountFen }),
    ...window,
  };
}

function stateOf(desk: Desk, person: string, bill: PremiumRow | undefined): PremiumState {
  if (!isInResidentScheme(desk, person)) return 'not_resident';
  if (bill === undefined) return 'no_bill';
  if (bill.paidBy !== null) return 'paid';
  if (pendingPayment(desk.db, person, bill.year) !== undefined) return 'pending_tax';
  if (bill.registered === 0) return 'not_registered';
  const { opens, closes } = windowOf(desk, bill);
  // A period nobody knows is not open.
  if (opens === undefined || closes === undefined || desk.today < opens) return 'not_open';
  return desk.today > closes ? 'closed' : 'due';
}

/** The days on the bill, else those of the region for that year. */
function windowOf(desk: Desk, bill: PremiumRow): { opens?: string; closes?: string } {
  if (bill.opens !== null && bill.closes !== null) return { opens: bill.opens, closes: bill.closes };
  const home = homeOf(desk.db, bill.person);
  const window = home === undefined ? undefined : desk.rules.rule('premium_window', home, desk.today);
  return window?.year === bill.year ? { opens: window.opens, closes: window.closes } : {};
}

function isInResidentScheme(desk: Desk, person: string): boolean {
  return validEnrolmentsOf(desk.db, person).some(({ scheme }) => scheme === 'resident');
}

// === Paying

const REFUSED_AS = {
  paid: 'already_paid',
  pending_tax: 'already_paid',
  not_open: 'outside_window',
  closed: 'outside_window',
  not_registered: 'not_registered',
  not_resident: 'not_in_resident_scheme',
  no_bill: 'not_registered',
} as const;

export function orderPremium(
  desk: Desk,
  wish: {
    readonly payer: PersonKey;
    readonly bindingNo: string;
    readonly year: number;
    readonly amountFen: number;
  },
): ActResult {
  const payer = findPerson(desk.db, wish.payer);
  if (isRefusal(payer)) return payer;
  const binding = bindingByNo(desk.db, wish.bindingNo);
  if (binding === undefined) return refuse('not_found');
  const account = accountOf(desk.db, payer.id);
  const bill = latestPremium(desk.db, binding.dependent);
  const refusal = firstRefusal(desk, [
    ['owner', () => (binding.payer === payer.id ? undefined : refuse('not_yours'))],
    ['relation', () => (binding.state === 'ACTIVE' ? undefined : refuse('too_late'))],
    ['rules', () => (isAllowed(desk, payer.id) ? undefined : refuse('unsupported_here'))],
    ['account', () => (account?.state === 'normal' ? undefined : refuse('account_abnormal'))],
    ['bill', () => forbids(stateOf(desk, binding.dependent, bill))],
    ['amount', () => (isSame(bill, wish) ? undefined : refuse('amount_changed'))],
    ['balance', () => (holds(desk, account, wish.amountFen) ? undefined : refuse('insufficient_balance'))],
  ]);
  if (refusal !== undefined) return refusal;
  withdraw(desk, account as AccountRow, wish.amountFen);
  const application = recordApplication(desk, {
    kind: 'premium',
    applicant: payer.id,
    payer: payer.id,
    dependent: binding.dependent,
    relation: binding.relation,
    region: binding.region,
    bindingNo: binding.no,
    state: 'PENDING_TAX',
  });
  desk.db.insert('payments', {
    applicationNo: application.applicationNo,
    payer: payer.id,
    person: binding.dependent,
    year: wish.year,
    amountFen: wish.amountFen,
    day: desk.today,
    state: 'pending',
  });
  return { done: true, application, money: moneyAfter(desk, payer.id) };
}

function isAllowed(desk: Desk, payer: string): boolean {
  const region = employeeEnrolmentOf(desk.db, payer)?.region;
  return region !== undefined && desk.rules.rule('premium_allowed', region, desk.today) === true;
}

function forbids(state: PremiumState): Refusal | undefined {
  return state === 'due' ? undefined : refuse(REFUSED_AS[state]);
}

/** The sum that was confirmed is the sum that is paid, or nothing is. */
function isSame(bill: PremiumRow | undefined, wish: { year: number; amountFen: number }): boolean {
  return bill?.year === wish.year && bill.amountFen === wish.amountFen;
}

function holds(desk: Desk, account: AccountRow | undefined, amountFen: number): boolean {
  return account !== undefined && usableForPremium(desk, account) >= amountFen;
}

// === The word of the tax side

/** Confirms what was ordered before today: the tax side takes a night. */
export function confirmPayments(desk: Desk): void {
  const due = desk.db.all<PaymentRow>(
    "select * from payments where state = 'pending' and day < ? order by rowid",
    desk.today,
  );
  for (const payment of due) confirmPayment(desk, payment);
}

export function confirmPayment(desk: Desk, payment: PaymentRow): void {
  desk.db.run(
    'update premiums set paidBy = ? where person = ? and year = ?',
    payment.payer,
    payment.person,
    payment.year,
  );
  close(desk, payment, { to: 'DONE', as: 'confirmed' });
}

export function refusePayment(desk: Desk, payment: PaymentRow): void {
  giveBack(desk, payment.payer, payment.amountFen);
  close(desk, payment, { to: 'REJECTED', as: 'refused', reason: 'tax_refused' });
}

/** The order of a person that waits; throws `bad_input` when there is none, as an event in a fixture would be wrong. */
export function waitingPayment(desk: Desk, person: string): PaymentRow {
  const payment = desk.db.get<PaymentRow>(
    "select * from payments where person = ? and state = 'pending' order by rowid desc limit 1",
    person,
  );
  if (payment === undefined)
    throw new AppError('bad_input', `No premium of "${person}" waits for the tax side`);
  return payment;
}

function close(
  desk: Desk,
  { applicationNo, payer, person }: PaymentRow,
  end: { to: 'DONE' | 'REJECTED'; as: PaymentRow['state']; reason?: string },
): void {
  const reason = end.reason ?? null;
  desk.db.run('update payments set state = ? where applicationNo = ?', end.as, applicationNo);
  desk.db.run(
    'update applications set state = ?, reason = ?, updatedAt = ? where no = ?',
    end.to,
    reason,
    desk.now,
    applicationNo,
  );
  note(
    desk,
    { payer, dependent: person },
    {
      kind: 'application.changed',
      applicationNo,
      state: end.to,
      ...(reason === null ? {} : { reason }),
    },
  );
}
