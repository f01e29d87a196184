/**
 * Delivery. What is due goes into the answer of a push that is waited for, here or in another process; else it is
 * sent, if something may still be sent; else it waits for the citizen, who is told once by a notice where that is
 * configured.
 *
 * A message is reserved before it is sent. When the answer of a sending is lost, nobody knows whether it
 * arrived, and the platform cannot tell two equal messages apart: it is not sent again by itself. It waits, and goes
 * with what is said to the citizen's next word, under a line that says why.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ChannelLedger, SendState, TalkState } from '../../../contracts/channel-ledger.ts';
import type { Clock } from '../../../contracts/clock.ts';
import type { Delivery } from '../../../contracts/connector.ts';
import type { Address, Outbound, OutboundPart } from '../../../domain/conversation.ts';
import { AppError } from '../../../errors.ts';
import type { ApiOutcome } from '../api.ts';
import type { OaClient } from './client.ts';
import type { Relay } from './relay.ts';
import {
  type Composed,
  composeAnswer,
  composeMessages,
  type Piece,
  plainText,
  type RenderParts,
} from './render.ts';
import type { Claim, Visits } from './visits.ts';

export interface SenderParts {
  readonly ledger: ChannelLedger;
  readonly client: OaClient;
  readonly visits: Visits;
  /** Absent where there is no other process. */
  readonly relay?: Relay | undefined;
  readonly render: RenderParts;
  readonly clock: Clock;
  /** May send customer-service messages at all. */
  readonly canPush: boolean;
  readonly notices?: NoticeParts | undefined;
  readonly onTrouble: (what: 'lost' | 'alarm' | 'no_menus', code: string) => void;
}

export interface NoticeParts {
  readonly templateId?: string | undefined;
  readonly subscriptionId?: string | undefined;
  /** What the fields of the notice say, given the time. */
  readonly values: (now: number) => Readonly<Record<string, string>>;
}

const SENT: Delivery = { state: 'sent' };
const WAIT: Delivery = { state: 'wait_for_citizen' };
/** Said again after the citizen's next word. */
const UNCERTAIN: Delivery = { state: 'wait_for_citizen', code: 'uncertain' };
/** Of the messages that may be sent, one is kept for the word that a person has taken over. */
const KEPT_FOR_STAFF = 1;
const OF_STAFF = /^(?:hand_off|staff)\./u;

