/** What the office shows to a person about that person. Other people's names are masked. */
import type { ApplicationView } from '../../contracts/portal.ts';
import type {
  Account,
  BindingView,
  Enrollment,
  InvitationView,
  RefundView,
  SpendingView,
} from '../../domain/insurance.ts';
import { maskName } from '../../domain/masking.ts';
import { viewApplication } from './bind.ts';
import type { Database } from './database.ts';
import { accountOf, enrolmentsOf, nameOf } from './records.ts';
import type { ApplicationRow, BindingRow, InvitationRow, RefundRow, SettlementRow } from './rows.ts';

export function personView(
  db: Database,
  person: string,
): { readonly enrollments: readonly Enrollment[]; readonly account?: Account } {
  const enrollments = enrolmentsOf(db, person).map(({ scheme, region, standing }) => ({
    scheme,
    region,
    standing,
  }));
  const account = accountOf(db, person);
  if (account === undefined) return { enrollments };
  const { balanceFen, pastYearsFen, quotaFen, poolFen, state } = account;
  return {
    enrollments,
    account: {
      balanceFen,
      ...(pastYearsFen === null ? {} : { pastYearsFen }),
      ...(quotaFen === null ? {} : { quotaFen }),
      ...(poolFen === null ? {} : { poolFen }),
      state,
    },
  };
}

/** Relations in both roles, newest first; those that came to nothing are left to `applications`. */
export function bindingViews(db: Database, person: string): BindingView[] {
  const rows = db.all<BindingRow>(
    `select * from bindings where (payer = ? or dependent = ?)
     and state not in ('DECLINED', 'EXPIRED', 'REJECTED', 'WITHDRAWN') order by rowid desc`,
    person,
    person,
  );
  return rows.map((row) => ({
    bindingNo: row.no,
    role: row.payer === person ? 'payer' : 'dependent',
    otherName: maskName(nameOf(db, row.payer === person ? row.dependent : row.payer)),
    relation: row.relation,
    state: row.state,
    ...(row.since === null ? {} : { since: row.since }),
    ...(row.until === null ? {} : { until: row.until }),
    orderNo: row.orderNo,
  }));
}

export function invitationViews(db: Database, person: string): InvitationView[] {
  const rows = db.all<InvitationRow & Pick<BindingRow, 'payer' | 'relation'>>(
    `select i.*, b.payer, b.relation from invitations i join bindings b on b.no = i.bindingNo
     where b.dependent = ? and i.state = 'open' order by i.rowid desc`,
    person,
  );
  return rows.map((row) => ({
    invitationNo: row.no,
    payerName: maskName(nameOf(db, row.payer)),
    relation: row.relation,
    askedOn: row.askedOn,
    expiresOn: row.expiresOn,
  }));
}

/** Applications the person handed in, newest first. */
export function applicationViews(db: Database, person: string): ApplicationView[] {
  return db
    .all<ApplicationRow>('select * from applications where applicant = ? order by rowid desc', person)
    .map(viewApplication);
}

/** Own care, and the care of relatives that this person's account paid for; newest first. */
export function spendingViews(db: Database, person: string): SpendingView[] {
  const rows = db.all<SettlementRow>(
    `select * from settlements where patient = ? or (payer = ? and sharedFen > 0) order by day desc, id desc`,
    person,
    person,
  );
  return rows.map((row) => ({
    on: row.day,
    place: row.place,
    patientName: maskName(nameOf(db, row.patient)),
    totalFen: row.totalFen,
    fundFen: row.fundFen,
    ownAccountFen: row.ownAccountFen,
    sharedFen: row.sharedFen,
    cashFen: row.cashFen,
  }));
}

export function refundViews(db: Database, person: string): RefundView[] {
  return db
    .all<RefundRow>('select * from refunds where person = ? order by day desc, id desc', person)
    .map((row) => ({ on: row.day, amountFen: row.amountFen, state: row.state, to: row.target }));
}
