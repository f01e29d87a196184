/** Ending relations: the relative leaves, the payer removes one, the payer closes the account with all. */
import type { ActResult, PersonKey, Refusal } from '../../contracts/portal.ts';
import { applicationByNo, insertApplication, viewApplication } from './bind.ts';
import { daysBetween } from './calendar.ts';
import { closeInvitation, type Desk, endBinding, firstRefusal, moveBinding } from './desk.ts';
import { bindingByNo, findPerson, liveBindingsOfPayer } from './records.ts';
import { isRefusal, refuse } from './refusals.ts';
import type { BindingRow } from './rows.ts';
import { isLive, isPending } from './states.ts';

export function unbind(
  desk: Desk,
  wish: { readonly actor: PersonKey; readonly bindingNo: string; readonly how: 'exit' | 'remove' },
): ActResult {
  const person = findPerson(desk.db, wish.actor);
  if (isRefusal(person)) return person;
  const binding = bindingByNo(desk.db, wish.bindingNo);
  if (binding === undefined) return refuse('not_found');
  const owner = wish.how === 'exit' ? binding.dependent : binding.payer;
  const refusal = firstRefusal(desk, [
    ['owner', () => (owner === person.id ? undefined : refuse('not_yours'))],
    ['state', () => (isLive(binding.state) ? undefined : refuse('too_late'))],
    ['rules', () => forbids(desk, binding, wish.how)],
  ]);
  if (refusal !== undefined) return refusal;
  end(desk, binding, wish.how);
  return recordUnbinding(desk, person.id, [binding]);
}

export function close(desk: Desk, wish: { readonly actor: PersonKey }): ActResult {
  const person = findPerson(desk.db, wish.actor);
  if (isRefusal(person)) return person;
  const bindings = liveBindingsOfPayer(desk.db, person.id);
  if (bindings.length === 0) return refuse('not_found');
  // One locked relation keeps the account open: half a closing would be neither.
  for (const binding of bindings) {
    const refusal = forbids(desk, binding, 'remove');
    if (refusal !== undefined) return refusal;
  }
  for (const binding of bindings) end(desk, binding, 'close');
  return recordUnbinding(desk, person.id, bindings);
}

/** The payer may take back an own authorisation unless a rule says no; a relative leaves only where a rule says so. */
function forbids(desk: Desk, binding: BindingRow, how: 'exit' | 'remove'): Refusal | undefined {
  if (isPending(binding.state)) return undefined;
  const by = desk.rules.rule('unbind_by', binding.region, desk.today);
  const allowed = how === 'exit' ? by?.includes('dependent') === true : by?.includes('payer') !== false;
  if (!allowed) return refuse('unsupported_here');
  const lock = desk.rules.rule('unbind_lock_days', binding.region, desk.today) ?? 0;
  const age = binding.since === null ? 0 : daysBetween(binding.since, desk.today);
  return lock > 0 && age < lock ? refuse('unsupported_here', 'unbind_locked') : undefined;
}

/** A relation in force ends; one still asked for is withdrawn, or declined when the relative walks away. */
function end(desk: Desk, binding: BindingRow, how: 'exit' | 'remove' | 'close'): void {
  if (!isPending(binding.state)) {
    endBinding(desk, binding, how);
    return;
  }
  const declines = how === 'exit' && binding.state === 'PENDING_CONFIRM';
  closeInvitation(desk, binding, declines ? 'declined' : 'lapsed');
  moveBinding(desk, binding, { to: declines ? 'DECLINED' : 'WITHDRAWN', reason: how });
}

function recordUnbinding(desk: Desk, applicant: string, ended: readonly BindingRow[]): ActResult {
  const first = ended[0];
  const single = ended.length === 1 ? first : undefined;
  const no = desk.number('SQ');
  insertApplication(desk, {
    no,
    kind: 'unbind',
    applicant,
    payer: first?.payer ?? applicant,
    dependent: single?.dependent ?? null,
    relation: single?.relation ?? null,
    region: first?.region ?? null,
    state: 'ENDED',
    bindingNo: single?.no ?? null,
  });
  return {
    done: true,
    application: viewApplication(applicationByNo(desk, no)),
    endedBindings: ended.map((binding) => binding.no),
  };
}
