/**
 * What curators took out of use. Rows are never deleted: a row is open until the entry is restored, and
 * a second withdrawal is a row of its own. Both acts, and every new version, are links of one audit chain, which has a mailbox
 * nobody writes to (`addresses`), so that it is counted, locked and verified like that of a conversation.
 */
import type { Withdrawal, Withdrawals } from '../contracts/store.ts';
import type { StoreContext } from './context.ts';
import { toInstant } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';
import type { Tx, WithdrawalsTable } from './tables.ts';

/** Stands where a conversation's id stands in the audit. */
export const KNOWLEDGE_CHAIN = 'knowledge';

export function withdrawals(context: StoreContext, rooms: Rooms): Withdrawals {
  const { db, clock, inTx } = context;
  const { open, openOf, insert, close, silence, published } = statements(context);

  async function linkOf(tx: Tx): Promise<number> {
    return (await rooms.takeNumbers(tx, KNOWLEDGE_CHAIN, { lines: 0, audits: 1 })).auditN;
  }

  function append(tx: Tx, n: number, action: string, data: { [key: string]: string | number }) {
    return rooms.appendAudit(tx, { conversation: KNOWLEDGE_CHAIN, n, actor: 'curator', action, data });
  }

  return {
    withdraw: ({ id, kind, reason, by }) =>
      inTx<'withdrawn' | 'already'>(async (tx, abandon) => {
        // The number first: it is the lock.
        const n = await linkOf(tx);
        if ((await openOf(tx, { id })).rows.length > 0) return abandon('already');
        const at = clock.now();
        await insert(tx, { n, id, kind, reason, by, at, restored_at: null, restored_by: null });
        await silence(tx, { marks: `%"${kind === 'faq' ? 'faq' : 'cause'}":"${id}"%`, at });
        await append(tx, n, 'knowledge.withdrawn', { id, kind, by, row: n });
        return 'withdrawn';
      }),
    restore: ({ id, by }) =>
      inTx<'restored' | 'not_withdrawn'>(async (tx, abandon) => {
        const n = await linkOf(tx);
        const row = (await openOf(tx, { id })).rows[0];
        if (row === undefined) return abandon('not_withdrawn');
        await close(tx, { n: row.n, at: clock.now(), by });
        await append(tx, n, 'knowledge.restored', { id, kind: row.kind, by, row: row.n });
        return 'restored';
      }),
    async noteKnowledge(version) {
      await inTx<'noted' | 'known'>(async (tx, abandon) => {
        const n = await linkOf(tx);
        const last = (await published(tx, {})).rows[0];
        const data = { version };
        if (last?.data === JSON.stringify(data)) return abandon('known');
        await append(tx, n, 'knowledge.published', data);
        return 'noted';
      });
    },
    async withdrawn() {
      return (await open(db, {})).rows.map(asWithdrawal);
    },
  };
}

function asWithdrawal({ id, kind, reason, by, at }: WithdrawalsTable): Withdrawal {
  return { id, kind: kind as Withdrawal['kind'], reason, by, at: toInstant(at) };
}

function statements({ db }: StoreContext) {
  return {
    published: prepared((_: object) =>
      db
        .selectFrom('audit')
        .select('data')
        .where('conversation_id', '=', KNOWLEDGE_CHAIN)
        .where('action', '=', 'knowledge.published')
        .orderBy('n', 'desc'),
    ),
    open: prepared((_: object) =>
      db.selectFrom('withdrawals').selectAll().where('restored_at', 'is', null).orderBy('n'),
    ),
    openOf: prepared((p: { id: string }) =>
      db
        .selectFrom('withdrawals')
        .select(['n', 'kind'])
        .where('id', '=', p.id)
        .where('restored_at', 'is', null),
    ),
    insert: prepared((p: WithdrawalsTable) =>
      db.insertInto('withdrawals').values({
        n: p.n,
        id: p.id,
        kind: p.kind,
        reason: p.reason,
        by: p.by,
        at: p.at,
        restored_at: p.restored_at,
        restored_by: p.restored_by,
      }),
    ),
    close: prepared((p: { n: number; at: number; by: string }) =>
      db.updateTable('withdrawals').set({ restored_at: p.at, restored_by: p.by }).where('n', '=', p.n),
    ),
    // Words that lie in the outbox, because the channel was shut or slow, would otherwise still be said.
    silence: prepared((p: { marks: string; at: number }) =>
      db
        .updateTable('outbox')
        .set({ state: 'dead', error: 'withdrawn', closed_at: p.at })
        .where('closed_at', 'is', null)
        .where('part', 'like', p.marks),
    ),
  };
}
