/**
 * What staff did in a view that wants its answer within seconds: written down first, acknowledged
 * then, done from the row. A crash between acknowledging and doing loses nothing.
 */
import type { Instant } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';

export interface StaffItem {
  /** The view it came from, such as `slack`. */
  readonly source: string;
  /** Unique within the source: the platform's own id of the event or the press. */
  readonly id: string;
  /** The view's own shape; it parses what it reads. Gone once the item is settled. */
  readonly payload: JsonObject;
  readonly receivedAt: Instant;
  /** How often it was tried before. */
  readonly attempts: number;
}

export interface StaffInbox {
  /**
   * Writes an item down. It belongs to whoever wrote it for half a minute, and to whoever asks first after
   * that. An id is remembered for a day: a platform may repeat itself minutes later, across a restart.
   */
  keepStaffItem(item: {
    readonly source: string;
    readonly id: string;
    readonly payload: JsonObject;
  }): Promise<'stored' | 'duplicate'>;
  /** Items nobody has settled in time, oldest first. They belong to the caller for half a minute; no two callers get the same. */
  takeStaffItems(source: string, limit: number): Promise<readonly StaffItem[]>;
  /** Done: what was in it is erased. */
  settleStaffItem(source: string, id: string): Promise<void>;
  /** Tried without success. Another try at `dueAt`; without it the item is given up, and erased as well. */
  failStaffItem(source: string, id: string, code: string, dueAt?: number): Promise<void>;
}
