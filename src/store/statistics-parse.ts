/** Figures as they come back from JSON columns. */
import { z } from 'zod';
import type { CountedTurn, TalkDay } from '../contracts/statistics.ts';

const text = z.string();
const counts = z.record(z.string(), z.number());

function named<Name extends string>(): z.ZodType<Name> {
  return text as unknown as z.ZodType<Name>;
}

const figures: z.ZodType<NonNullable<CountedTurn['figures']>> = z.object({
  region: text.exactOptional(),
  floor: z.enum(['bot', 'waiting', 'human', 'closed']),
  moves: z.array(text),
  rests: z.array(text),
  said: z.array(text),
  told: z.array(
    z.object({ kind: z.enum(['faq', 'cause', 'rule']), id: text, checked: text.exactOptional() }),
  ),
  cases: z.number(),
});

const actions = ['answer', 'task', 'diagnose', 'ask_back', 'out_of_scope', 'fallback'] as const;

const log = z.object({
  events: z.array(text),
  understanding: z.unknown(),
  figures: figures.exactOptional(),
});
const understood = z.object({ action: z.enum(actions) });

/** Logs are kept for months: what an older version wrote has no figures, and is counted by what it has. */
export function readLog(stored: string): Pick<CountedTurn, 'events' | 'action' | 'figures'> {
  const { events, understanding, figures: left } = log.parse(JSON.parse(stored));
  const read = understood.safeParse(understanding);
  return {
    events,
    ...(read.success ? { action: read.data.action } : {}),
    ...(left === undefined ? {} : { figures: left }),
  };
}

const talkDay: z.ZodType<TalkDay> = z.object({
  day: text,
  conversation: named<TalkDay['conversation']>(),
  channel: named<TalkDay['channel']>(),
  region: text,
  lastAt: z.number(),
  turns: z.number(),
  said: z.number(),
  isConfirmed: z.boolean(),
  isAnswered: z.boolean(),
  isHandedOver: z.boolean(),
  actions: counts,
  flows: counts,
  states: counts,
  causes: z.array(text),
  told: counts,
});

export const readTalkDay = (stored: string): TalkDay => talkDay.parse(JSON.parse(stored));
