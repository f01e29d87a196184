/** Cases of the help desk; they are written with the turn that opens them. */
import type { Cases } from '../contracts/store.ts';
import type { StoreContext } from './context.ts';
import { readCase } from './parse.ts';
import { prepared } from './prepared.ts';

const DIGITS = 4;
// The year has two digits: with four, a number typed into the chat would look like a card number and be hidden.

export function cases({ db, inTx }: StoreContext): Cases {
  const ofConversation = prepared((p: { conversation: string }) =>
    db
      .selectFrom('cases')
      .select('data')
      .where('conversation_id', '=', p.conversation)
      .orderBy('opened_at')
      .orderBy('number'),
  );
  const byId = prepared((p: { id: string }) => db.selectFrom('cases').select('data').where('id', '=', p.id));
  const count = prepared((p: { day: string }) =>
    db
      .insertInto('case_counters')
      .values({ day: p.day, n: 1 })
      .onConflict((conflict) =>
        conflict.column('day').doUpdateSet((eb) => ({ n: eb('case_counters.n', '+', 1) })),
      )
      .returning('n'),
  );
  return {
    async casesOf(conversation) {
      return (await ofConversation(db, { conversation })).rows.map((row) => readCase(row.data));
    },
    async caseById(id) {
      const row = (await byId(db, { id })).rows[0];
      return row && readCase(row.data);
    },
    async nextCaseNumber(day) {
      const { rows } = await inTx((tx) => count(tx, { day }));
      return `${day.slice(2).replaceAll('-', '')}-${String(rows[0]?.n).padStart(DIGITS, '0')}`;
    },
  };
}
