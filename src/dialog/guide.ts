/** From a cause to the answer that tells the steps. */
import type { Remedy } from '../domain/fact.ts';
import type { JsonObject } from '../domain/json.ts';
import { mayBeSaid } from '../knowledge/answers.ts';
import { type Draft, todayOf } from './draft.ts';

/** The button to the steps, where an answer tells them and holds today; else nothing. */
export function guideTo({ context }: Draft, remedy: Remedy): JsonObject {
  const { knowledge } = context;
  const entry = remedy.kind === 'guide' ? knowledge.faq.get(remedy.faq ?? '') : undefined;
  const label = knowledge.replies.get('label.guide')?.text;
  if (entry === undefined || label === undefined) return {};
  if (!mayBeSaid(knowledge, entry, todayOf(context))) return {};
  return { choices: [{ value: `faq:${entry.id}`, label }] };
}
