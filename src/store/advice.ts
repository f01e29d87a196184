/** What the adviser of the desk keeps: drafts and how they fared, triages for a day. The methods of `contracts/advice-store.ts`. */
import type { Selectable } from 'kysely';
import type { DraftOutcome } from '../contracts/advice.ts';
import type { AdviceStore, DraftCount, DraftRow, TriageRow } from '../contracts/advice-store.ts';
import type { CaseId } from '../domain/ids.ts';
import type { AdviceTables } from './advice-tables.ts';
import type { StoreContext } from './context.ts';
import { readTriaged } from './parse.ts';
import { proposals } from './proposals.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';
import { triagedOpener } from './triaged.ts';

/** A complaint on the telephone is opened as a case on the same day, or told anew. */
export const TRIAGE_HELD_MS = 24 * 3_600_000;

export function advice(context: StoreContext, rooms: Rooms): AdviceStore {
  return {
    ...drafts(context),
    ...triages(context),
    openTriaged: triagedOpener(context, rooms, TRIAGE_HELD_MS),
    ...proposals(context, rooms),
  };
}

// === Drafts

function drafts({
  db,
  clock,
}: StoreContext): Pick<AdviceStore, 'keepDrafts' | 'draftsOf' | 'settleDraft' | 'draftCounts'> {
  return {
    async keepDrafts(offered) {
      if (offered.length === 0) return;
      const at = clock.now();
      await db
        .insertInto('drafts')
        .values(
          offered.map(({ case: about, id, entry, text, source, region, checked }) => ({
            case_id: about,
            id,
            entry,
            text,
            source: source ?? null,
            region: region ?? null,
            checked: checked ?? null,
            offered_at: at,
            outcome: null,
            by_id: null,
            distance: null,
          })),
        )
        .onConflict((conflict) => conflict.columns(['case_id', 'id']).doNothing())
        .execute();
    },
    async draftsOf(id) {
      const rows = await db
        .selectFrom('drafts')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('offered_at')
        .orderBy('id')
        .execute();
      return rows.map(asDraft);
    },
    async settleDraft({ case: about, id, outcome, by, distance }) {
      await db
        .updateTable('drafts')
        .set({ outcome, by_id: by.id, distance: outcome === 'ignored' ? null : distance })
        .where('case_id', '=', about)
        .where('id', '=', id)
        .where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', '=', 'ignored')]))
        .execute();
    },
    async draftCounts(from, before) {
      const rows = await db
        .selectFrom('drafts')
        .select(['entry', 'outcome'])
        .select((eb) => [eb.fn.countAll().as('n'), eb.fn.sum('distance').as('distance')])
        .where('offered_at', '>=', from)
        .where('offered_at', '<', before)
        .groupBy(['entry', 'outcome'])
        .execute();
      return countsOf(rows.map((row) => ({ ...row, n: Number(row.n), distance: Number(row.distance ?? 0) })));
    },
  };
}

function asDraft(row: Selectable<AdviceTables['drafts']>): DraftRow {
  const { case_id, id, entry, text, source, region, checked, offered_at, outcome } = row;
  return {
    case: case_id as CaseId,
    id,
    entry,
    text,
    offeredAt: offered_at,
    ...(source === null ? {} : { source }),
    ...(region === null ? {} : { region }),
    ...(checked === null ? {} : { checked }),
    ...(outcome === null ? {} : { outcome: outcome as DraftOutcome }),
  };
}

interface OutcomeRow {
  readonly entry: string;
  readonly outcome: string | null;
  readonly n: number;
  readonly distance: number;
}

function countsOf(rows: readonly OutcomeRow[]): readonly DraftCount[] {
  return [...Map.groupBy(rows, ({ entry }) => entry)]
    .map(([entry, all]) => {
      const of = (outcome: DraftOutcome) => all.find((row) => row.outcome === outcome)?.n ?? 0;
      return {
        entry,
        offered: all.reduce((sum, { n }) => sum + n, 0),
        sent: of('sent'),
        edited: of('edited'),
        ignored: of('ignored'),
        distance: all.reduce((sum, { distance }) => sum + distance, 0),
      };
    })
    .sort((a, b) => b.offered - a.offered || (a.entry < b.entry ? -1 : 1));
}

// === Triages

function triages({ db, clock }: StoreContext): Pick<AdviceStore, 'keepTriage' | 'triageById'> {
  return {
    async keepTriage({ id, by, text, record }) {
      const at = clock.now();
      await db
        .deleteFrom('triages')
        .where('at', '<', at - TRIAGE_HELD_MS)
        .execute();
      await db
        .insertInto('triages')
        .values({ id, by_id: by, text, record: JSON.stringify(record), at, case_id: null })
        .execute();
    },
    async triageById(id) {
      const row = await db
        .selectFrom('triages')
        .selectAll()
        .where('id', '=', id)
        .where('at', '>=', clock.now() - TRIAGE_HELD_MS)
        .executeTakeFirst();
      return row && asTriage(row);
    },
  };
}

function asTriage({ id, by_id, text, record, at, case_id }: Selectable<AdviceTables['triages']>): TriageRow {
  return {
    id,
    by: by_id,
    text,
    record: readTriaged(record),
    at,
    ...(case_id === null ? {} : { case: case_id as CaseId }),
  };
}

// === Deletion

/** Words that came from a conversation, or were chosen for it, go with it; counts and ids stay. */
export async function scrubAdvice(tx: Tx, conversation: string): Promise<void> {
  const cases = tx.selectFrom('cases').select('id').where('conversation_id', '=', conversation);
  await tx.updateTable('drafts').set({ text: '' }).where('case_id', 'in', cases).execute();
  await tx.deleteFrom('triages').where('case_id', 'in', cases).execute();
  await tx.deleteFrom('proposals').where('case_id', 'in', cases).execute();
}
