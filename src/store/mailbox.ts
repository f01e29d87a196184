/** The front door: what people and our own rooms say to a conversation, in one order. */
import { sql } from 'kysely';
import type { InboxItem, Mailbox } from '../contracts/store.ts';
import type { Address, Conversation, Inbound } from '../domain/conversation.ts';
import type { ConversationId } from '../domain/ids.ts';
import { makeId } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import { readContent, readConversation, toInstant, toMs, writeConversation } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';

/** From this many failures on an item is dead: a strict order would otherwise hold the citizen up for ever. */
const ATTEMPTS_ALLOWED = 5;
const RETRY_AFTER_MS = 1_000;
/**
 * What was parked waits so long for the answer to the message that brings it back, so that both go in one
 * delivery: some channels let us speak only a few times.
 */
const PARKED_WAIT_MS = 1_000;
/** A burst longer than this is worked off in several turns. */
const ITEMS_AT_ONCE = 50;

type Part = Omit<Mailbox, 'commitTurn'>;

export function mailbox(context: StoreContext, rooms: Rooms): Part {
  return { ...frontDoor(context, rooms), ...reading(context), failItem: failing(context) };
}

// === Receiving

function frontDoor(context: StoreContext, rooms: Rooms): Pick<Part, 'receive' | 'receiveFor'> {
  const { clock, engine, random, inTx } = context;
  const { nextNumber, claimAddress, createConversation, unpark } = receivingStatements(context);

  /** The number of the message, and its conversation: nearly always one that is there already. */
  async function takeNumber(tx: Tx, address: Address) {
    const known = (await nextNumber(tx, address)).rows[0];
    if (known !== undefined) return { ...known, isNew: false };
    const fresh = makeId('conversation', (size) => random.bytes(size));
    // Two first messages at once: the second finds what the first has made.
    const claimed = one(await claimAddress(tx, { ...address, fresh }));
    return { ...claimed, isNew: claimed.conversation_id === fresh };
  }

  async function receive(inbound: Inbound): Promise<'stored' | 'duplicate'> {
    const { address, messageId, content, receivedAt } = inbound;
    return inTx<'stored' | 'duplicate'>(async (tx, abandon) => {
      const { seq, conversation_id: conversation, isNew } = await takeNumber(tx, address);
      const item = {
        channel: address.channel,
        account: address.account,
        messageId,
        conversation,
        seq,
        content,
        receivedAt: toMs(receivedAt),
      };
      const [stored] = await Promise.all([
        rooms.insertItem(tx, item),
        isNew
          ? createConversation(tx, newConversation(conversation, address, clock.now()))
          : bringBackParked(tx, conversation),
      ]);
      // Rolled back, so that a redelivery takes no number and makes no conversation.
      return stored === 'stored' ? 'stored' : abandon('duplicate');
    });
  }

  async function bringBackParked(tx: Tx, conversation: string): Promise<void> {
    const { changed } = await unpark(tx, { conversation, at: clock.now() });
    if (changed === 0) return;
    const startAt = clock.now() + PARKED_WAIT_MS;
    await engine.enqueueInTx(tx, { queue: 'outbox', key: conversation }, { startAt });
  }

  return {
    receive,
    receiveFor: (conversation, messageId, content) =>
      inTx<'stored' | 'duplicate'>(async (tx, abandon) => {
        const { seq } = await rooms.takeNumbers(tx, conversation, { lines: 1, audits: 0 });
        const stored = await rooms.putInside(tx, { conversation, seq, messageId, content });
        return stored === 'stored' ? 'stored' : abandon('duplicate');
      }),
  };
}

function receivingStatements({ db }: StoreContext) {
  return {
    nextNumber: prepared((p: Address) =>
      db
        .updateTable('addresses')
        .set((eb) => ({ seq: eb('seq', '+', 1) }))
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('user_id', '=', p.user)
        .returning(['conversation_id', 'seq']),
    ),
    claimAddress: prepared((p: { channel: string; account: string; user: string; fresh: string }) =>
      db
        .insertInto('addresses')
        .values({
          channel: p.channel,
          account: p.account,
          user_id: p.user,
          conversation_id: p.fresh,
          seq: 1,
          audit_n: 0,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['channel', 'account', 'user_id'])
            .doUpdateSet((eb) => ({ seq: eb('addresses.seq', '+', 1) })),
        )
        .returning(['conversation_id', 'seq']),
    ),
    createConversation: prepared((p: { id: string; state: string; at: number }) =>
      db
        .insertInto('conversations')
        .values({ id: p.id, version: 0, status: 'bot', state: p.state, created_at: p.at, updated_at: p.at }),
    ),
    unpark: prepared((p: { conversation: string; at: number }) =>
      db
        .updateTable('outbox')
        .set({ state: 'pending', due_at: p.at })
        .where('conversation_id', '=', p.conversation)
        .where('closed_at', 'is', null)
        .where('state', '=', sql.lit('parked')),
    ),
  };
}

