/**
 * The numbers of one conversation. Inbox items and outgoing parts share one line of numbers, which is
 * the order of the talk. The row that counts is also the lock: on PostgreSQL whoever writes to a
 * conversation takes a number first and holds the row until the commit, so numbers are committed in order.
 */
import type { StoreContext } from './context.ts';
import { prepared } from './prepared.ts';
import type { Tx } from './tables.ts';

export interface Taken {
  /** The last of the lines taken, and the one before the first when none was. */
  readonly seq: number;
  readonly auditN: number;
}

export type TakeNumbers = (
  tx: Tx,
  conversation: string,
  how: { readonly lines: number; readonly audits: number },
) => Promise<Taken>;

export function numbers(context: StoreContext): TakeNumbers {
  const take = prepared((p: { conversation: string; lines: number; audits: number }) =>
    context.db
      .updateTable('addresses')
      .set((eb) => ({ seq: eb('seq', '+', p.lines), audit_n: eb('audit_n', '+', p.audits) }))
      .where('conversation_id', '=', p.conversation)
      .returning(['seq', 'audit_n']),
  );
  return async (tx, conversation, how) => {
    const row = (await take(tx, { conversation, ...how })).rows[0];
    if (row === undefined) throw new Error(`Conversation ${conversation} is not in this store`);
    return { seq: row.seq, auditN: row.audit_n };
  };
}
