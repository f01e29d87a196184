/** What turns and deliveries mean to the help desk, written in their own transactions. */

import type { CaseEventKind } from '../contracts/desk.ts';
import type { NewRating } from '../contracts/desk-store.ts';
import type { TurnCommit } from '../contracts/store.ts';
import type { Case } from '../domain/case.ts';
import type { OutboundPart } from '../domain/conversation.ts';
import type { DeskLog, NewEvent } from './desk-events.ts';
import { readContent, readPart, toMs } from './parse.ts';
import type { Tx } from './tables.ts';

/** Of what was asked; a list shows no more. */
const SUBJECT_CHARS = 80;

/** Whether a turn is of interest to the desk: only then does it cost anything. */
export function concernsDesk({ conversation, cases, replies, ratings }: TurnCommit): boolean {
  return (
    conversation.openCase !== undefined ||
    cases.length > 0 ||
    ratings !== undefined ||
    replies.some(({ id }) => id.startsWith('staff.'))
  );
}

/** After the cases and the replies of the turn were written; the events come last, see `desk-events.ts`. */
export async function recordTurn(
  tx: Tx,
  log: DeskLog,
  commit: TurnCommit,
  { at, known }: { readonly at: number; readonly known: ReadonlySet<string> },
): Promise<void> {
  await markSending(tx, commit.replies, at);
  const events: NewEvent[] = [];
  for (const opened of commit.cases) {
    const isNew = !known.has(opened.id);
    await enqueue(tx, commit, opened, { at, isNew });
    events.push({ case: opened.id, kind: isNew ? 'opened' : 'reopened', data: { reason: opened.reason } });
  }
  events.push(...(await citizenWords(tx, commit, at)));
  for (const rating of commit.ratings ?? []) events.push(await keepRating(tx, rating, at));
  await log.append(tx, events);
}

/** Those of the turn's cases that were there before it. */
export async function knownCases(tx: Tx, { cases }: TurnCommit): Promise<ReadonlySet<string>> {
  if (cases.length === 0) return new Set();
  const ids = cases.map(({ id }) => id);
  const rows = await tx.selectFrom('cases').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}

async function enqueue(
  tx: Tx,
  { conversation }: TurnCommit,
  opened: Case,
  { at, isNew }: { readonly at: number; readonly isNew: boolean },
): Promise<void> {
  const asked = opened.transcript.findLast(({ who }) => who === 'citizen')?.text ?? '';
  const place = {
    channel: conversation.address.channel,
    region: opened.region ?? null,
    symptom: opened.symptom ?? null,
    previous_id: opened.previous ?? null,
    waiting_since: isNew ? toMs(opened.openedAt) : at,
    wake_at: at,
  };
  const again = {
    owner: null,
    owner_name: null,
    closed_at: null,
    closed_by: null,
    goals_from: null,
    answer_due_at: null,
    resolve_due_at: null,
    goal_stage: 0,
  };
  await tx
    .updateTable('cases')
    .set((eb) => ({
      ...place,
      ...(isNew ? { subject: [...asked].slice(0, SUBJECT_CHARS).join('') } : again),
      version: isNew ? 1 : eb('version', '+', 1),
    }))
    .where('id', '=', opened.id)
    .execute();
}

/** Of the items of this turn, what the citizen wrote while a case was open. */
async function citizenWords(
  tx: Tx,
  { conversation, seqs, cases }: TurnCommit,
  at: number,
): Promise<readonly NewEvent[]> {
  const { openCase } = conversation;
  // The words that opened the case are in its transcript.
  if (openCase === undefined || seqs.length === 0 || cases.some(({ id }) => id === openCase)) return [];
  const rows = await tx
    .selectFrom('inbox')
    .select(['seq', 'content'])
    .where('conversation_id', '=', conversation.id)
    .where('seq', 'in', [...seqs])
    .where('kind', 'in', ['text', 'choice', 'unsupported', 'task.settled'])
    .orderBy('seq')
    .execute();
  const events = rows.map(({ seq, content }) => wordsOf(openCase, seq, content));
  if (events.some(({ kind }) => kind === 'citizen_wrote')) {
    await tx
      .updateTable('cases')
      .set((eb) => ({
        version: eb('version', '+', 1),
        // What is said to the bot, which was given the talk back, waits for nobody.
        ...(conversation.status === 'bot'
          ? {}
          : { waiting_since: eb.fn.coalesce('waiting_since', eb.val(at)) }),
      }))
      .where('id', '=', openCase)
      .execute();
  }
  return events;
}

