/** Puts a fixture into a new file, once. */
import { personDigest } from '../../domain/masking.ts';
import { addDays, noonOf } from './calendar.ts';
import type { Database } from './database.ts';
import type { Desk } from './desk.ts';
import { addFault } from './faults.ts';
import { demoFixture, type Fixture, type FixturePerson, resolveDay } from './fixture.ts';
import type { LocalPractice } from './rules.ts';

/** What holds for the office as a whole, as its fixture said when the file was new. */
export interface Books {
  readonly invitationDays: number;
  readonly practice: LocalPractice;
}

/**
 * The settings of an old file, or those of the fixture after putting it into a new one: all of it in
 * one transaction, so that a file is never half an office.
 */
export function openBooks(db: Database, fixture: Fixture | undefined, deskOf: (books: Books) => Desk): Books {
  const known = db.get<{ value: string }>("select value from settings where name = 'books'");
  if (known !== undefined) return JSON.parse(known.value) as Books;
  const given = fixture ?? demoFixture();
  const books: Books = { invitationDays: given.invitationDays, practice: given.practice };
  db.transaction(() => {
    db.insert('settings', { name: 'numbers', value: 0 });
    db.insert('settings', { name: 'books', value: JSON.stringify(books) });
    seed(deskOf(books), given);
  });
  return books;
}

function seed(desk: Desk, fixture: Fixture): void {
  const { db, today } = desk;
  const day = (value: string) => resolveDay(value, today);
  for (const [id, person] of Object.entries(fixture.people)) seedPerson(desk, id, person);
  for (const { person, relative, relation } of fixture.families) {
    db.insert('families', { person, relative, relation });
  }
  for (const { owner, member, since } of fixture.kinships) {
    db.insert('kinships', { owner, member, since: day(since) });
  }
  for (const binding of fixture.bindings) seedBinding(desk, binding);
  for (const { on, ...refusal } of fixture.refusals) {
    db.insert('refusals', { ...refusal, at: noonOf(day(on)) });
  }
  for (const settlement of fixture.settlements) seedSettlement(desk, settlement);
  for (const { on, to, ...refund } of fixture.refunds) {
    db.insert('refunds', { ...refund, day: day(on), target: to });
  }
  for (const fault of fixture.faults) addFault(db, fault);
}

function seedPerson(desk: Desk, id: string, person: FixturePerson): void {
  const { type, number } = person.document;
  desk.db.insert('people', {
    id,
    name: person.name,
    label: person.label ?? person.name,
    story: person.story ?? '',
    documentType: type,
    documentNumber: number,
    digest: personDigest(type, number),
    birthday: person.birthday ?? birthdayIn(number),
    ecertActive: Number(person.ecertActive),
    hasPhone: Number(person.profile.phone),
    hasEmployer: Number(person.profile.employer),
    walletOpen: person.wallet === undefined ? null : Number(person.wallet.open),
    walletRegionOpen: person.wallet === undefined ? null : Number(person.wallet.regionOpen),
  });
  for (const enrolment of person.enrolments) desk.db.insert('enrolments', { person: id, ...enrolment });
  if (person.account !== undefined) seedAccount(desk, id, person.account);
  for (const premium of person.premiums) seedPremium(desk, id, premium);
}

function seedAccount(desk: Desk, id: string, account: NonNullable<FixturePerson['account']>): void {
  desk.db.insert('accounts', {
    person: id,
    balanceFen: account.balanceFen,
    pastYearsFen: account.pastYearsFen ?? null,
    state: account.state,
    quotaFen: account.quotaFen ?? null,
    poolFen: account.poolFen ?? null,
    authorisedLeftFen: account.authorisedLeftFen ?? null,
  });
}

function seedPremium(desk: Desk, id: string, premium: FixturePerson['premiums'][number]): void {
  const day = (value: string | undefined) => (value === undefined ? null : resolveDay(value, desk.today));
  desk.db.insert('premiums', {
    person: id,
    year: premium.year,
    amountFen: premium.amountFen,
    registered: Number(premium.registered),
    opens: day(premium.opens),
    closes: day(premium.closes),
    paidBy: premium.paidBy ?? null,
    autopay: Number(premium.autopay),
  });
}

/** Written in the state the fixture gives, with its application and, while it waits for consent, its invitation. */
function seedBinding(desk: Desk, given: Fixture['bindings'][number]): void {
  const { db } = desk;
  const submittedOn = resolveDay(given.submittedOn, desk.today);
  const began = ['ACTIVE', 'NOT_YET_EFFECTIVE', 'SUSPENDED', 'ENDED'].includes(given.state);
  const applicationNo = desk.number('SQ');
  const bindingNo = desk.number('BD');
  const pair = { payer: given.payer, dependent: given.dependent, relation: given.relation };
  const at = noonOf(submittedOn);
  db.insert('applications', {
    no: applicationNo,
    kind: 'bind',
    applicant: given.payer,
    ...pair,
    region: given.region,
    state: given.state,
    reason: given.reason ?? given.endedBy ?? null,
    materials: given.materials === undefined ? null : JSON.stringify(given.materials),
    bindingNo,
    submittedAt: at,
    updatedAt: at,
  });
  db.insert('bindings', {
    no: bindingNo,
    applicationNo,
    ...pair,
    region: given.region,
    state: given.state,
    startsOn: given.since === undefined ? null : resolveDay(given.since, desk.today),
    since: began ? resolveDay(given.since ?? submittedOn, desk.today) : null,
    until: given.until === undefined ? null : resolveDay(given.until, desk.today),
    endedBy: given.state === 'ENDED' ? (given.endedBy ?? 'remove') : null,
    orderNo: 1 + countBindings(desk, given.dependent),
  });
  if (given.state === 'PENDING_CONFIRM') {
    const expiresOn = addDays(submittedOn, desk.invitationDays);
    const no = desk.number('YQ');
    db.insert('invitations', { no, bindingNo, askedOn: submittedOn, expiresOn, state: 'open' });
  }
}

function countBindings(desk: Desk, dependent: string): number {
  const row = desk.db.get<{ n: number }>('select count(*) n from bindings where dependent = ?', dependent);
  return row?.n ?? 0;
}

function seedSettlement(desk: Desk, given: Fixture['settlements'][number]): void {
  const { on, designated, walletAccepted, payer, ...amounts } = given;
  desk.db.insert('settlements', {
    ...amounts,
    day: resolveDay(on, desk.today),
    designated: Number(designated),
    walletAccepted: walletAccepted === undefined ? null : Number(walletAccepted),
    cashFen: given.totalFen - given.fundFen - given.ownAccountFen - given.sharedFen,
    payer: payer ?? null,
  });
}

function birthdayIn(number: string): string {
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}
