/** News that nobody in the conversation typed: results of tasks, the office, staff. */

import { nextStatus } from '../../flows/conversation.ts';
import type { InboundContent } from '../domain/conversation.ts';
import type { FactValue } from '../domain/fact.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Draft, say } from './draft.ts';
import { forgetRecords } from './gather.ts';
import { deliver, pushFlow, restOf } from './stack.ts';

/** Goes to the frame that waits for it; when that is gone, the citizen is still told how it ended. */
export function applySettled(
  draft: Draft,
  settled: InboundContent & { readonly kind: 'task.settled' },
): void {
  const { task, name, outcome, result } = settled;
  if (name === 'look-up-records' && outcome === 'done') rememberFacts(draft, result);
  const index = draft.stack.findLastIndex((frame) => frame.task === task);
  if (index >= 0 && deliver(draft, index, { type: 'task.settled', outcome, result })) return;
  const isAct = name !== 'query' && name !== 'look-up-records';
  if (isAct) say(draft, `task.${outcome}`, { ...result, task: name });
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
  say(draft, `office.${event}${typeof params.state === 'string' ? `.${params.state}` : ''}`, params);
}

/** A word in between when the office takes its time; nothing when the answer has come meanwhile. */
export function applyTimer(draft: Draft, name: string, params: JsonObject): void {
  if (name !== 'still_working') {
    say(draft, `timer.${name}`, params);
    return;
  }
  const index = draft.stack.findLastIndex((frame) => frame.task === params.task);
  const isWaiting = index >= 0 && restOf(draft, index)?.ask === undefined;
  if (isWaiting) say(draft, 'repair.office_is_slow');
}

export function applyStaff(draft: Draft, staff: InboundContent & { readonly kind: 'staff' }): void {
  switch (staff.event) {
    case 'replied':
      say(draft, 'staff.replied', { text: staff.text ?? '' });
      return;
    case 'claimed':
      draft.status = nextStatus(draft.status, { type: 'claimed' });
      say(draft, 'staff.claimed');
      return;
    case 'given_back':
      draft.status = nextStatus(draft.status, { type: 'given_back' });
      say(draft, 'staff.given_back');
      return;
    case 'closed':
      draft.status = nextStatus(draft.status, { type: 'closed' });
      draft.openCase = undefined;
      say(draft, 'staff.closed');
  }
}
