/** What is still to be delivered, and what was said. */
import { sql } from 'kysely';
import type { HistoryLine, Outbox, OutboxItem } from '../contracts/store.ts';
import type { ChannelId, InboundContent, OutboundPart } from '../domain/conversation.ts';
import type { StoreContext } from './context.ts';
import { recordDelivery } from './desk-turn.ts';
import { readContent, readPart, toInstant } from './parse.ts';
import { prepared, preparedRows } from './prepared.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';
import { withCommit } from './with-commit.ts';

const PARTS_AT_ONCE = 50;
/** How far back the words of a pressed button are looked for. */
const PARTS_WITH_CHOICES = 10;

export function outbox(context: StoreContext, rooms: Rooms): Outbox {
  return { ...delivering(context, rooms), history: history(context) };
}

// === Delivering

function delivering(context: StoreContext, rooms: Rooms): Omit<Outbox, 'history'> {
  const { db, clock, engine, inTx } = context;
  const { pending, close, retry, park } = deliveringStatements(context);
  /** Parts settled or set aside; the desk hears of those that staff said. */
  const settle = async (
    state: 'sent' | 'parked' | 'dead',
    code: string | undefined,
    change: (tx: Tx) => Promise<{ readonly rows: readonly Settled[] }>,
  ): Promise<void> => {
    const isForDesk = await inTx(async (tx) => {
      const settled = (await change(tx)).rows.toSorted((one, other) => one.position - other.position);
      let tellsDesk = false;
      for (const { part } of settled) {
        const told = await recordDelivery(tx, rooms.desk, { part, state, code, at: clock.now() });
        tellsDesk ||= told;
      }
      const [first] = settled;
      if (first !== undefined) {
        await withCommit(tx, engine.finishInTx(tx, { queue: 'outbox', key: first.conversation_id }));
      }
      return tellsDesk;
    });
    if (isForDesk) rooms.desk.ring();
  };
  return {
    async duePartsOf(conversation) {
      const { rows } = await pending(db, { conversation });
      const now = clock.now();
      // A part that waits for its next try holds back those behind it: order before speed.
      const waiting = rows.findIndex((row) => row.due_at > now);
      return (waiting < 0 ? rows : rows.slice(0, waiting)).map(
        (row): OutboxItem => ({
          attempts: row.attempts,
          outbound: {
            key: row.key,
            conversation,
            address: { channel: row.channel as ChannelId, account: row.account, user: row.user_id },
            part: readPart(row.part),
          },
        }),
      );
    },
    async markSent(...keys) {
      if (keys.length === 0) return;
      const at = clock.now();
      await settle('sent', undefined, (tx) =>
        close(
          tx,
          keys.map((key) => ({ key, state: 'sent' as const, error: null, at })),
        ),
      );
    },
    async markFailed(key, code, dueAt) {
      if (dueAt === undefined) {
        const at = clock.now();
        await settle('dead', code, (tx) => close(tx, [{ key, state: 'dead', error: code, at }]));
        return;
      }
      await inTx(async (tx) => {
        const row = (await retry(tx, { key, code, dueAt })).rows[0];
        if (row === undefined) return;
        await engine.enqueueInTx(tx, { queue: 'outbox', key: row.conversation_id }, { startAt: dueAt });
      });
    },
    async park(key, code) {
      await settle('parked', code, (tx) => park(tx, { key, code: code ?? null }));
    },
  };
}

interface Settled {
  readonly conversation_id: string;
  readonly position: number;
  readonly part: string;
}

/** Of several that are closed together only the keys differ. */
interface Closing {
  readonly key: string;
  readonly state: 'sent' | 'dead';
  readonly error: string | null;
  readonly at: number;
}

