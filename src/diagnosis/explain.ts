/** How a cause is told and mended under the facts; the words themselves are in `knowledge/replies`. */
import type { Reply } from '../domain/conversation.ts';
import type { Evidence, Fact, FactValue, Remedy } from '../domain/fact.ts';
import type { CauseEntry, RemedyEntry } from '../knowledge/schema/cause.ts';
import type { ReplyText } from '../knowledge/schema/reply.ts';
import { choiceOf } from './answers.ts';
import { checkOf, witnesses } from './conditions.ts';
import { factBook, knownIn } from './fact-book.ts';
import { factSpec } from './facts.ts';

export interface Explanation {
  /** `params` holds every known fact under `fact.<fact id>`, for placeholders of the text. */
  readonly reply: Reply;
  readonly remedy: Remedy;
  /** Ids of `knowledge/sources.yaml`, those of the rules that were used included. */
  readonly sources: readonly string[];
  /** The explanation rests on nothing publishable, and its words say so. */
  readonly unconfirmed: boolean;
}

/** The variant whose condition the facts fulfil, or the plain explanation. */
export function explain(entry: CauseEntry, facts: readonly Fact[]): Explanation {
  const book = factBook(facts);
  const lookup = (id: string) => book.get(id);
  const known = knownIn(book);
  const variant = entry.variants.find((one) => checkOf(one.if)(known) === true);
  const rules = variant === undefined ? [] : witnesses(variant.if, lookup).flatMap(ruleSource);
  return {
    reply: { id: variant?.reply ?? `diagnose.cause.${entry.id}`, params: factParams([...book.values()]) },
    remedy: remedyOf(variant?.remedy ?? entry.remedy),
    sources: [...new Set([...rules, ...(variant?.sources ?? entry.sources)])],
    unconfirmed: entry.basis === 'unconfirmed',
  };
}

/** One fact of a finding as a phrase, without 您说 or 查到, which the renderer puts before it. */
export function evidenceReply(
  replies: ReadonlyMap<string, ReplyText>,
  { fact, value }: Pick<Evidence, 'fact' | 'value'>,
): Reply {
  const id = `diagnose.evidence.${fact}`;
  return { id, params: { value: valueLabel(replies.get(id), fact, value) } };
}

/** Money as yuan, a choice by its label in the reply, anything else as it is. */
function valueLabel(text: ReplyText | undefined, fact: string, value: FactValue): string {
  const spec = factSpec(fact);
  if (typeof value === 'number') {
    return spec?.type === 'number' && spec.unit === 'fen' ? (value / 100).toFixed(2) : String(value);
  }
  const choice = choiceOf(value);
  return text?.choices.find((one) => one.value === choice)?.label ?? choice;
}

function ruleSource({ origin }: Fact): readonly string[] {
  return origin.kind === 'rule' ? [origin.source] : [];
}

function factParams(facts: readonly Fact[]): { readonly [name: string]: FactValue } {
  return Object.fromEntries(facts.map(({ id, value }) => [`fact.${id}`, value]));
}

function remedyOf(remedy: RemedyEntry): Remedy {
  if (remedy.kind !== 'guide') return remedy;
  return remedy.faq === undefined ? { kind: 'guide' } : { kind: 'guide', faq: remedy.faq };
}
