/** Timers are rows; when their time has come they are messages like any other. */
import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import { readObject } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';

const TIMERS_AT_ONCE = 200;

/** Fires what is due by the given clock. Safe to call from several processes: the conditional update decides. */
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
    for (const timer of (await due(db, { now })).rows) {
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
  };
}
