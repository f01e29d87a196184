/**
 * Name and number of a citizen, shown to staff. Only of whoever verified in the very conversation, only to
 * the owner of the case or a lead, with a reason of their own words; it lapses, and is written into the audit
 * chain, which is also what the citizen's own record is read from, before anything is shown.
 */
import type { DeskActs, RevealResult, Staff } from '../contracts/desk.ts';
import { maskNumbers } from '../domain/masking.ts';
import { badInput, FORBIDDEN, isLead, mayAct } from './access.ts';
import type { DeskDeps } from './deps.ts';

/** Long enough for a call to the office; then a new reason is due. */
export const REVEAL_MS = 10 * 60_000;
const REASON_MIN = 4;
const REASON_MAX = 200;

export async function reveal(
  act: Parameters<DeskActs['reveal']>[0],
  { store, clock, random }: DeskDeps,
): Promise<RevealResult> {
  const { by, case: id, key } = act;
  if (!mayAct(by)) return FORBIDDEN;
  const reason = maskNumbers(act.reason).text.trim();
  const length = [...reason].length;
  if (length < REASON_MIN || length > REASON_MAX) return badInput('reason');
  const row = await store.caseRow(id);
  if (row === undefined) return { ok: false, reason: 'unknown_case' };
  if (row.closedAt !== undefined) return { ok: false, reason: 'closed' };
  if (row.owner === undefined) return { ok: false, reason: 'unclaimed' };
  if (row.owner.id !== by.id && !isLead(by)) return { ok: false, reason: 'owned', owner: row.owner };
  if (row.person === undefined) return { ok: false, reason: 'nobody' };
  const record = await store.reveal(row.person.ref);
  if (record === undefined) return { ok: false, reason: 'nobody' };
  const noted = await store.noteReveal({
    id: `rv_${Buffer.from(random.bytes(16)).toString('hex')}`,
    person: row.person.ref,
    conversation: row.record.conversation,
    case: id,
    by: { id: by.id, displayName: by.displayName },
    key,
    reason,
    expiresAt: clock.now() + REVEAL_MS,
  });
  return { ok: true, reveal: noted, record };
}

/** Only for whoever asked, and only while it holds. */
export async function revealedAgain(
  by: Staff,
  id: string,
  { store, clock }: DeskDeps,
): Promise<RevealResult> {
  const noted = await store.revealById(id);
  if (noted === undefined || noted.by.id !== by.id) return FORBIDDEN;
  if (Date.parse(noted.expiresAt) <= clock.now()) return { ok: false, reason: 'lapsed' };
  const record = await store.reveal(noted.person);
  return record === undefined ? { ok: false, reason: 'nobody' } : { ok: true, reveal: noted, record };
}
