/** The rows of the help desk; the methods of `contracts/desk-store.ts`. */
import type { DeskStore } from '../contracts/desk-store.ts';
import { scrubAdvice } from './advice.ts';
import type { StoreContext } from './context.ts';
import { caseChanger } from './desk-change.ts';
import { deskFigures } from './desk-figures.ts';
import { deskReveals } from './desk-reveals.ts';
import { caseRow, caseRowByNumber, caseRows, dueCases } from './desk-rows.ts';
import { deskViews } from './desk-views.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';

export function desk(context: StoreContext, rooms: Rooms): DeskStore {
  const { db, clock } = context;
  return {
    caseRow: (id) => caseRow(db, id),
    caseRowByNumber: (number) => caseRowByNumber(db, number),
    caseRows: (query) => caseRows(db, query, clock.now()),
    dueCases: (limit) => dueCases(db, clock.now(), limit),
    changeCase: caseChanger(context, rooms, rooms.desk),
    onCaseChange: (listener) => rooms.desk.onRing(listener),
    ...deskViews(context),
    ...deskFigures(context),
    ...deskReveals(context, rooms, rooms.desk),
  };
}

/** Takes the words out of what the desk has kept of a conversation; ids, states and times stay. */
export async function scrubDesk(tx: Tx, conversation: string, gone: string): Promise<void> {
  const cases = tx.selectFrom('cases').select('id').where('conversation_id', '=', conversation);
  await tx.updateTable('cases').set({ subject: '' }).where('conversation_id', '=', conversation).execute();
  await tx
    .updateTable('case_events')
    .set({ text: gone })
    .where('text', 'is not', null)
    .where('case_id', 'in', cases)
    .execute();
  await tx.updateTable('staff_replies').set({ text: gone }).where('case_id', 'in', cases).execute();
  await scrubAdvice(tx, conversation);
  await tx.updateTable('reveals').set({ reason: gone }).where('case_id', 'in', cases).execute();
}
