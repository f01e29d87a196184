/** Takes the words out of a conversation and lets its state begin anew; what stays are ids, states and times. */
import type { Conversation, InboundContent, OutboundPart } from '../domain/conversation.ts';
import type { TaskId } from '../domain/ids.ts';
import { scrubDesk } from './desk.ts';
import { readCase, readContent, readConversation, readPart, toInstant, writeConversation } from './parse.ts';
import type { Tx } from './tables.ts';

/** Stands where words stood. */
const GONE = '（已按本人要求删除）';

interface Scrubbing {
  readonly conversation: string;
  /** The task that erases: the frame that waits for it stays. */
  readonly task: TaskId | undefined;
  readonly now: number;
}

export async function scrub(tx: Tx, what: Scrubbing): Promise<void> {
  await scrubState(tx, what);
  await scrubInbox(tx, what);
  await scrubOutbox(tx, what);
  await scrubCases(tx, what);
  await scrubDesk(tx, what.conversation, GONE);
  await scrubChannel(tx, what.conversation);
  const { conversation, now } = what;
  await tx
    .updateTable('tasks')
    .set({ result: '{}' })
    .where('conversation_id', '=', conversation)
    .where('settled_at', 'is not', null)
    .execute();
  await tx
    .updateTable('timers')
    .set({ fired_at: now, params: '{}' })
    .where('conversation_id', '=', conversation)
    .where('fired_at', 'is', null)
    .execute();
  await tx
    .updateTable('links')
    .set({ expires_at: now })
    .where('conversation_id', '=', conversation)
    .where('used_at', 'is', null)
    .execute();
}

/** A new version: a turn that was thought over the old state is stale, and begins again without it. */
async function scrubState(tx: Tx, { conversation, task, now }: Scrubbing): Promise<void> {
  const row = await tx
    .selectFrom('conversations')
    .select('state')
    .where('id', '=', conversation)
    .executeTakeFirstOrThrow();
  const before = readConversation(row.state);
  const after: Conversation = {
    id: before.id,
    version: before.version + 1,
    address: before.address,
    status: before.status,
    profile: { facts: {} },
    stack: before.stack.filter((frame) => task !== undefined && frame.task === task),
    lastReplies: [],
    misses: 0,
    updatedAt: toInstant(now),
    ...(before.openCase === undefined ? {} : { openCase: before.openCase }),
  };
  await tx
    .updateTable('conversations')
    .set({ version: after.version, state: writeConversation(after), updated_at: now })
    .where('id', '=', conversation)
    .execute();
}

/** What still waits is left: it is worked off, and a later deletion finds it. */
async function scrubInbox(tx: Tx, { conversation }: Scrubbing): Promise<void> {
  const rows = await tx
    .selectFrom('inbox')
    .select(['seq', 'content'])
    .where('conversation_id', '=', conversation)
    .where('closed_at', 'is not', null)
    .execute();
  for (const { seq, content } of rows) {
    await tx
      .updateTable('inbox')
      .set({ content: JSON.stringify(emptied(readContent(content))) })
      .where('conversation_id', '=', conversation)
      .where('seq', '=', seq)
      .execute();
  }
}

function emptied(content: InboundContent): InboundContent {
  switch (content.kind) {
    case 'text':
      return { ...content, text: GONE, masked: [] };
    case 'secure.done':
      return { ...content, slots: {} };
    case 'task.settled':
      return { ...content, result: {} };
    case 'office':
    case 'timer':
      return { ...content, params: {} };
    case 'staff':
      return content.text === undefined ? content : { ...content, text: GONE };
    default:
      return content;
  }
}

/** A part that waits for the citizen's next word will not be said any more. */
async function scrubOutbox(tx: Tx, { conversation, now }: Scrubbing): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ state: 'dead', closed_at: now })
    .where('conversation_id', '=', conversation)
    .where('state', '=', 'parked')
    .execute();
  const rows = await tx
    .selectFrom('outbox')
    .select(['position', 'part'])
    .where('conversation_id', '=', conversation)
    .where('closed_at', 'is not', null)
    .execute();
  for (const { position, part } of rows) {
    const empty: OutboundPart = { id: readPart(part).id, params: {}, text: GONE };
    await tx
      .updateTable('outbox')
      .set({ part: JSON.stringify(empty) })
      .where('conversation_id', '=', conversation)
      .where('position', '=', position)
      .execute();
  }
}

/** What a channel keeps for a day to say it again, or to go on with it. */
async function scrubChannel(tx: Tx, conversation: string): Promise<void> {
  const at = await tx
    .selectFrom('addresses')
    .select(['channel', 'account', 'user_id'])
    .where('conversation_id', '=', conversation)
    .executeTakeFirst();
  if (at === undefined) return;
  for (const table of ['channel_pushes', 'channel_talks'] as const) {
    await tx
      .deleteFrom(table)
      .where('channel', '=', at.channel)
      .where('account', '=', at.account)
      .where('user_id', '=', at.user_id)
      .execute();
  }
}

async function scrubCases(tx: Tx, { conversation }: Scrubbing): Promise<void> {
  const rows = await tx
    .selectFrom('cases')
    .select(['id', 'data'])
    .where('conversation_id', '=', conversation)
    .execute();
  for (const { id, data } of rows) {
    const { closed, ...kept } = readCase(data);
    const { note: _, ...outcome } = closed ?? {};
    const emptyCase = { ...kept, transcript: [], ...(closed === undefined ? {} : { closed: outcome }) };
    await tx
      .updateTable('cases')
      .set({ data: JSON.stringify(emptyCase), subject: '' })
      .where('id', '=', id)
      .execute();
    await tx
      .updateTable('case_events')
      .set({ text: GONE })
      .where('case_id', '=', id)
      .where('text', 'is not', null)
      .execute();
    await tx.updateTable('staff_replies').set({ text: GONE }).where('case_id', '=', id).execute();
  }
}
