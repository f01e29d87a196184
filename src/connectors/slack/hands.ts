/** What every handler is handed, and the ways of talking back to the person who did something. */
import type { Advice } from '../../contracts/advice.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Desk, Staff } from '../../contracts/desk.ts';
import type { CaseId } from '../../domain/ids.ts';
import { context, message, spoken } from './blocks.ts';
import type { Place, SlackApi } from './client.ts';
import type { StaffBook } from './staff.ts';
import { md } from './text.ts';

/** Our cursor and our cards in the desk's books. */
export const VIEW = 'slack';

export interface Hands {
  readonly api: SlackApi;
  readonly desk: Desk;
  readonly advice?: Advice | undefined;
  readonly staff: StaffBook;
  readonly clock: Clock;
  readonly channel: string;
  /** Redraws the home pages that are open. */
  readonly showHome: (user: string, staff: Staff) => Promise<void>;
  /** Draws every card anew. */
  readonly rebuild: () => Promise<void>;
  readonly linkOf: (id: CaseId) => Promise<string | undefined>;
}

export interface Person {
  readonly id: string;
  readonly name?: string | undefined;
}

export interface Spot {
  readonly channel?: string | undefined;
  readonly thread?: string | undefined;
}

/**
 * Seen by this person only. Falls back to the triage channel when the act came from elsewhere.
 * @param written what the person had written, to be taken up again
 */
export async function hint(
  hands: Hands,
  by: Person,
  at: Spot | undefined,
  text: string,
  written?: string,
): Promise<void> {
  await hands.api.hint(
    {
      user: by.id,
      channel: at?.channel ?? hands.channel,
      ...(at?.channel === undefined || at.thread === undefined ? {} : { thread: at.thread }),
    },
    message(text, [
      spoken(text),
      ...(written === undefined ? [] : [context(md`您写的内容（没有发出，可以复制）`), spoken(written)]),
    ]),
  );
}

export function placeOf(place: string): Place | undefined {
  const [channel, ts] = place.split('/');
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

export const placeText = ({ channel, ts }: Place): string => `${channel}/${ts}`;
