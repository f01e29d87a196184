/**
 * Posting once, where Slack has no key for it. What is about to be posted is written down first (anchor
 * `slack.doing`) and marked in the message itself; whoever finds it written down without knowing what came of it
 * looks for the mark in the channel before posting again. So neither a crash nor an answer that got lost
 * leaves a second card.
 */
import type { Clock } from '../../contracts/clock.ts';
import type { Desk } from '../../contracts/desk.ts';
import type { CaseId } from '../../domain/ids.ts';
import type { Message } from './blocks.ts';
import { type Place, type SlackApi, SlackError } from './client.ts';
import { VIEW } from './hands.ts';

const DOING = `${VIEW}.doing`;
/** Clocks differ: Slack stamps messages by its own. */
const SKEW_MS = 120_000;

export interface Once {
  /**
   * @param what within the case, the same at every try
   * @param n comes back with what was found: how far the message told that stands there already
   */
  post(
    id: CaseId,
    said: { readonly what: string; readonly thread?: string; readonly n?: number; readonly broadcast?: true },
    message: Message,
  ): Promise<{ readonly place: Place; readonly n?: number }>;
}

export interface OnceParts {
  readonly api: Pick<SlackApi, 'post' | 'find'>;
  readonly desk: Pick<Desk, 'anchor' | 'setAnchor'>;
  readonly clock: Clock;
  readonly channel: string;
  readonly paced: <T>(kind: 'post' | 'update', call: () => Promise<T>) => Promise<T>;
}

export function createOnce({ api, desk, clock, channel, paced }: OnceParts): Once {
  async function find(id: CaseId, what: string, thread: string | undefined, sinceMs: number) {
    try {
      return await api.find({
        channel,
        ...(thread === undefined ? {} : { thread }),
        sinceMs: sinceMs - SKEW_MS,
        mark: { case: id, what },
      });
    } catch (error) {
      // Where looking is not allowed or the thread is gone there is nothing to be found.
      if (error instanceof SlackError && error.retry === 'never') return undefined;
      throw error;
    }
  }

  return {
    async post(id, { what, thread, n, broadcast }, message) {
      const [doing, since] = ((await desk.anchor(DOING, id))?.place ?? '').split('@');
      const isUnsure = doing === what;
      const sinceMs = isUnsure ? Number(since) : clock.now();
      if (isUnsure) {
        const found = await find(id, what, thread, sinceMs);
        if (found !== undefined) return found;
      } else await desk.setAnchor({ case: id, view: DOING, place: `${what}@${sinceMs}` });
      const place = await paced('post', () =>
        api.post(
          {
            channel,
            ...(thread === undefined ? {} : { thread }),
            ...(broadcast === undefined ? {} : { broadcast }),
            mark: { case: id, what, ...(n === undefined ? {} : { n }) },
          },
          message,
        ),
      );
      return { place, ...(n === undefined ? {} : { n }) };
    },
  };
}
