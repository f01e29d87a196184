/**
 * What staff did, told to the citizen. The store has set who has the floor when the act was written down, so
 * that the bot is silent from that very moment; here the same machine gives the same answer once more, and
 * the words are found.
 */
import { type ConversationEvent, nextStatus } from '../../flows/conversation.ts';
import { flowOf } from '../../flows/index.ts';
import type { InboundContent, Slots, StaffEvent } from '../domain/conversation.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Draft, say } from './draft.ts';
import { askTop } from './prompt.ts';
import { askHowItWas } from './rating.ts';
import { pushFlow, rootFlow } from './stack.ts';

type Staff = InboundContent & { readonly kind: 'staff' };

/** Acts that give the floor to somebody. */
const FLOOR: { readonly [Event in StaffEvent]?: ConversationEvent['type'] } = {
  claimed: 'claimed',
  released: 'released',
  act_offered: 'act_offered',
  given_back: 'given_back',
  closed: 'closed',
  reopened: 'reopened',
};

export function applyStaff(draft: Draft, staff: Staff): void {
  const floor = FLOOR[staff.event];
  if (floor !== undefined) draft.status = nextStatus(draft.status, { type: floor });
  TELL[staff.event](draft, staff);
}

const TELL: { readonly [Event in StaffEvent]: (draft: Draft, staff: Staff) => void } = {
  claimed: (draft) => say(draft, 'staff.claimed'),
  released: (draft) => say(draft, 'staff.released'),
  replied: (draft, { text, reply }) => say(draft, 'staff.replied', { text: text ?? '', ...traced(reply) }),
  asked,
  act_offered: offerAct,
  given_back: (draft) => say(draft, 'staff.given_back'),
  closed(draft, { case: closed }) {
    draft.openCase = undefined;
    if (closed === undefined) say(draft, 'staff.closed');
    else askHowItWas(draft, closed);
  },
  reopened(draft, { case: reopened }) {
    if (reopened !== undefined) draft.openCase = reopened;
    say(draft, 'staff.reopened');
  },
};

/** By this the outbox and the case know each other's piece of news. */
const traced = (reply: string | undefined): JsonObject => (reply === undefined ? {} : { reply });

/** A question of the clerk's; only the proof of identity is a page, which is ours to open. */
function asked(draft: Draft, { what, text, reply }: Staff): void {
  say(draft, `staff.ask.${what ?? 'material'}`, { text: text ?? '', ...traced(reply) });
  if (what !== 'verification') return;
  if (rootFlow(draft) !== 'verify-identity') pushFlow(draft, 'verify-identity', {}, false);
  askTop(draft);
}

/** The act is begun like any other; what it submits, it submits after the citizen's own yes. */
function offerAct(draft: Draft, { flow, slots = {}, reply }: Staff): void {
  if (flow === undefined || flowOf(flow) === undefined) return;
  say(draft, 'staff.act_offered', { flow, ...traced(reply) });
  if (rootFlow(draft) === flow) return;
  const { region } = slots as Slots;
  if (typeof region === 'string') draft.profile = { ...draft.profile, region };
  pushFlow(draft, flow, slots, false);
}
