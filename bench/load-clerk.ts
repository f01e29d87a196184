/** A clerk in Slack who takes every case, answers it and closes it, one after the other, pressing only what is there. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Posted, SlackDouble } from '../test/doubles/slack/double.ts';
import { slackPerson, wordsOf } from '../test/doubles/slack/people.ts';
import { CLERK_SAYS } from './load-talks.ts';

export const CLERK = 'U0CLERK01';
const LOOK_MS = 50;
/** A form that does not open by then is asked for again: the press came too late, or the server died over it. */
const FORM_WITHIN_MS = 4_000;
const STEP_WITHIN_MS = 60_000;

export interface Clerk {
  /** Cases answered so far. */
  readonly answered: number;
  /** What went wrong at work, in words of the clerk. */
  readonly troubles: readonly string[];
  stop(): Promise<void>;
}

export function startClerk(slack: SlackDouble): Clerk {
  const lin = slackPerson(slack, CLERK);
  const troubles: string[] = [];
  const done = new Set<string>();
  let answered = 0;
  let isOver = false;

  async function form(card: Posted, action: string, title: string): Promise<string> {
    const end = performance.now() + STEP_WITHIN_MS;
    while (performance.now() < end && !isOver) {
      const before = new Set(slack.views.keys());
      await lin.press(card, action).catch(() => undefined);
      const found = await until(
        () =>
          [...slack.views].find(
            ([id, view]) => !before.has(id) && JSON.stringify(view.title).includes(title),
          )?.[0],
        FORM_WITHIN_MS,
      );
      if (found !== undefined) return found;
    }
    throw new Error(`the form ${title} does not open`);
  }

  async function until<Value>(
    look: () => Value | undefined,
    ms = STEP_WITHIN_MS,
  ): Promise<Value | undefined> {
    const end = performance.now() + ms;
    while (performance.now() < end && !isOver) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      await pause(LOOK_MS);
    }
    return undefined;
  }

  async function take(card: Posted): Promise<void> {
    await lin.press(card, 'case.claim');
    await until(() => wordsOf(card).includes(`<@${CLERK}>`) || undefined);
    await lin.submit(await form(card, 'case.reply', '回复'), { text: CLERK_SAYS });
    answered += 1;
    await lin.submit(await form(card, 'case.close', '结案'), { cause: 'wallet_not_opened' });
    await until(() => wordsOf(card).includes('已结案') || undefined);
  }

  const work = (async () => {
    while (!isOver) {
      const card = slack.posted.find(({ thread, ts }) => thread === undefined && !done.has(ts));
      if (card === undefined) {
        await pause(LOOK_MS);
        continue;
      }
      done.add(card.ts);
      await take(card).catch((error: unknown) => {
        if (!isOver) troubles.push(error instanceof Error ? error.message : 'unknown');
      });
    }
  })();
  return {
    get answered() {
      return answered;
    },
    troubles,
    async stop() {
      isOver = true;
      await work;
    },
  };
}
