/** Parts that were taken for sent and have not arrived. */
import type { Undelivered } from '../contracts/undelivered.ts';
import type { StoreContext } from './context.ts';
import { recordDelivery } from './desk-turn.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';

export function undelivered({ db, clock, inTx }: StoreContext, rooms: Rooms): Undelivered {
  const takeBack = prepared(
    (p: { key: string; state: 'parked' | 'dead'; closed: number | null; code: string }) =>
      db
        .updateTable('outbox')
        .set({ state: p.state, error: p.code, closed_at: p.closed })
        .where('key', '=', p.key)
        .where('state', '=', 'sent')
        .returning('part'),
  );
  return {
    async undelivered(key, code, next) {
      const at = clock.now();
      const state = next === 'waits' ? 'parked' : 'dead';
      const done = await inTx(async (tx) => {
        const [row] = (await takeBack(tx, { key, state, closed: next === 'waits' ? null : at, code })).rows;
        if (row === undefined) return undefined;
        return { isForDesk: await recordDelivery(tx, rooms.desk, { part: row.part, state, code, at }) };
      });
      if (done?.isForDesk === true) rooms.desk.ring();
      return done !== undefined;
    },
  };
}
