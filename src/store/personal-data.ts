/**
 * What is stored about one person, and how it is destroyed. One transaction: a person is either there or
 * gone. What stays holds references and codes only, and leads to nobody once the vault's rows are gone.
 */
import type { DataCounts, PersonalData } from '../contracts/store.ts';
import type { Conversation, InboundContent, OutboundPart } from '../domain/conversation.ts';
import type { PersonRef, TaskId } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import { readCase, readContent, readConversation, readPart, toInstant, writeConversation } from './parse.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';

/** Stands where words stood. */
const GONE = '（已按本人要求删除）';

export function personalData({ inTx, clock }: StoreContext, rooms: Rooms): PersonalData {
  return {
    dataOf: (person) => inTx((tx) => countAll(tx, person)),
    eraseData: (person, task) =>
      inTx<'erased' | 'busy'>(async (tx, abandon) => {
        const conversations = await conversationsOf(tx, person);
        // In one order, and before any other row, as every writer of conversations does it.
        const audits: (readonly [conversation: string, n: number])[] = [];
        for (const id of conversations) {
          audits.push([id, (await rooms.takeNumbers(tx, id, { lines: 0, audits: 1 })).auditN]);
        }
        if (await hasOpenTask(tx, conversations, task)) return abandon('busy');
        for (const [conversation, n] of audits) {
          await scrub(tx, { conversation, task, now: clock.now() });
          const data = { person, task };
          await rooms.appendAudit(tx, { conversation, n, actor: 'citizen', action: 'data.erased', data });
        }
        await destroy(tx, person);
        return 'erased';
      }),
  };
}

async function conversationsOf(tx: Tx, person: PersonRef): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('conversation_persons')
    .select('conversation_id')
    .where('person_ref', '=', person)
    .orderBy('conversation_id')
    .execute();
  return rows.map((row) => row.conversation_id);
}

// === Counting

async function countAll(tx: Tx, person: PersonRef): Promise<DataCounts> {
  const conversations = await conversationsOf(tx, person);
  return {
    identity: await identityOf(tx, person),
    pledges: await pledgesOf(tx, person),
    conversations: conversations.length,
    messages: await messagesIn(tx, conversations),
    applications: await applicationsOf(tx, person),
    cases: await casesIn(tx, conversations),
  };
}

interface Counted {
  readonly n: number | string | bigint;
}

const numberIn = ([row]: readonly Counted[]): number => Number(row?.n ?? 0);

async function identityOf(tx: Tx, person: PersonRef): Promise<number> {
  const query = tx.selectFrom('persons').where('ref', '=', person);
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}

/** Signatures that are still there; of a destroyed one only version and digest of the text remain. */
async function pledgesOf(tx: Tx, person: PersonRef): Promise<number> {
  const query = tx.selectFrom('pledges').where('person_ref', '=', person).where('sealed_signature', '<>', '');
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}

async function messagesIn(tx: Tx, conversations: readonly string[]): Promise<number> {
  if (conversations.length === 0) return 0;
  const said = tx
    .selectFrom('inbox')
    .where('kind', '=', 'text')
    .where('conversation_id', 'in', conversations);
  const answered = tx.selectFrom('outbox').where('conversation_id', 'in', conversations);
  return (
    numberIn(await said.select((eb) => eb.fn.countAll().as('n')).execute()) +
    numberIn(await answered.select((eb) => eb.fn.countAll().as('n')).execute())
  );
}

async function applicationsOf(tx: Tx, person: PersonRef): Promise<number> {
  const query = tx
    .selectFrom('applications')
    .where((eb) => eb.or([eb('payer_ref', '=', person), eb('dependent_ref', '=', person)]));
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}

async function casesIn(tx: Tx, conversations: readonly string[]): Promise<number> {
  if (conversations.length === 0) return 0;
  const query = tx.selectFrom('cases').where('conversation_id', 'in', conversations);
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}

// === Destroying

async function hasOpenTask(tx: Tx, conversations: readonly string[], task: TaskId): Promise<boolean> {
  if (conversations.length === 0) return false;
  const open = await tx
    .selectFrom('tasks')
    .select('id')
    .where('conversation_id', 'in', conversations)
    .where('settled_at', 'is', null)
    .where('id', '<>', task)
    .execute();
  return open.length > 0;
}

/** The document may be there under a misspelt name as well, as a relative typed it: it is this person's all the same. */
async function destroy(tx: Tx, person: PersonRef): Promise<void> {
  await tx.updateTable('pledges').set({ sealed_signature: '' }).where('person_ref', '=', person).execute();
  await tx.deleteFrom('conversation_persons').where('person_ref', '=', person).execute();
  const document = tx.selectFrom('persons').select('digest').where('ref', '=', person);
  await tx.deleteFrom('persons').where('digest', 'in', document).execute();
}

interface Scrubbing {
  readonly conversation: string;
  readonly task: TaskId;
  readonly now: number;
}

async function scrub(tx: Tx, what: Scrubbing): Promise<void> {
  await scrubState(tx, what);
  await scrubInbox(tx, what);
  await scrubOutbox(tx, what);
  await scrubCases(tx, what);
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
    stack: before.stack.filter((frame) => frame.task === task),
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
      .set({ data: JSON.stringify(emptyCase) })
      .where('id', '=', id)
      .execute();
  }
}