function wordsOf(openCase: string, position: number, stored: string): NewEvent {
  const content = readContent(stored);
  const about = (kind: CaseEventKind, data: NewEvent['data'], text?: string): NewEvent => ({
    case: openCase,
    kind,
    data: { ...data, position },
    text,
  });
  switch (content.kind) {
    case 'text':
      return about('citizen_wrote', {}, content.text);
    case 'unsupported':
      return about('citizen_wrote', { unsupported: content.what });
    case 'task.settled':
      return about('act_settled', { task: content.name, outcome: content.outcome });
    default:
      return about('citizen_wrote', { pressed: content.kind === 'choice' ? content.value : '' });
  }
}

/** The second tap adds its reason to the first. */
async function keepRating(tx: Tx, rating: NewRating, at: number): Promise<NewEvent> {
  const { case: id, isSatisfied, reason = null, entry = null } = rating;
  const closed = await tx
    .selectFrom('cases')
    .select(['closed_by', 'data'])
    .where('id', '=', id)
    .executeTakeFirst();
  const cause = closed === undefined ? undefined : trueCauseIn(closed.data);
  const values = { satisfied: isSatisfied ? 1 : 0, reason, entry, at };
  await tx
    .insertInto('ratings')
    .values({ ...values, case_id: id, clerk: closed?.closed_by ?? null, cause: cause ?? null })
    .onConflict((conflict) => conflict.column('case_id').doUpdateSet(values))
    .execute();
  return { case: id, kind: 'rated', data: { isSatisfied, reason } };
}

function trueCauseIn(data: string): string | undefined {
  const { closed } = JSON.parse(data) as { readonly closed?: { readonly trueCause?: string } };
  return closed?.trueCause;
}

// === Delivery of what staff said

const replyOf = ({ id, params }: OutboundPart): string | undefined =>
  id.startsWith('staff.') && typeof params.reply === 'string' ? params.reply : undefined;

async function markSending(tx: Tx, replies: readonly OutboundPart[], at: number): Promise<void> {
  const keys = replies.flatMap((part) => replyOf(part) ?? []);
  if (keys.length === 0) return;
  await tx
    .updateTable('staff_replies')
    .set({ state: 'sending', state_at: at })
    .where('key', 'in', keys)
    .where('state', '=', 'queued')
    .execute();
}

const EVENT_OF = {
  sent: 'reply_sent',
  parked: 'reply_waits',
  dead: 'reply_failed',
} as const satisfies Record<string, CaseEventKind>;

const STATE_OF = { sent: 'sent', parked: 'waits_for_citizen', dead: 'failed' } as const;

/** Cheap for everything that staff did not say: the id stands at the beginning of the stored part. */
export async function recordDelivery(
  tx: Tx,
  log: DeskLog,
  delivered: {
    readonly part: string;
    readonly state: keyof typeof EVENT_OF;
    readonly code?: string | undefined;
    readonly at: number;
  },
): Promise<boolean> {
  const { part, state, code, at } = delivered;
  if (!part.startsWith('{"id":"staff.')) return false;
  const key = replyOf(readPart(part));
  if (key === undefined) return false;
  const row = await tx
    .updateTable('staff_replies')
    .set({ state: STATE_OF[state], code: code ?? null, state_at: at })
    .where('key', '=', key)
    .where('state', '!=', STATE_OF[state])
    .returning(['case_id'])
    .executeTakeFirst();
  if (row === undefined) return false;
  const failed = state === 'dead' ? 1 : 0;
  await tx
    .updateTable('cases')
    .set((eb) => ({
      version: eb('version', '+', 1),
      failed_replies: eb('failed_replies', '+', failed),
    }))
    .where('id', '=', row.case_id)
    .execute();
  const data = { reply: key, ...(code === undefined ? {} : { code }) };
  await log.append(tx, [{ case: row.case_id, kind: EVENT_OF[state], data }]);
  return true;
}
