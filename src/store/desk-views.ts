/** What views of the desk keep: how far they have read, where they show a case, what they were told already. */
import type { CaseEvent } from '../contracts/desk.ts';
import type { DeskStore } from '../contracts/desk-store.ts';
import type { CaseId } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import { asEvent } from './desk-events.ts';
import type { Db } from './tables.ts';

/** Slack repeats itself up to five minutes later; at least ten are promised, a day costs little. */
const REMEMBERED_MS = 24 * 3_600_000;
const CLEAR_EVERY_MS = 3_600_000;

type Views = Pick<
  DeskStore,
  | 'caseEvents'
  | 'eventsAfter'
  | 'lastEvent'
  | 'viewCursor'
  | 'moveViewCursor'
  | 'anchorOf'
  | 'anchorAt'
  | 'keepAnchor'
  | 'seenBefore'
  | 'forgetSeen'
>;

const selectEvents = (db: Db) =>
  db
    .selectFrom('case_events')
    .leftJoin('desk_staff', 'desk_staff.id', 'case_events.by_id')
    .selectAll('case_events')
    .select('desk_staff.name')
    .orderBy('case_events.n');

export function deskViews({ db, clock }: StoreContext): Views {
  return {
    async caseEvents(id, after): Promise<readonly CaseEvent[]> {
      const rows = await selectEvents(db)
        .where('case_events.case_id', '=', id)
        .where('case_events.n', '>', after)
        .execute();
      return rows.map(asEvent);
    },
    async eventsAfter(after, limit) {
      return (await selectEvents(db).where('case_events.n', '>', after).limit(limit).execute()).map(asEvent);
    },
    async lastEvent() {
      const row = await db.selectFrom('desk_counter').select('n').executeTakeFirst();
      return row?.n ?? 0;
    },
    async viewCursor(view) {
      const row = await db.selectFrom('view_cursors').select('n').where('view', '=', view).executeTakeFirst();
      return row?.n ?? 0;
    },
    async moveViewCursor(view, n) {
      await db
        .insertInto('view_cursors')
        .values({ view, n })
        .onConflict((conflict) =>
          conflict
            .column('view')
            .doUpdateSet({ n })
            // A slower process must not take the view back; only a fresh start does.
            .where((eb) => eb.or([eb('view_cursors.n', '<', n), eb(eb.val(n), '=', 0)])),
        )
        .execute();
    },
    async anchorOf(view, id) {
      const row = await db
        .selectFrom('view_anchors')
        .select('place')
        .where('view', '=', view)
        .where('case_id', '=', id)
        .executeTakeFirst();
      return row && { case: id, view, place: row.place };
    },
    async anchorAt(view, place) {
      const row = await db
        .selectFrom('view_anchors')
        .select('case_id')
        .where('view', '=', view)
        .where('place', '=', place)
        .executeTakeFirst();
      return row && { case: row.case_id as CaseId, view, place };
    },
    async keepAnchor({ view, case: id, place }) {
      await db
        .insertInto('view_anchors')
        .values({ view, case_id: id, place })
        .onConflict((conflict) => conflict.columns(['view', 'case_id']).doUpdateSet({ place }))
        .execute();
    },
    ...seen(db, clock),
  };
}

function seen(db: Db, clock: StoreContext['clock']): Pick<DeskStore, 'seenBefore' | 'forgetSeen'> {
  let clearedAt = Number.NEGATIVE_INFINITY;
  return {
    async seenBefore(source, id) {
      const at = clock.now();
      const inserted = await db
        .insertInto('seen_events')
        .values({ source, id, at })
        .onConflict((conflict) => conflict.columns(['source', 'id']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (at - clearedAt >= CLEAR_EVERY_MS) {
        clearedAt = at;
        await db
          .deleteFrom('seen_events')
          .where('at', '<', at - REMEMBERED_MS)
          .execute();
      }
      return inserted === undefined;
    },
    async forgetSeen(source, id) {
      await db.deleteFrom('seen_events').where('source', '=', source).where('id', '=', id).execute();
    },
  };
}
