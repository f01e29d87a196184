/** Questions and small talk: answered from the knowledge base, without a flow. */
import type { Command } from '../domain/conversation.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Entity, Scored } from '../domain/understanding.ts';
import { type Answer, mayBeSaid } from '../knowledge/answers.ts';
import { NATION } from '../knowledge/lookup.ts';
import { type Chosen, chooseAnswer } from '../knowledge/systems.ts';
import { type Draft, say, todayOf } from './draft.ts';
import { rootFlow } from './stack.ts';
import { isOpenHere } from './standing.ts';

/** Says the entry that fits, what is known of the system asked about, or that nothing published was found. */
export function answer(draft: Draft, intent: Intent, entities: readonly Entity[]): void {
  const region = regionOf(draft, entities);
  const text = draft.understanding?.normalized;
  const chosen = chooseAnswer(draft.context.knowledge, {
    intent,
    asOf: todayOf(draft.context),
    entities,
    ...(region === undefined ? {} : { region }),
    ...(text === undefined ? {} : { text }),
  });
  const faq = faqOf(chosen)?.entry.id;
  draft.profile = {
    ...draft.profile,
    lastIntent: intent,
    ...(faq === undefined ? {} : { lastFaq: faq }),
  };
  if (chosen === undefined) say(draft, 'answer.not_published', { intent, region: region ?? null });
  else if (chosen.kind === 'entry') sayEntry(draft, chosen.answer);
  else {
    const { system, operation, region: where } = chosen.card;
    say(draft, 'answer.system', {
      system: system.id,
      operation,
      region: where,
      asOf: todayOf(draft.context),
      ...(faq === undefined ? {} : { faq }),
    });
  }
}

/** The entry behind a button `faq:<id>`; nothing is promised of one that is no longer valid. */
export function answerWithEntry(draft: Draft, id: string): void {
  const { knowledge } = draft.context;
  const entry = knowledge.faq.get(id);
  if (entry === undefined || !mayBeSaid(knowledge, entry, todayOf(draft.context))) {
    say(draft, 'repair.stale_choice');
    return;
  }
  draft.profile = { ...draft.profile, lastIntent: entry.intent, lastFaq: id };
  sayEntry(draft, { entry, region: entry.regions[0] ?? NATION, score: 0 });
}

function sayEntry(draft: Draft, { entry, region }: Answer): void {
  const { follow_up: next } = entry;
  // Offered only where it can be begun.
  const isOffered = next !== undefined && draft.stack.length === 0 && isOpenHere(draft, next);
  say(draft, 'answer', {
    faq: entry.id,
    region,
    followUp: isOffered ? next : null,
    ...(entry.review_due < todayOf(draft.context) ? { overdue: true } : {}),
  });
}

function faqOf(chosen: Chosen | undefined): Answer | undefined {
  return chosen?.kind === 'entry' ? chosen.answer : chosen?.card.general;
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
  draft.askedBack = draft.understanding?.text;
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
