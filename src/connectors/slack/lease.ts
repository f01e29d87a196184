/**
 * Of several processes on one store one draws; the others take over within half a minute when it dies.
 * The lease is a row that belongs to whoever took it last, see `contracts/staff-inbox.ts`. A holder that
 * has not renewed for too long (it slept, the database was away) counts itself out and takes anew.
 */
import type { Clock } from '../../contracts/clock.ts';
import type { StaffInbox } from '../../contracts/staff-inbox.ts';

const SOURCE = 'slack.lease';
const ID = 'follower';
const HELD_MS = 30_000;
const RENEW_AFTER_MS = 10_000;
/** Well before the others may take it. */
const LOST_AFTER_MS = 20_000;

export interface Lease {
  /** Whether it is ours now. Asks the store at most every few seconds. */
  holds(): Promise<boolean>;
  release(): Promise<void>;
}

export function createLease(inbox: StaffInbox, clock: Clock): Lease {
  let heldSince: number | undefined;

  async function take(): Promise<boolean> {
    const at = clock.now();
    const made = await inbox.keepStaffItem({ source: SOURCE, id: ID, payload: {} });
    const isOurs = made === 'stored' || (await inbox.takeStaffItems(SOURCE, 1)).length > 0;
    heldSince = isOurs ? at : undefined;
    return isOurs;
  }

  return {
    async holds() {
      const at = clock.now();
      if (heldSince === undefined || at - heldSince > LOST_AFTER_MS) return take();
      if (at - heldSince < RENEW_AFTER_MS) return true;
      await inbox.failStaffItem(SOURCE, ID, 'held', at + HELD_MS);
      heldSince = at;
      return true;
    },
    async release() {
      if (heldSince === undefined || clock.now() - heldSince > LOST_AFTER_MS) return;
      heldSince = undefined;
      await inbox.failStaffItem(SOURCE, ID, 'released', clock.now());
    },
  };
}