export function createSender(
  parts: SenderParts,
): (outbounds: readonly Outbound[]) => Promise<readonly Delivery[]> {
  const { ledger, visits, relay, render } = parts;

  async function answer(claim: Claim, due: Due): Promise<boolean> {
    let recorded: string | undefined;
    try {
      const text = await wordsOf(claim.push.address, due);
      if (text === undefined) return true;
      if (await ledger.answerPush(claim.push, text, keysOf(due.outbounds))) recorded = text;
      return recorded !== undefined;
    } finally {
      claim.end(recorded);
    }
  }

  /** Undefined when there is nothing to be said at all. */
  async function wordsOf(address: Address, due: Due): Promise<string | undefined> {
    const composed = composeAnswer(partsOf(parts, due), render);
    await remember(parts, address, composed);
    return composed.pieces.length === 0 ? undefined : plainText(composed, render);
  }

  async function relayed(address: Address, due: Due): Promise<boolean> {
    if (relay === undefined) return false;
    const reply = await wordsOf(address, due);
    return reply === undefined || relay.offer(address, { reply, parts: keysOf(due.outbounds) });
  }

  /** What was laid ready by a process that is no more goes our way now. */
  async function statesOf(
    address: Address,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, SendState>> {
    const states = await ledger.sendStates(keys);
    if (![...states.values()].includes('offered')) return states;
    await relay?.withdraw(address);
    return ledger.sendStates(keys);
  }

  return async (outbounds) => {
    const [first] = outbounds;
    if (first === undefined) return [];
    const { address } = first;
    const states = await statesOf(address, keysOf(outbounds));
    const inDoubt = [...states.keys()].filter((key) => isDoubtful(states.get(key)));
    for (const key of inDoubt) if (states.get(key) === 'sending') parts.onTrouble('lost', 'crashed');
    const again = inDoubt.length === 0 ? NONE : await ledger.heardSince(address, inDoubt);
    const due: Due = { outbounds: outbounds.filter(({ key }) => !states.has(key) || again.has(key)), again };
    const everything = (delivery: Delivery) =>
      outbounds.map(({ key }) => {
        if (!states.has(key) || again.has(key)) return delivery;
        return isDoubtful(states.get(key)) ? UNCERTAIN : SENT;
      });
    if (due.outbounds.length === 0) return everything(SENT);
    const claim = visits.claim(address);
    if (claim !== undefined && (await answer(claim, due))) return everything(SENT);
    if (claim === undefined && (await relayed(address, due))) return everything(SENT);
    return everything(await push(parts, address, due));
  };
}

/** What is to be said now. */
interface Due {
  readonly outbounds: readonly Outbound[];
  /** Keys of those that were sent before, and may not have arrived. */
  readonly again: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
const isDoubtful = (state: SendState | undefined): boolean => state === 'sending' || state === 'unknown';

async function push(parts: SenderParts, address: Address, due: Due): Promise<Delivery> {
  if (!parts.canPush) return WAIT;
  const { outbounds } = due;
  const composed = composeMessages(partsOf(parts, due), parts.render);
  if (composed.pieces.length === 0) return SENT;
  const send = { address, parts: keysOf(outbounds), messages: composed.pieces.length };
  const keep = outbounds.some(({ part }) => OF_STAFF.test(part.id)) ? 0 : KEPT_FOR_STAFF;
  const reserved = await parts.ledger.reserveSend({ ...send, keep });
  if (reserved === 'taken') throw unavailable('another process is sending it');
  if (reserved === 'shut') {
    await notify(parts, address);
    return WAIT;
  }
  return sendReserved(parts, composed, send);
}

type Reserved = Parameters<ChannelLedger['settleSend']>[0];

async function sendReserved(parts: SenderParts, composed: Composed, send: Reserved): Promise<Delivery> {
  const { ledger } = parts;
  for (const [index, piece] of composed.pieces.entries()) {
    const outcome = await trySend(parts, send.address, piece, send);
    if (outcome.kind === 'done') continue;
    if (outcome.kind === 'lost') {
      parts.onTrouble('lost', 'no_answer');
      await ledger.settleSend(send, 'unknown');
      return UNCERTAIN;
    }
    if (index > 0) {
      // The beginning has been read: the end waits for a word instead of coming with all of it again.
      const unsent: Composed = { ...composed, pieces: composed.pieces.slice(index) };
      const rest = [plainText(unsent, parts.render), composed.rest].filter((text) => text !== undefined);
      await remember(parts, send.address, { ...composed, rest: rest.join('\n\n') });
      await ledger.settleSend(send, 'sent');
      return SENT;
    }
    await ledger.settleSend(send, 'released');
    return refused(parts, send.address, outcome);
  }
  await remember(parts, send.address, composed);
  await ledger.settleSend(send, 'sent');
  return SENT;
}

/** An account without menus gets the same as lines of text. */
async function trySend(
  parts: SenderParts,
  { user }: Address,
  piece: Piece,
  send: Reserved,
): Promise<ApiOutcome> {
  try {
    const outcome = await parts.client.send(user, piece);
    if (piece.kind !== 'menu' || outcome.kind !== 'refused' || outcome.code !== 40200) return outcome;
    parts.onTrouble('no_menus', '40200');
    return await parts.client.send(user, {
      kind: 'text',
      text: plainText({ pieces: [piece] }, parts.render),
    });
  } catch (error) {
    // There was no token: nothing has been sent.
    await parts.ledger.settleSend(send, 'released');
    throw error;
  }
}

async function refused(
  parts: SenderParts,
  address: Address,
  outcome: Exclude<ApiOutcome, { kind: 'done' | 'lost' }>,
): Promise<Delivery> {
  if (outcome.kind === 'unreached') throw unavailable('it could not be reached');
  const { code, reaction } = outcome;
  switch (reaction) {
    case 'shut':
      await parts.ledger.closeWindows(address);
      await notify(parts, address);
      return WAIT;
    case 'refuse':
      throw new AppError(
        'channel_refused',
        `WeChat refuses this message (${code}); see connectors/wechat/NOTES.md`,
      );
    case 'alarm':
      parts.onTrouble('alarm', String(code));
      throw unavailable(`error ${code}`);
    case 'retry':
    case 'refresh':
      throw unavailable(`error ${code}`);
  }
}

function unavailable(why: string): AppError {
  return new AppError(
    'channel_unavailable',
    `WeChat did not take a message: ${why}; see connectors/wechat/NOTES.md`,
  );
}

/** Only when nothing may be sent for lack of any window: who is still talking to us needs no notice. */
async function notify({ ledger, client, notices, clock }: SenderParts, address: Address): Promise<void> {
  if (notices === undefined || (await ledger.windowOf(address)) !== undefined) return;
  if (!(await ledger.claimNotice(address))) return;
  const { subscriptionId, templateId } = notices;
  const notice = { user: address.user, values: notices.values(clock.now()) };
  if (subscriptionId !== undefined) {
    const outcome = await client.sendSubscription({ ...notice, templateId: subscriptionId });
    // Whoever has not agreed to the one may still get the other.
    if (outcome.kind !== 'refused' || templateId === undefined) return;
  }
  if (templateId !== undefined) await client.sendTemplate({ ...notice, templateId });
}

/** A rest that was offered stays until it is asked for, or there is a newer one. */
async function remember({ ledger }: SenderParts, address: Address, composed: Composed): Promise<void> {
  const before = await ledger.talkOf(address);
  const rest = composed.rest ?? before.rest;
  const now: TalkState = {
    ...(rest === undefined ? {} : { rest }),
    ...(composed.choices === undefined ? {} : { choices: composed.choices }),
  };
  // Most answers change nothing here, and a read is far cheaper than a row.
  if (!isDeepStrictEqual(before, now)) await ledger.rememberTalk(address, now);
}

const keysOf = (outbounds: readonly Outbound[]): readonly string[] => outbounds.map(({ key }) => key);

/** Before the first that is said once more stands why. */
function partsOf({ render }: SenderParts, { outbounds, again }: Due): readonly OutboundPart[] {
  const first = outbounds.findIndex(({ key }) => again.has(key));
  const said = outbounds.map(({ part }) => part);
  if (first < 0) return said;
  const why: OutboundPart = { id: 'wechat.said_again', params: {}, text: render.words('wechat.said_again') };
  return said.toSpliced(first, 0, why);
}