function newConversation(id: string, address: Address, at: number) {
  const conversation: Conversation = {
    id: id as ConversationId,
    version: 0,
    address,
    status: 'bot',
    profile: { facts: {} },
    stack: [],
    lastReplies: [],
    misses: 0,
    updatedAt: toInstant(at),
  };
  return { id, at, state: writeConversation(conversation) };
}

// === Reading

function reading({ db }: StoreContext): Pick<Part, 'due' | 'conversation' | 'conversationAt'> {
  // One statement, so that the version and the items are of one moment.
  const dueRows = prepared((p: { conversation: string }) =>
    db
      .selectFrom('inbox')
      .innerJoin('conversations', 'conversations.id', 'inbox.conversation_id')
      .select(['conversations.state', 'inbox.seq', 'inbox.content', 'inbox.received_at', 'inbox.attempts'])
      .where('inbox.conversation_id', '=', p.conversation)
      .where('inbox.closed_at', 'is', null)
      .orderBy('inbox.seq')
      .limit(sql.lit(ITEMS_AT_ONCE)),
  );
  const byId = prepared((p: { id: string }) =>
    db.selectFrom('conversations').select('state').where('id', '=', p.id),
  );
  const byAddress = prepared((p: Address) =>
    db
      .selectFrom('addresses')
      .innerJoin('conversations', 'conversations.id', 'addresses.conversation_id')
      .select('conversations.state')
      .where('addresses.channel', '=', p.channel)
      .where('addresses.account', '=', p.account)
      .where('addresses.user_id', '=', p.user),
  );
  return {
    async due(conversation) {
      const { rows } = await dueRows(db, { conversation });
      const first = rows[0];
      if (first === undefined) return undefined;
      const items = rows.map(
        (row): InboxItem => ({
          seq: row.seq,
          content: readContent(row.content),
          receivedAt: toInstant(row.received_at),
          attempts: row.attempts,
        }),
      );
      const more = items.length === ITEMS_AT_ONCE;
      return { conversation: readConversation(first.state), items, more };
    },
    async conversation(id) {
      const row = (await byId(db, { id })).rows[0];
      return row && readConversation(row.state);
    },
    async conversationAt(address) {
      const row = (await byAddress(db, address)).rows[0];
      return row && readConversation(row.state);
    },
  };
}

// === Failing

function failing({ db, clock, engine, inTx }: StoreContext): Part['failItem'] {
  const count = prepared((p: { conversation: string; seq: number; code: string }) =>
    db
      .updateTable('inbox')
      .set((eb) => ({ attempts: eb('attempts', '+', 1), error: p.code }))
      .where('conversation_id', '=', p.conversation)
      .where('seq', '=', p.seq)
      .where('closed_at', 'is', null)
      .returning('attempts'),
  );
  const bury = prepared((p: { conversation: string; seq: number; at: number }) =>
    db
      .updateTable('inbox')
      .set({ dead: 1, closed_at: p.at })
      .where('conversation_id', '=', p.conversation)
      .where('seq', '=', p.seq),
  );
  return (conversation, seq, code) =>
    inTx(async (tx) => {
      const { attempts } = (await count(tx, { conversation, seq, code })).rows[0] ?? {};
      // Closed by somebody else meanwhile: there is nothing left to try.
      if (attempts === undefined) return 'retry';
      if (attempts >= ATTEMPTS_ALLOWED) {
        await bury(tx, { conversation, seq, at: clock.now() });
        return 'dead';
      }
      const startAt = clock.now() + RETRY_AFTER_MS * 2 ** (attempts - 1);
      await engine.enqueueInTx(tx, { queue: 'address', key: conversation }, { startAt });
      return 'retry';
    });
}

function one<Row>(outcome: { readonly rows: readonly Row[] }): Row {
  const row = outcome.rows[0];
  if (row === undefined) throw new Error('A statement that always returns a row returned none');
  return row;
}
