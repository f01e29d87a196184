/**
 * Where everything from Slack comes in: parsed, checked, written down, acknowledged; in this order. What
 * is to be done is done from the row, so a crash after the acknowledgement loses nothing.
 */
import type { ReceiverEvent } from '@slack/bolt';
import type { Clock } from '../../contracts/clock.ts';
import type { StaffInbox, StaffItem } from '../../contracts/staff-inbox.ts';
import type { Gesture } from './gesture.ts';
import { toRow } from './gesture.ts';
import { parse } from './parse.ts';
import { words } from './words.ts';

export const SOURCE = 'slack';

/** Answers of the door. `refuse` keeps a form open and writes nothing down. */
export type Check =
  | { readonly go: 'on'; readonly ack?: AckBody }
  | { readonly go: 'refuse'; readonly ack: AckBody };
export type AckBody = { readonly [key: string]: unknown };

export interface DoorParts {
  readonly inbox: StaffInbox;
  readonly clock: Clock;
  /** At once and without asking anybody: Slack waits. */
  readonly check: (gesture: Gesture) => Check;
  readonly work: (item: StaffItem) => void;
  readonly onRevoked: (team: string) => void;
  /** Of what came in: a code and how long the acknowledgement took. */
  readonly onSeen: (what: string, ackMs: number) => void;
}

export function createDoor({ inbox, clock, check, work, onRevoked, onSeen }: DoorParts) {
  return async ({ body, ack }: ReceiverEvent): Promise<void> => {
    const begun = clock.now();
    const parsed = parse(body);
    if (parsed.kind !== 'gesture') {
      await ack(
        parsed.kind === 'ignored' && parsed.why === 'unknown_command' ? { text: words.noCommand } : undefined,
      );
      if (parsed.kind === 'revoked') onRevoked(parsed.team);
      onSeen(parsed.kind === 'revoked' ? 'revoked' : parsed.why, clock.now() - begun);
      return;
    }
    const { id, gesture } = parsed;
    const checked = check(gesture);
    if (checked.go === 'refuse') {
      await ack(checked.ack);
      return onSeen('refused', clock.now() - begun);
    }
    const payload = toRow(gesture);
    const kept = await inbox.keepStaffItem({ source: SOURCE, id, payload });
    await ack(checked.ack);
    onSeen(kept === 'stored' ? gesture.kind : 'duplicate', clock.now() - begun);
    if (kept === 'stored')
      work({ source: SOURCE, id, payload, receivedAt: new Date(begun).toISOString(), attempts: 0 });
  };
}
