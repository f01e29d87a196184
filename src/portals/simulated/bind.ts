/** Making relations: the application, the invitation where the relative must agree, review, first day. */
import type { ActResult, ApplicationView, BindRequest, PersonKey } from '../../contracts/portal.ts';
import { addDays } from './calendar.ts';
import { closeInvitation, type Desk, moveBinding, note } from './desk.ts';
import { type Examined, examine, needsConsent, needsReview } from './examine.ts';
import { bindingByNo, findPerson, liveBindingsOfDependent } from './records.ts';
import { isRefusal, refuse } from './refusals.ts';
import type { ApplicationRow, BindingRow, InvitationRow } from './rows.ts';

export function bind(desk: Desk, request: BindRequest): ActResult {
  const examined = examine(desk, request);
  if (isRefusal(examined)) {
    rememberRefusal(desk, request, examined.refused);
    return examined;
  }
  const binding = submit(desk, examined);
  if (needsConsent(desk, examined)) {
    waitForConsent(desk, binding);
  } else {
    goOn(desk, binding);
  }
  return { done: true, application: viewApplication(applicationByNo(desk, binding.applicationNo)) };
}

/** What the relative says to an invitation. */
export function answerInvitation(
  desk: Desk,
  answer: { readonly dependent: PersonKey; readonly invitationNo: string; readonly accept: boolean },
): ActResult {
  const person = findPerson(desk.db, answer.dependent);
  if (isRefusal(person)) return person;
  const invitation = desk.db.get<InvitationRow>(
    'select * from invitations where no = ?',
    answer.invitationNo,
  );
  const binding = invitation === undefined ? undefined : bindingByNo(desk.db, invitation.bindingNo);
  if (invitation === undefined || binding === undefined) return refuse('not_found');
  if (binding.dependent !== person.id) return refuse('not_yours');
  if (invitation.state !== 'open') return refuse('too_late');
  decide(desk, binding, answer.accept ? 'accepted' : 'declined');
  return { done: true, application: viewApplication(applicationByNo(desk, binding.applicationNo)) };
}

/** Closes the invitation and takes the binding on. Also used when the relative answers in the province's own app. */
export function decide(desk: Desk, binding: BindingRow, answer: 'accepted' | 'declined'): void {
  closeInvitation(desk, binding, answer);
  if (answer === 'accepted') goOn(desk, binding);
  else moveBinding(desk, binding, { to: 'DECLINED' });
}

/** After consent, or where none is needed: to the agency, or into force. */
export function goOn(desk: Desk, binding: BindingRow): BindingRow {
  if (binding.state !== 'PENDING_REVIEW' && needsReview(desk, binding.region)) {
    return moveBinding(desk, binding, { to: 'PENDING_REVIEW' });
  }
  return comeIntoForce(desk, binding);
}

/** Into force on its first day, which is today unless the rule or the payer says later. */
export function comeIntoForce(desk: Desk, binding: BindingRow): BindingRow {
  const nextDay = desk.rules.rule('effective', binding.region, desk.today) === 'next_day';
  const earliest = nextDay ? addDays(desk.today, 1) : desk.today;
  const first = binding.startsOn !== null && binding.startsOn > earliest ? binding.startsOn : earliest;
  desk.db.run('update bindings set since = ? where no = ?', first, binding.no);
  const dated = { ...binding, since: first };
  return moveBinding(desk, dated, { to: first > desk.today ? 'NOT_YET_EFFECTIVE' : 'ACTIVE' });
}

function submit(desk: Desk, { payer, dependent, relation, region, startsOn, endsOn }: Examined): BindingRow {
  const applicationNo = desk.number('SQ');
  const bindingNo = desk.number('BD');
  const places = liveBindingsOfDependent(desk.db, dependent.id).map((binding) => binding.orderNo);
  const binding: BindingRow = {
    no: bindingNo,
    applicationNo,
    payer: payer.id,
    dependent: dependent.id,
    relation,
    region,
    state: 'SUBMITTED',
    startsOn: startsOn ?? null,
    since: null,
    until: endsOn ?? null,
    endedBy: null,
    orderNo: Math.max(0, ...places) + 1,
  };
  insertApplication(desk, {
    no: applicationNo,
    kind: 'bind',
    applicant: payer.id,
    payer: payer.id,
    dependent: dependent.id,
    relation,
    region,
    state: 'SUBMITTED',
    bindingNo,
  });
  desk.db.insert('bindings', { ...binding });
  return binding;
}

function waitForConsent(desk: Desk, binding: BindingRow): void {
  moveBinding(desk, binding, { to: 'PENDING_CONFIRM' });
  invite(desk, binding);
}

/** Sends an invitation for a binding that waits for consent. */
export function invite(desk: Desk, binding: BindingRow, askedOn = desk.today): void {
  const no = desk.number('YQ');
  const expiresOn = addDays(askedOn, desk.invitationDays);
  desk.db.insert('invitations', { no, bindingNo: binding.no, askedOn, expiresOn, state: 'open' });
  note(desk, binding, {
    kind: 'invitation.sent',
    invitationNo: no,
    applicationNo: binding.applicationNo,
    bindingNo: binding.no,
  });
}

export function insertApplication(
  desk: Desk,
  row: Omit<ApplicationRow, 'reason' | 'materials' | 'submittedAt' | 'updatedAt'>,
): void {
  desk.db.insert('applications', { ...row, submittedAt: desk.now, updatedAt: desk.now });
}

/** The record of something else than a relation. */
export function recordApplication(
  desk: Desk,
  row: Pick<ApplicationRow, 'kind' | 'applicant' | 'payer' | 'state'> & Partial<ApplicationRow>,
): ApplicationView {
  const no = desk.number('SQ');
  const none = { dependent: null, relation: null, region: null, bindingNo: null };
  insertApplication(desk, { ...none, ...row, no });
  return viewApplication(applicationByNo(desk, no));
}

export function applicationByNo(desk: Desk, no: string): ApplicationRow {
  const row = desk.db.get<ApplicationRow>('select * from applications where no = ?', no);
  if (row === undefined) throw new Error(`Application ${no} has a binding but no row`);
  return row;
}

export function viewApplication(row: ApplicationRow): ApplicationView {
  return {
    applicationNo: row.no,
    kind: row.kind,
    state: row.state,
    ...(row.bindingNo === null ? {} : { bindingNo: row.bindingNo }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.materials === null ? {} : { materials: JSON.parse(row.materials) as string[] }),
    submittedAt: row.submittedAt,
    updatedAt: row.updatedAt,
  };
}

/** Kept for diagnosis, when both persons are known. */
function rememberRefusal(desk: Desk, request: BindRequest, code: string): void {
  const payer = findPerson(desk.db, request.payer);
  const dependent = findPerson(desk.db, request.dependent);
  const knownDependent = isRefusal(dependent) ? undefined : dependent.id;
  if (isRefusal(payer) || knownDependent === undefined) return;
  desk.db.insert('refusals', {
    payer: payer.id,
    dependent: knownDependent,
    relation: request.relation,
    code,
    at: desk.now,
  });
}
