/** The parts of the store that several others use inside their transactions. */
import { type AppendAudit, audit, type EndOfChain, endOfChain } from './audit.ts';
import type { StoreContext } from './context.ts';
import { type DeskLog, deskLog } from './desk-events.ts';
import { type InsertItem, insertItem, type PutInside, putInside } from './inside.ts';
import { numbers, type TakeNumbers } from './numbers.ts';

export interface Rooms {
  readonly takeNumbers: TakeNumbers;
  readonly insertItem: InsertItem;
  readonly putInside: PutInside;
  readonly appendAudit: AppendAudit;
  readonly endOfChain: EndOfChain;
  /** What happens to cases, in one line of numbers. */
  readonly desk: DeskLog;
}

export function rooms(context: StoreContext): Rooms {
  const insert = insertItem(context);
  return {
    takeNumbers: numbers(context),
    insertItem: insert,
    putInside: putInside(context, insert),
    appendAudit: audit(context),
    endOfChain: endOfChain(context),
    desk: deskLog(context),
  };
}
