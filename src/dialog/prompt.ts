/** The end of a turn: which question the citizen is left with, and how it is put. */
import { flowOf } from '../../flows/index.ts';
import type { Asking, Choice, Frame, SecurePurpose } from '../domain/conversation.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type Draft, say } from './draft.ts';
import { linkTo } from './page-link.ts';
import { MISSES_BEFORE_PERSON } from './repair.ts';
import { restOf, rootIndex } from './stack.ts';
import type { Rest } from './step.ts';
import { fillTemplate } from './template.ts';

/** A summary that was shown longer ago than this is shown again before a yes to it counts. */
export const CONFIRM_WITHIN_MS = 15 * 60_000;

/**
 * Whether a yes can mean the summary that is open: it was put in an earlier turn, nothing has moved since, and
 * it is not too long ago. In a batch of messages a yes may otherwise meet a summary nobody has seen.
 */
export function isAsked({ before, stack, context }: Draft): 'yes' | 'unseen' | 'too_long_ago' {
  const { asking } = before;
  if (asking === undefined || stack.at(-1) !== before.stack.at(-1)) return 'unseen';
  const askedAt = asking.askedAt === undefined ? Number.NaN : Date.parse(asking.askedAt);
  return context.now - askedAt <= CONFIRM_WITHIN_MS ? 'yes' : 'too_long_ago';
}

/** Leaves the draft with the question of the top frame, asked again in other words when it was missed. */
export function askTop(draft: Draft): void {
  const rest = restOf(draft);
  const frame = draft.stack.at(-1);
  if (rest?.ask === undefined || frame === undefined) {
    draft.asking = undefined;
    return;
  }
  const asking = askingOf(draft, frame, rest);
  // The third miss ended with the offer of a person; the question itself would bury it.
  if (draft.isMissed && draft.misses >= MISSES_BEFORE_PERSON) {
    const { askedAt } = draft.asking ?? {};
    draft.asking = askedAt === undefined ? asking : { ...asking, askedAt };
    return;
  }
  draft.asking = { ...asking, askedAt: new Date(draft.context.now).toISOString() };
  const again: JsonObject = draft.isMissed ? { again: draft.misses } : {};
  const choices: JsonObject =
    asking.choices === undefined ? {} : { choices: asking.choices as unknown as Json };
  const place = placeOf(draft, asking.slot);
  say(draft, asking.reply, {
    ...asking.params,
    ...choices,
    ...again,
    ...place,
    ...secureParams(draft, asking),
  });
}

/** Where the question stands among those of its task; a question of a sub-flow is one of the task's own. */
function placeOf(draft: Draft, slot: string): JsonObject {
  const chain = draft.stack.slice(rootIndex(draft)).reverse();
  const steps = chain.map(({ flow }) => flowOf(flow)?.steps ?? []).find((all) => all.includes(slot));
  return steps === undefined ? {} : { step: steps.indexOf(slot) + 1, steps: steps.length };
}

function askingOf(draft: Draft, frame: Frame, rest: Rest): Asking {
  const ask = rest.ask as NonNullable<Rest['ask']>;
  const flow = flowOf(frame.flow);
  const slot = filled(ask.slot, rest);
  const reply = filled(ask.reply, rest);
  const choices = ask.listed ? listed(draft, reply, rest, frame) : worded(draft, reply, ask.slot, rest);
  return {
    slot,
    reply,
    params: {
      ...(draft.profile.region === undefined ? {} : { region: draft.profile.region }),
      ...(flow?.prompt(rest.context) ?? {}),
      // Only the summary before a yes names the rule it rests on; other prompts stay short.
      ...(ask.confirm === true && rest.context.data.ruleSources !== undefined
        ? { sources: rest.context.data.ruleSources }
        : {}),
    },
    ...(choices === undefined || choices.length === 0 ? {} : { choices }),
    ...(ask.secure === undefined ? {} : { secure: ask.secure }),
  };
}

/** `$next` and its like stand for what the flow keeps in `data` under that name. */
function filled(name: string, rest: Rest): string {
  return name.replace(/\$(\w+)/u, (_, key: string) => String(rest.context.data[key]));
}

/** Choices with their labels from the reply; of a question the engine put, only those it offers. */
function worded(draft: Draft, reply: string, slot: string, rest: Rest): readonly Choice[] | undefined {
  const choices = draft.context.knowledge.replies.get(reply)?.choices;
  const offered = rest.context.data.nextChoices;
  if (slot !== '$next' || !Array.isArray(offered)) return choices;
  return choices?.filter(({ value }) => offered.includes(value));
}

function listed(draft: Draft, reply: string, rest: Rest, frame: Frame): readonly Choice[] {
  const template = draft.context.knowledge.replies.get(`${reply}.choice`)?.text ?? '{value}';
  return (flowOf(frame.flow)?.choices?.(rest.context) ?? []).map(({ value, params }) => ({
    value,
    label: fillTemplate(template, params, draft.context.knowledge),
  }));
}

/** A fresh link each time the page is offered: whoever asks again may have lost the old one. */
function secureParams(draft: Draft, asking: Asking): JsonObject {
  return asking.secure === undefined ? {} : linkTo(draft, asking.secure, linkContext(draft, asking));
}

/** What a page shows that asks the same as the chat: masked names and sums of the prompt itself, nothing more. */
const SHOWN_ON_PAGE: { readonly [purpose in SecurePurpose]?: readonly string[] } = {
  order: ['before'],
  premium: ['bindingNo', 'otherName', 'relation', 'year', 'amountFen', 'balanceFen', 'closes'],
  invitation: ['invitationNo', 'payerName', 'relation', 'expiresOn'],
};

function linkContext(draft: Draft, asking: Asking): JsonObject {
  const names = SHOWN_ON_PAGE[asking.secure ?? 'verify'];
  if (names !== undefined) {
    return Object.fromEntries(Object.entries(asking.params).filter(([name]) => names.includes(name)));
  }
  if (asking.secure !== 'relative') return {};
  const slots = draft.stack.at(-1)?.slots ?? {};
  const facts: readonly (readonly [string, Json | undefined])[] = [
    ['payer', draft.profile.person?.ref],
    ['relation', slots.relation],
    ['region', slots.region],
  ];
  return Object.fromEntries(facts.filter((pair): pair is readonly [string, Json] => pair[1] !== undefined));
}
