/** Timers are rows; when their time has come they are messages like any other. */
import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import { readObject } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';
import type { TimersTable } from './tables.ts';

const TIMERS_AT_ONCE = 200;

/** Fires all that is due by the given clock. Safe to call from several processes: the conditional update decides. */
export function timers(context: StoreContext, rooms: Rooms): () => Promise<void> {
  const { db, clock, inTx } = context;
  const due = prepared((p: { now: number }) =>
    db
      .selectFrom('timers')
      .selectAll()
      .where('fired_at', 'is', null)
      .where('due_at', '<=', p.now)
      .orderBy('due_at')
      .limit(sql.lit(TIMERS_AT_ONCE)),
  );
  const fire = prepared((p: { id: string; now: number }) =>
    db.updateTable('timers').set({ fired_at: p.now }).where('id', '=', p.id).where('fired_at', 'is', null),
  );
  return async () => {
    const now = clock.now();
    for (let more = true; more; ) {
      const { rows } = await due(db, { now });
      for (const timer of rows) await fireOne(timer, now);
      more = rows.length === TIMERS_AT_ONCE;
    }
  };

  async function fireOne(timer: TimersTable, now: number): Promise<void> {
    await inTx(async (tx) => {
      if ((await fire(tx, { id: timer.id, now })).changed === 0) return;
      const conversation = timer.conversation_id;
      const { seq } = await rooms.takeNumbers(tx, conversation, { lines: 1, audits: 0 });
      await rooms.putInside(tx, {
        conversation,
        seq,
        messageId: `timer:${timer.id}`,
        content: { kind: 'timer', name: timer.name, params: readObject(timer.params) },
      });
    });
  }
}
