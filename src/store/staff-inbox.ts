/**
 * What staff did in a view. An item is open until it is settled or given up; while it is open, `due_at`
 * says from when on anybody may take it, which is how one process holds it and another finds it after
 * a crash. Closed rows stay a day without their payload, so that a repetition is recognised.
 */
import type { StaffInbox, StaffItem } from '../contracts/staff-inbox.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoreContext } from './context.ts';
import { toInstant } from './parse.ts';
import { prepared } from './prepared.ts';
import type { StaffItemsTable } from './tables.ts';

/** Longer than any call to a platform with its retries takes. */
const HELD_MS = 30_000;
/** Slack repeats an event up to five minutes later; ten minutes were found to be enough, a day costs little. */
const REMEMBERED_MS = 24 * 3600 * 1000;
/** So often an insert also clears what is too old. */
const CLEAR_EVERY_MS = 3600 * 1000;
const EMPTY = '{}';

export function staffInbox({ db, clock, inTx }: StoreContext): StaffInbox {
  const { insert, take, close, retry, clear } = statements(db);
  let clearedAt = Number.NEGATIVE_INFINITY;
  return {
    async keepStaffItem({ source, id, payload }) {
      const now = clock.now();
      const row = { source, id, payload: JSON.stringify(payload), received_at: now, due_at: now + HELD_MS };
      const { changed } = await insert(db, row);
      if (now - clearedAt >= CLEAR_EVERY_MS) {
        clearedAt = now;
        await clear(db, { oldest: now - REMEMBERED_MS });
      }
      return changed === 0 ? 'duplicate' : 'stored';
    },
    async takeStaffItems(source, limit) {
      const now = clock.now();
      const { rows } = await inTx((tx) => take(tx, { source, now, until: now + HELD_MS, limit }));
      return rows.toSorted((a, b) => a.received_at - b.received_at || (a.id < b.id ? -1 : 1)).map(asItem);
    },
    async settleStaffItem(source, id) {
      await close(db, { source, id, at: clock.now(), error: null });
    },
    async failStaffItem(source, id, code, dueAt) {
      if (dueAt === undefined) await close(db, { source, id, at: clock.now(), error: code });
      else await retry(db, { source, id, code, dueAt });
    },
  };
}

function asItem(row: StaffItemsTable): StaffItem {
  return {
    source: row.source,
    id: row.id,
    payload: JSON.parse(row.payload) as JsonObject,
    receivedAt: toInstant(row.received_at),
    attempts: row.attempts,
  };
}

function statements(db: StoreContext['db']) {
  return {
    insert: prepared((p: Pick<StaffItemsTable, 'source' | 'id' | 'payload' | 'received_at' | 'due_at'>) =>
      db
        .insertInto('staff_items')
        .values({
          source: p.source,
          id: p.id,
          payload: p.payload,
          received_at: p.received_at,
          attempts: 0,
          due_at: p.due_at,
          error: null,
          closed_at: null,
        })
        .onConflict((conflict) => conflict.columns(['source', 'id']).doNothing()),
    ),
    // The condition is repeated outside: of two who take at once, the second finds the row held.
    take: prepared((p: { source: string; now: number; until: number; limit: number }) =>
      db
        .updateTable('staff_items')
        .set({ due_at: p.until })
        .where('source', '=', p.source)
        .where('closed_at', 'is', null)
        .where('due_at', '<=', p.now)
        .where(
          'id',
          'in',
          db
            .selectFrom('staff_items as due')
            .select('due.id')
            .where('due.source', '=', p.source)
            .where('due.closed_at', 'is', null)
            .where('due.due_at', '<=', p.now)
            .orderBy('due.received_at')
            .limit(p.limit),
        )
        .returningAll(),
    ),
    close: prepared((p: { source: string; id: string; at: number; error: string | null }) =>
      db
        .updateTable('staff_items')
        .set({ closed_at: p.at, error: p.error, payload: EMPTY })
        .where('source', '=', p.source)
        .where('id', '=', p.id)
        .where('closed_at', 'is', null),
    ),
    retry: prepared((p: { source: string; id: string; code: string; dueAt: number }) =>
      db
        .updateTable('staff_items')
        .set((eb) => ({ attempts: eb('attempts', '+', 1), due_at: p.dueAt, error: p.code }))
        .where('source', '=', p.source)
        .where('id', '=', p.id)
        .where('closed_at', 'is', null),
    ),
    clear: prepared((p: { oldest: number }) =>
      db.deleteFrom('staff_items').where('closed_at', 'is not', null).where('received_at', '<', p.oldest),
    ),
  };
}
