/** Setting money aside: into a pool for relatives, or as a quota for one relative in another province. */
import type { ActResult, PersonKey, QuotaRequest, Refusal } from '../../contracts/portal.ts';
import type { RuleId, RuleValueOf } from '../../knowledge/schema/region.ts';
import { recordApplication } from './bind.ts';
import { type Desk, firstRefusal } from './desk.ts';
import { checkDependent, checkPayer, checkRelation, findPair, type Matter } from './examine.ts';
import { freeFen, moneyAfter } from './money.ts';
import { accountOf, employeeEnrolmentOf, findPerson, homeOf } from './records.ts';
import { isRefusal, refuse } from './refusals.ts';
import type { PersonRow, QuotaRow } from './rows.ts';

// === The pool

export function allocate(
  desk: Desk,
  wish: { readonly payer: PersonKey; readonly amountFen: number },
): ActResult {
  const payer = findPerson(desk.db, wish.payer);
  if (isRefusal(payer)) return payer;
  const region = employeeEnrolmentOf(desk.db, payer.id)?.region;
  if (region === undefined) return refuse('payer_not_employee');
  const rule = rulesOf(desk, region);
  const refusal = firstRefusal(desk, [
    ['rules', () => (rule('fund_model') === 'F2' ? undefined : refuse('unsupported_here'))],
    ['account', () => checkAccount(desk, payer.id)],
    ['amount', () => (wish.amountFen > 0 ? undefined : refuse('insufficient_balance'))],
    ['balance', () => (free(desk, payer.id) >= wish.amountFen ? undefined : refuse('insufficient_balance'))],
    ['threshold', () => checkThreshold(desk, payer.id, wish.amountFen + (rule('minimum_retained_fen') ?? 0))],
  ]);
  if (refusal !== undefined) return refusal;
  desk.db.run(
    'update accounts set poolFen = coalesce(poolFen, 0) + ? where person = ?',
    wish.amountFen,
    payer.id,
  );
  const application = recordApplication(desk, {
    kind: 'allocation',
    applicant: payer.id,
    payer: payer.id,
    region,
    state: 'DONE',
  });
  return { done: true, application, money: moneyAfter(desk, payer.id) };
}

function checkAccount(desk: Desk, person: string): Refusal | undefined {
  return accountOf(desk.db, person)?.state === 'normal' ? undefined : refuse('account_abnormal');
}

/** What must stay in the account stays. */
function checkThreshold(desk: Desk, person: string, neededFen: number): Refusal | undefined {
  return free(desk, person) >= neededFen ? undefined : refuse('below_minimum_retained');
}

function free(desk: Desk, person: string): number {
  const account = accountOf(desk.db, person);
  return account === undefined ? 0 : freeFen(account);
}

// === The quota

export function setQuota(desk: Desk, request: QuotaRequest): ActResult {
  const pair = findPair(desk, request);
  desk.onCheck?.('persons', isRefusal(pair) ? pair : undefined);
  if (isRefusal(pair)) return pair;
  const { payer, dependent } = pair;
  const region = employeeEnrolmentOf(desk.db, payer.id)?.region;
  if (region === undefined) return refuse('payer_not_employee');
  const matter: Matter = { ...pair, desk, region, relation: request.relation, rule: rulesOf(desk, region) };
  const before = quotaOf(desk, payer.id, dependent.id);
  const refusal = firstRefusal(desk, [
    ['payer', () => checkPayer(matter)],
    ['dependent', () => checkDependent(matter)],
    ['relation', () => checkRelation(matter)],
    ['place', () => checkProvinces(matter)],
    [
      'rules',
      () => (matter.rule('cross_province') === 'wallet_quota' ? undefined : refuse('unsupported_here')),
    ],
    ['wallets', () => checkWallets(payer, dependent)],
    ['amount', () => checkAmount(request.amountFen, before)],
    [
      'balance',
      () => (holds(desk, request.amountFen, before, payer) ? undefined : refuse('insufficient_balance')),
    ],
  ]);
  if (refusal !== undefined) return refusal;
  freeze(desk, { before, payer, dependent, request });
  const application = recordApplication(desk, {
    kind: 'quota',
    applicant: payer.id,
    payer: payer.id,
    dependent: dependent.id,
    relation: request.relation,
    region,
    state: 'DONE',
  });
  return { done: true, application, money: moneyAfter(desk, payer.id) };
}

export function quotaOf(desk: Desk, payer: string, dependent: string): QuotaRow | undefined {
  return desk.db.get<QuotaRow>('select * from quotas where payer = ? and dependent = ?', payer, dependent);
}

function checkProvinces({ desk, dependent, region }: Matter): Refusal | undefined {
  const home = homeOf(desk.db, dependent.id);
  const province = (code: string | undefined) =>
    code === undefined ? undefined : desk.rules.region(code)?.province;
  return province(home) === province(region) ? refuse('same_province') : undefined;
}

/** Both sides must have opened the wallet, in places that offer it. What is not on record is not open. */
function checkWallets(payer: PersonRow, dependent: PersonRow): Refusal | undefined {
  if (payer.walletRegionOpen !== 1 || dependent.walletRegionOpen !== 1) {
    return refuse('wallet_not_open', 'wallet_region_gap');
  }
  return payer.walletOpen === 1 && dependent.walletOpen === 1 ? undefined : refuse('wallet_not_open');
}

/** Not below what was used already, and nothing to take back where nothing was given. */
function checkAmount(amountFen: number, before: QuotaRow | undefined): Refusal | undefined {
  if (amountFen === 0 && before === undefined) return refuse('not_found');
  return amountFen >= (before?.usedFen ?? 0) || amountFen === 0 ? undefined : refuse('amount_changed');
}

function holds(desk: Desk, amountFen: number, before: QuotaRow | undefined, payer: PersonRow): boolean {
  return amountFen - (before?.amountFen ?? 0) <= free(desk, payer.id);
}

/** The part not yet used is frozen; taken back, it is the payer's again. */
function freeze(
  desk: Desk,
  change: {
    readonly before: QuotaRow | undefined;
    readonly payer: PersonRow;
    readonly dependent: PersonRow;
    readonly request: QuotaRequest;
  },
): void {
  const { before, payer, dependent, request } = change;
  const used = before?.usedFen ?? 0;
  const amount = Math.max(used, request.amountFen);
  desk.db.run('delete from quotas where payer = ? and dependent = ?', payer.id, dependent.id);
  desk.db.insert('quotas', {
    payer: payer.id,
    dependent: dependent.id,
    relation: request.relation,
    amountFen: amount,
    usedFen: used,
  });
  const delta = amount - (before?.amountFen ?? 0);
  desk.db.run('update accounts set quotaFen = coalesce(quotaFen, 0) + ? where person = ?', delta, payer.id);
}

function rulesOf(desk: Desk, region: string) {
  return <R extends RuleId>(rule: R): RuleValueOf<R> | undefined => desk.rules.rule(rule, region, desk.today);
}
