/** What a turn leaves behind for the figures: ids and codes, and the path its flows took. Pure, and little of it. */
import type { Told, TurnFigures } from '../contracts/statistics.ts';
import type { Conversation, Frame, OutboundPart, Reply } from '../domain/conversation.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { systemAnswer } from './system-answer.ts';

/** `flow.state`. */
export function placeOf({ flow, saved }: Frame): string {
  const { value } = saved as { readonly value?: unknown };
  return `${flow}.${typeof value === 'string' ? value : '?'}`;
}

export function figuresOf(
  turn: {
    readonly conversation: Conversation;
    readonly replies: readonly Reply[];
    readonly moves: readonly string[];
    readonly cases: readonly unknown[];
  },
  parts: readonly OutboundPart[],
  knowledge: Knowledge,
): TurnFigures {
  const { conversation, replies, moves, cases } = turn;
  const { region } = conversation.profile;
  return {
    ...(region === undefined ? {} : { region }),
    floor: conversation.status,
    moves,
    rests: conversation.stack.map(placeOf),
    said: parts.map(({ id }) => id),
    told: replies.flatMap((reply) => toldBy(reply, knowledge) ?? []),
    cases: cases.length,
  };
}

function toldBy({ id, params }: Reply, knowledge: Knowledge): Told | undefined {
  if (id === 'answer.system') {
    const { sources } = systemAnswer(params, knowledge);
    // As it is named where it would be withdrawn.
    return told('rule', `${String(params.region)}/entry.${String(params.operation)}`, sources, knowledge);
  }
  if (id === 'answer') {
    const faq = String(params.faq);
    return told('faq', faq, knowledge.faq.get(faq)?.sources ?? [], knowledge);
  }
  // Only an explanation brings its evidence along; other replies merely mention a cause.
  if (typeof params.cause !== 'string' || !Array.isArray(params.because)) return undefined;
  const sources = Array.isArray(params.sources) ? params.sources.map(String) : [];
  return told('cause', params.cause, sources, knowledge);
}

function told(kind: Told['kind'], id: string, sources: readonly string[], { sources: all }: Knowledge): Told {
  const days = sources.flatMap((source) => all.get(source)?.checked ?? []).toSorted();
  return { kind, id, ...(days[0] === undefined ? {} : { checked: days[0] }) };
}
