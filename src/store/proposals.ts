/** What staff propose for the knowledge, and who approved it: one update decides, so that two who approve at once do it once. */
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { AdviceStore, ProposalRow } from '../contracts/advice-store.ts';
import type { StaffRef } from '../contracts/desk.ts';
import type { CaseId } from '../domain/ids.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { AdviceTables } from './advice-tables.ts';
import type { StoreContext } from './context.ts';
import type { Rooms } from './rooms.ts';
import type { Db, Tx } from './tables.ts';
import { KNOWLEDGE_CHAIN } from './withdrawals.ts';

/** More than curators work through; the oldest come first. */
const MOST_ROWS = 1000;

type Approved = Awaited<ReturnType<AdviceStore['approve']>>;

export function proposals(
  { db, clock, inTx }: StoreContext,
  rooms: Rooms,
): Pick<AdviceStore, 'propose' | 'proposalById' | 'approve' | 'proposalRows'> {
  return {
    propose: ({ id, kind, intent, sentence, entry, text, case: about, by }) =>
      inTx<'proposed' | 'repeat'>(async (tx, abandon) => {
        const at = clock.now();
        const made = await tx
          .insertInto('proposals')
          .values({
            id,
            kind,
            intent,
            sentence,
            entry: entry ?? null,
            text: text ?? null,
            case_id: about ?? null,
            by_id: by.id,
            at,
            approved_by: null,
            approved_key: null,
            approved_at: null,
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (made === undefined) return abandon('repeat');
        await keepName(tx, by, at);
        return 'proposed';
      }),
    async proposalById(id) {
      const row = await selected(db).where('proposals.id', '=', id).executeTakeFirst();
      return row && asProposal(row);
    },
    approve: ({ id, by, key }) =>
      inTx<Approved>(async (tx, abandon) => {
        const at = clock.now();
        // The number first: it is the lock of the chain.
        const { auditN } = await rooms.takeNumbers(tx, KNOWLEDGE_CHAIN, { lines: 0, audits: 1 });
        const row = await tx
          .updateTable('proposals')
          .set({ approved_by: by.id, approved_key: key, approved_at: at })
          .where('id', '=', id)
          .where('approved_at', 'is', null)
          .where('by_id', '!=', by.id)
          .returning(['by_id', 'kind', 'intent'])
          .executeTakeFirst();
        if (row === undefined) return abandon(await whyNot(tx, id, { by: by.id, key }));
        await keepName(tx, by, at);
        await rooms.appendAudit(tx, {
          conversation: KNOWLEDGE_CHAIN,
          n: auditN,
          actor: 'curator',
          action: 'knowledge.approved',
          data: { proposal: id, by: by.id, proposedBy: row.by_id, kind: row.kind, intent: row.intent },
        });
        return 'approved';
      }),
    async proposalRows(state) {
      let query = selected(db);
      if (state !== undefined) {
        query = query.where('proposals.approved_at', state === 'open' ? 'is' : 'is not', null);
      }
      const rows = await query
        .orderBy('proposals.at')
        .orderBy('proposals.id')
        .limit(sql.lit(MOST_ROWS))
        .execute();
      return rows.map(asProposal);
    },
  };
}

const selected = (db: Db) =>
  db
    .selectFrom('proposals')
    .leftJoin('desk_staff as proposer', 'proposer.id', 'proposals.by_id')
    .leftJoin('desk_staff as approver', 'approver.id', 'proposals.approved_by')
    .selectAll('proposals')
    .select(['proposer.name as by_name', 'approver.name as approver_name']);

async function whyNot(
  tx: Tx,
  id: string,
  { by, key }: { readonly by: string; readonly key: string },
): Promise<Approved> {
  const row = await tx.selectFrom('proposals').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return 'unknown';
  if (row.by_id === by) return 'own';
  return row.approved_by === by && row.approved_key === key ? 'repeat' : 'already';
}

async function keepName(tx: Tx, { id, displayName: name }: StaffRef, at: number): Promise<void> {
  await tx
    .insertInto('desk_staff')
    .values({ id, name, seen_at: at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, seen_at: at }))
    .execute();
}

type Named = Selectable<AdviceTables['proposals']> & {
  readonly by_name: string | null;
  readonly approver_name: string | null;
};

function asProposal(row: Named): ProposalRow {
  const { id, kind, intent, sentence, entry, text, case_id, by_id, by_name, at } = row;
  const { approved_by, approved_at, approver_name } = row;
  return {
    id,
    kind: kind as ProposalRow['kind'],
    intent: intent as Intent,
    sentence,
    by: { id: by_id, displayName: by_name ?? by_id },
    at,
    ...(entry === null ? {} : { entry }),
    ...(text === null ? {} : { text }),
    ...(case_id === null ? {} : { case: case_id as CaseId }),
    ...(approved_by === null || approved_at === null
      ? {}
      : {
          approvedBy: { id: approved_by, displayName: approver_name ?? approved_by },
          approvedAt: approved_at,
        }),
  };
}
