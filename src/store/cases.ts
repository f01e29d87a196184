/** Cases of the help desk; they are written with the turn that opens them, and closed by whoever worked on them. */
import type { Cases } from '../contracts/store.ts';
import type { Case, ClosedCase } from '../domain/case.ts';
import { maskNumbers } from '../domain/masking.ts';
import type { StoreContext } from './context.ts';
import { readCase, toInstant } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';

const DIGITS = 4;
// The year has two digits: with four, a number typed into the chat would look like a card number and be hidden.

export function cases({ db, clock, inTx }: StoreContext, rooms: Rooms): Cases {
  const ofConversation = prepared((p: { conversation: string }) =>
    db
      .selectFrom('cases')
      .select('data')
      .where('conversation_id', '=', p.conversation)
      .orderBy('opened_at')
      .orderBy('number'),
  );
  const byId = prepared((p: { id: string }) => db.selectFrom('cases').select('data').where('id', '=', p.id));
  const allClosed = prepared((_: object) =>
    db
      .selectFrom('cases')
      .select('data')
      .where('status', '=', 'closed')
      .orderBy('opened_at')
      .orderBy('number'),
  );
  // An open row only: of two who close at once one finds nothing left to close.
  const close = prepared((p: { id: string; data: string; at: number; by: string }) =>
    db
      .updateTable('cases')
      .set({ status: 'closed', data: p.data, closed_at: p.at, closed_by: p.by, wake_at: null })
      .where('id', '=', p.id)
      .where('status', '!=', 'closed')
      .returning('id'),
  );
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
    closeCase: (id, { by, trueCause, note }) =>
      inTx<'closed' | 'already' | 'unknown'>(async (tx, abandon) => {
        const row = (await byId(tx, { id })).rows[0];
        if (row === undefined) return abandon('unknown');
        const open = readCase(row.data);
        // The number first: it is the lock.
        const { auditN } = await rooms.takeNumbers(tx, open.conversation, { lines: 0, audits: 1 });
        const closed: ClosedCase = {
          at: toInstant(clock.now()),
          by,
          ...(trueCause === undefined ? {} : { trueCause }),
          ...(note === undefined ? {} : { note: maskNumbers(note).text }),
        };
        const data = JSON.stringify({ ...open, status: 'closed', closed } satisfies Case);
        if ((await close(tx, { id, data, by, at: clock.now() })).rows.length === 0) return abandon('already');
        await rooms.appendAudit(tx, {
          conversation: open.conversation,
          n: auditN,
          actor: 'clerk',
          action: 'case.closed',
          data: { case: id, by, trueCause: trueCause ?? null },
        });
        return 'closed';
      }),
    async solvedCases() {
      return (await allClosed(db, {})).rows
        .map((row) => readCase(row.data))
        .filter(({ symptom, closed }) => symptom !== undefined && closed?.trueCause !== undefined);
    },
    async nextCaseNumber(day) {
      const { rows } = await inTx((tx) => count(tx, { day }));
      return `${day.slice(2).replaceAll('-', '')}-${String(rows[0]?.n).padStart(DIGITS, '0')}`;
    },
  };
}