function deliveringStatements({ db }: StoreContext) {
  return {
    pending: prepared((p: { conversation: string }) =>
      db
        .selectFrom('outbox')
        .innerJoin('addresses', 'addresses.conversation_id', 'outbox.conversation_id')
        .select([
          'outbox.key',
          'outbox.part',
          'outbox.attempts',
          'outbox.due_at',
          'addresses.channel',
          'addresses.account',
          'addresses.user_id',
        ])
        .where('outbox.conversation_id', '=', p.conversation)
        .where('outbox.closed_at', 'is', null)
        .where('outbox.state', '=', sql.lit('pending'))
        .orderBy('outbox.position')
        .limit(sql.lit(PARTS_AT_ONCE)),
    ),
    close: preparedRows((p: readonly Closing[]) => {
      const { state, error, at } = p[0] as Closing;
      return db
        .updateTable('outbox')
        .set((eb) => ({ state, error, closed_at: at, attempts: eb('attempts', '+', 1) }))
        .where(
          'key',
          'in',
          p.map(({ key }) => key),
        )
        .where('closed_at', 'is', null)
        .returning(['conversation_id', 'position', 'part']);
    }),
    retry: prepared((p: { key: string; code: string; dueAt: number }) =>
      db
        .updateTable('outbox')
        .set((eb) => ({ error: p.code, due_at: p.dueAt, attempts: eb('attempts', '+', 1) }))
        .where('key', '=', p.key)
        .where('closed_at', 'is', null)
        .returning('conversation_id'),
    ),
    park: prepared((p: { key: string; code: string | null }) =>
      db
        .updateTable('outbox')
        .set({ state: 'parked', error: p.code })
        .where('key', '=', p.key)
        .where('closed_at', 'is', null)
        .returning(['conversation_id', 'position', 'part']),
    ),
  };
}

// === History

function history(context: StoreContext): Outbox['history'] {
  const { db } = context;
  const { lines, saidBefore } = historyStatements(context);
  return async (conversation, after, limit) => {
    const { rows } = await lines(db, { conversation, after, limit });
    const shown = await offeredBefore(rows);
    return rows.map((row): HistoryLine => {
      const part = row.who === 'bot' ? readPart(row.body) : citizenPart(readContent(row.body), shown);
      if (row.who === 'bot') shown.push(part);
      return { position: row.position, who: row.who, at: toInstant(row.at), part };
    });

    /** Parts before the first pressed button, oldest first: its label stands in one of them. */
    async function offeredBefore(read: typeof rows): Promise<OutboundPart[]> {
      const first = read.find((row) => row.kind === 'choice');
      if (first === undefined) return [];
      const earlier = await saidBefore(db, { conversation, before: first.position });
      return earlier.rows.map((row) => readPart(row.part)).reverse();
    }
  };
}

/** A pressed button is shown by its label, as it was offered. */
function citizenPart(content: InboundContent, shown: readonly OutboundPart[]): OutboundPart {
  if (content.kind !== 'choice') {
    return { id: 'citizen.text', params: {}, text: content.kind === 'text' ? content.text : '' };
  }
  const { value } = content;
  const label = shown
    .flatMap((part) => part.choices ?? [])
    .findLast((choice) => choice.value === value)?.label;
  return { id: 'citizen.choice', params: { value }, text: label ?? value };
}

function historyStatements({ db }: StoreContext) {
  return {
    // One statement for both sides: read one after the other, a line between them could be passed over for ever.
    lines: prepared((p: { conversation: string; after: number; limit: number }) =>
      db
        .selectFrom('inbox')
        .select(['seq as position', 'kind', 'received_at as at', 'content as body'])
        .select(sql<'citizen' | 'bot'>`'citizen'`.as('who'))
        .where('conversation_id', '=', p.conversation)
        .where('seq', '>', p.after)
        .where('kind', 'in', ['text', 'choice'])
        .unionAll(
          db
            .selectFrom('outbox')
            .select(['position', sql<string>`'part'`.as('kind'), 'created_at as at', 'part as body'])
            .select(sql<'citizen' | 'bot'>`'bot'`.as('who'))
            .where('conversation_id', '=', p.conversation)
            .where('position', '>', p.after),
        )
        .orderBy('position')
        .limit(p.limit),
    ),
    saidBefore: prepared((p: { conversation: string; before: number }) =>
      db
        .selectFrom('outbox')
        .select('part')
        .where('conversation_id', '=', p.conversation)
        .where('position', '<', p.before)
        .orderBy('position', 'desc')
        .limit(sql.lit(PARTS_WITH_CHOICES)),
    ),
  };
}
