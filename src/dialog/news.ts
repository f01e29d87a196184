/** News that nobody in the conversation typed: results of tasks, the office, staff. */

import type { InboundContent } from '../domain/conversation.ts';
import type { FactValue } from '../domain/fact.ts';
import { makeId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Draft, say } from './draft.ts';
import { forgetRecords } from './gather.ts';
import { outsideQuietHours, reminderBefore } from './quiet-hours.ts';
import { deliver, pushFlow, restOf } from './stack.ts';

/** Goes to the frame that waits for it; when that is gone, the citizen is still told how it ended. */
export function applySettled(
  draft: Draft,
  settled: InboundContent & { readonly kind: 'task.settled' },
): void {
  const { task, name, outcome, result } = settled;
  if (outcome === 'done') noteDone(draft, name, result);
  const index = draft.stack.findLastIndex((frame) => frame.task === task);
  if (index >= 0 && deliver(draft, index, { type: 'task.settled', outcome, result })) return;
  const { dependent: _, ...told } = result;
  if (!READINGS.has(name)) say(draft, `task.${outcome}`, { ...told, task: name });
}

/** Tasks that change nothing: nobody need hear of them when nothing waits for them any more. */
export const READINGS: ReadonlySet<string> = new Set([
  'query',
  'look-up-records',
  'view-data',
  'check-invitation',
]);

function noteDone(draft: Draft, name: string, result: JsonObject): void {
  if (name === 'look-up-records') rememberFacts(draft, result);
  if (name === 'check-invitation' && result.isOpen === true) {
    say(draft, `invite.reminder.${String(result.role)}`, result);
  }
  // The relative has no conversation with us, so it is the payer who can be reminded.
  if (name === 'bind' && typeof result.inviteCode === 'string') {
    remindOf(draft, {
      ...result,
      invitationNo: result.inviteCode,
      person: result.dependent ?? '',
      role: 'payer',
    });
  }
}

/** A timer row; when its time has come the office is asked before anybody is disturbed. */
function remindOf(draft: Draft, { invitationNo, person, role, expiresOn }: JsonObject): void {
  const dueAt = reminderBefore(String(expiresOn), draft.context.now);
  if (dueAt === undefined || typeof person !== 'string' || person === '') return;
  const params = { invitationNo: invitationNo ?? '', person, role: role ?? 'dependent' };
  draft.timers.push({ name: 'invitation_reminder', dueAt, params });
}

function rememberFacts(draft: Draft, result: JsonObject): void {
  const at = String(result.at);
  const facts = Object.fromEntries(
    Object.entries((result.facts ?? {}) as Record<string, FactValue>).map(([id, value]) => [
      id,
      { value, at },
    ]),
  );
  const region = draft.profile.region ?? (typeof result.region === 'string' ? result.region : undefined);
  draft.profile = { ...draft.profile, facts, ...(region === undefined ? {} : { region }) };
}

export function applyOffice(draft: Draft, event: string, params: JsonObject): void {
  if (event === 'turn_failed') {
    say(draft, 'office.turn_failed');
    pushFlow(draft, 'hand-off', { reason: 'turn_failed' }, false);
    return;
  }
  if (event === 'application.changed') forgetRecords(draft);
  const { person: _, ...told } = params;
  if (event === 'invitation.sent') remindOf(draft, { ...params, role: 'dependent' });
  say(draft, `office.${event}${typeof params.state === 'string' ? `.${params.state}` : ''}`, told);
}

/** A word in between when the office takes its time; nothing when the answer has come meanwhile. */
export function applyTimer(draft: Draft, name: string, params: JsonObject): void {
  if (name === 'invitation_reminder') {
    remind(draft, params);
    return;
  }
  if (name !== 'still_working') {
    say(draft, `timer.${name}`, params);
    return;
  }
  const index = draft.stack.findLastIndex((frame) => frame.task === params.task);
  const isWaiting = index >= 0 && restOf(draft, index)?.ask === undefined;
  if (isWaiting) say(draft, 'repair.office_is_slow');
}

/** A timer may come late, after a night without us: what falls into the quiet hours waits for the morning. */
function remind(draft: Draft, params: JsonObject): void {
  const { now, random } = draft.context;
  const dueAt = outsideQuietHours(now);
  if (dueAt > now) draft.timers.push({ name: 'invitation_reminder', dueAt, params });
  else draft.tasks.push({ id: makeId('task', random), name: 'check-invitation', input: params });
}
