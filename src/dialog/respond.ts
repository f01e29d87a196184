/** Questions and small talk: answered from the knowledge base, without a flow. */
import type { Command } from '../domain/conversation.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Entity, Scored } from '../domain/understanding.ts';
import { findAnswer } from '../knowledge/answers.ts';
import { type Draft, say, todayOf } from './draft.ts';
import { rootFlow } from './stack.ts';

/** Says the entry that fits, or that nothing published was found and whom to ask. */
export function answer(draft: Draft, intent: Intent, entities: readonly Entity[]): void {
  const region = regionOf(draft, entities);
  const text = draft.understanding?.normalized;
  const found = findAnswer(draft.context.knowledge, {
    intent,
    asOf: todayOf(draft.context),
    entities,
    ...(region === undefined ? {} : { region }),
    ...(text === undefined ? {} : { text }),
  });
  draft.profile = { ...draft.profile, lastIntent: intent, ...(found ? { lastFaq: found.entry.id } : {}) };
  if (found === undefined) {
    say(draft, 'answer.not_published', { intent, region: region ?? null });
    return;
  }
  const isFree = draft.stack.length === 0;
  say(draft, 'answer', {
    faq: found.entry.id,
    region: found.region,
    followUp: isFree ? (found.entry.follow_up ?? null) : null,
  });
}

/** A place named in the question counts for this question only; otherwise the citizen's own. */
function regionOf(draft: Draft, entities: readonly Entity[]): string | undefined {
  const named = entities.find((entity) => entity.type === 'region' && entity.alternatives === undefined);
  return named === undefined ? draft.profile.region : String(named.value);
}

/** Up to three plain choices; never twice in a row, then the list of topics. */
export function askBack(draft: Draft, options: readonly Scored<Intent>[]): void {
  if (draft.before.offered !== undefined) {
    say(draft, 'repair.topics');
    return;
  }
  const offered = options.slice(0, 3).map(({ id }) => id);
  draft.offered = offered;
  say(draft, 'repair.ask_back', { intents: offered });
}

export function outOfScope(draft: Draft, command: Command & { readonly kind: 'outOfScope' }): void {
  if (command.intent === 'ask.other') answer(draft, 'ask.other', draft.understanding?.entities ?? []);
  else say(draft, 'oos.not_ours');
}

export function greet(draft: Draft): void {
  if (draft.stack.length > 0) say(draft, 'greet.short', { flow: rootFlow(draft) });
  else say(draft, 'greet.menu');
}

export function thank(draft: Draft): void {
  say(draft, 'greet.thanks');
}
