/** The door for what a channel remembers of a talk. */
import { z } from 'zod';
import type { TalkState } from '../contracts/channel-ledger.ts';

const talk = z.object({
  rest: z.string().exactOptional(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })).exactOptional(),
});

/** What cannot be read is nothing the citizen could still refer to. */
export function readTalk(stored: string): TalkState {
  try {
    return talk.parse(JSON.parse(stored));
  } catch {
    return {};
  }
}
