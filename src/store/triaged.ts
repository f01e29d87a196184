/**
 * A case that staff open for somebody on the telephone or at the counter. A case lives in a conversation, so
 * it gets one of its own, under an address of staff that no channel delivers to: nothing the bot says is ever put
 * there, and the desk refuses to write to it. All in one transaction; the triage row decides who opens.
 */
import type { AdviceStore } from '../contracts/advice-store.ts';
import { STAFF_CHANNEL } from '../contracts/desk.ts';
import type { Case } from '../domain/case.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { CaseId } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import { readTriaged, toInstant, writeConversation } from './parse.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';

/** Stands where the account of a channel stands. */
const ACCOUNT = 'staff';
const SUBJECT_CHARS = 80;

type Opening = Parameters<AdviceStore['openTriaged']>[0];

export function triagedOpener(
  { clock, inTx }: StoreContext,
  rooms: Rooms,
  heldMs: number,
): AdviceStore['openTriaged'] {
  return async (opening) => {
    const { triage, record } = opening;
    const at = clock.now();
    let isOpened = false;
    const opened = await inTx<CaseId | undefined>(async (tx, abandon) => {
      const row = await tx
        .updateTable('triages')
        .set({ case_id: record.id })
        .where('id', '=', triage)
        .where('case_id', 'is', null)
        .where('at', '>=', at - heldMs)
        .returning(['text', 'record'])
        .executeTakeFirst();
      if (row === undefined) return abandon(await openedBefore(tx, triage, at - heldMs));
      await writeTalk(tx, opening, row.text, at);
      await writeCase(tx, opening, row, at);
      await rooms.appendAudit(tx, {
        conversation: opening.conversation,
        n: 1,
        actor: 'clerk',
        action: 'case.opened',
        data: { case: record.id, by: opening.by.id, triage },
      });
      await rooms.desk.append(tx, [
        { case: record.id, kind: 'opened', by: opening.by, data: { reason: record.reason, triage } },
      ]);
      isOpened = true;
      return record.id;
    });
    if (isOpened) rooms.desk.ring();
    return opened;
  };
}

async function openedBefore(tx: Tx, triage: string, since: number): Promise<CaseId | undefined> {
  const row = await tx
    .selectFrom('triages')
    .select('case_id')
    .where('id', '=', triage)
    .where('at', '>=', since)
    .executeTakeFirst();
  return (row?.case_id ?? undefined) as CaseId | undefined;
}

/** A conversation with one line, done already: there is nothing in it for the bot. */
async function writeTalk(
  tx: Tx,
  { triage, conversation: id, record }: Opening,
  text: string,
  at: number,
): Promise<void> {
  const address = { channel: STAFF_CHANNEL, account: ACCOUNT, user: triage };
  const state: Conversation = {
    id,
    version: 0,
    address,
    status: 'waiting',
    profile: { facts: {}, ...(record.region === undefined ? {} : { region: record.region }) },
    stack: [],
    lastReplies: [],
    misses: 0,
    openCase: record.id,
    updatedAt: toInstant(at),
  };
  await tx
    .insertInto('addresses')
    .values({
      channel: address.channel,
      account: ACCOUNT,
      user_id: triage,
      conversation_id: id,
      seq: 1,
      audit_n: 1,
    })
    .execute();
  await tx
    .insertInto('conversations')
    .values({
      id,
      version: 0,
      status: state.status,
      state: writeConversation(state),
      created_at: at,
      updated_at: at,
    })
    .execute();
  await tx
    .insertInto('inbox')
    .values({
      channel: address.channel,
      account: ACCOUNT,
      message_id: triage,
      conversation_id: id,
      seq: 1,
      kind: 'text',
      content: JSON.stringify({ kind: 'text', text, masked: [] }),
      received_at: at,
      attempts: 0,
      dead: 0,
      error: null,
      closed_at: at,
    })
    .execute();
}

async function writeCase(
  tx: Tx,
  { conversation, record, by }: Opening,
  row: { readonly text: string; readonly record: string },
  at: number,
): Promise<void> {
  const { findings } = readTriaged(row.record);
  const opened: Case = {
    ...record,
    findings,
    conversation,
    status: 'open',
    transcript: [{ who: 'citizen', text: row.text, at: toInstant(at) }],
    openedAt: toInstant(at),
  };
  await tx
    .insertInto('cases')
    .values({
      id: opened.id,
      number: opened.number,
      conversation_id: conversation,
      status: opened.status,
      data: JSON.stringify(opened),
      opened_at: at,
      subject: [...row.text].slice(0, SUBJECT_CHARS).join(''),
      channel: STAFF_CHANNEL,
      region: opened.region ?? null,
      symptom: opened.symptom ?? null,
      waiting_since: at,
      wake_at: at,
    })
    .execute();
  await tx
    .insertInto('desk_staff')
    .values({ id: by.id, name: by.displayName, seen_at: at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ name: by.displayName, seen_at: at }))
    .execute();
}
