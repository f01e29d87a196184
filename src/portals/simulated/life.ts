/** What time does by itself: invitations lapse, relations begin, agreed periods end, the tax side confirms. */
import { closeInvitation, type Desk, endBinding, moveBinding } from './desk.ts';
import { confirmPayments } from './premium.ts';
import { bindingByNo } from './records.ts';
import type { BindingRow, InvitationRow } from './rows.ts';

export function catchUp(desk: Desk): void {
  lapseInvitations(desk);
  beginRelations(desk);
  endPeriods(desk);
  confirmPayments(desk);
}

/** Lapses the invitation of one binding, whatever its date. */
export function lapse(desk: Desk, binding: BindingRow): void {
  closeInvitation(desk, binding, 'lapsed');
  moveBinding(desk, binding, { to: 'EXPIRED' });
}

function lapseInvitations(desk: Desk): void {
  const late = desk.db.all<InvitationRow>(
    "select * from invitations where state = 'open' and expiresOn < ? order by rowid",
    desk.today,
  );
  for (const invitation of late) {
    const binding = bindingByNo(desk.db, invitation.bindingNo);
    if (binding !== undefined) lapse(desk, binding);
  }
}

function beginRelations(desk: Desk): void {
  const due = desk.db.all<BindingRow>(
    "select * from bindings where state = 'NOT_YET_EFFECTIVE' and since <= ? order by rowid",
    desk.today,
  );
  for (const binding of due) moveBinding(desk, binding, { to: 'ACTIVE' });
}

function endPeriods(desk: Desk): void {
  const over = desk.db.all<BindingRow>(
    "select * from bindings where state in ('ACTIVE', 'NOT_YET_EFFECTIVE', 'SUSPENDED') and until < ? order by rowid",
    desk.today,
  );
  for (const binding of over) endBinding(desk, binding, 'period');
}
