/**
 * Delivery. What is due goes into the answer of a push that is waited for; else it is sent, if something may
 * still be sent; else it waits for the citizen, who is told once by a notice where that is configured.
 *
 * A message is reserved before it is sent. When the answer of a sending is lost, nobody knows whether it
 * arrived, and the platform cannot tell two equal messages apart: it is not sent again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ChannelLedger, TalkState } from '../../../contracts/channel-ledger.ts';
import type { Clock } from '../../../contracts/clock.ts';
import type { Delivery } from '../../../contracts/connector.ts';
import type { Address, Outbound, OutboundPart } from '../../../domain/conversation.ts';
import { AppError } from '../../../errors.ts';
import type { ApiOutcome } from '../api.ts';
import type { OaClient } from './client.ts';
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
/** Of the messages that may be sent, one is kept for the word that a person has taken over. */
const KEPT_FOR_STAFF = 1;
const OF_STAFF = /^(?:hand_off|staff)\./u;

export function createSender(
  parts: SenderParts,
): (outbounds: readonly Outbound[]) => Promise<readonly Delivery[]> {
  const { ledger, visits, render } = parts;

  async function answer(claim: Claim, fresh: readonly Outbound[]): Promise<boolean> {
    const composed = composeAnswer(partsOf(fresh), render);
    const text = composed.pieces.length === 0 ? '' : plainText(composed, render);
    let isOurs = false;
    try {
      await remember(parts, claim.push.address, composed);
      isOurs = text !== '' && (await ledger.answerPush(claim.push, text, keysOf(fresh)));
      return isOurs || text === '';
    } finally {
      claim.end(isOurs ? text : undefined);
    }
  }

  return async (outbounds) => {
    const states = await ledger.sendStates(keysOf(outbounds));
    const fresh = outbounds.filter(({ key }) => !states.has(key));
    const everything = (delivery: Delivery) =>
      outbounds.map(({ key }) => (states.has(key) ? SENT : delivery));
    for (const state of states.values()) if (state === 'sending') parts.onTrouble('lost', 'crashed');
    if (fresh.length === 0) return everything(SENT);
    const { address } = fresh[0] as Outbound;
    const claim = visits.claim(address);
    if (claim !== undefined && (await answer(claim, fresh))) return everything(SENT);
    return everything(await push(parts, address, fresh));
  };
}

async function push(parts: SenderParts, address: Address, fresh: readonly Outbound[]): Promise<Delivery> {
  if (!parts.canPush) return WAIT;
  const composed = composeMessages(partsOf(fresh), parts.render);
  if (composed.pieces.length === 0) return SENT;
  const send = { address, parts: keysOf(fresh), messages: composed.pieces.length };
  const keep = fresh.some(({ part }) => OF_STAFF.test(part.id)) ? 0 : KEPT_FOR_STAFF;
  if ((await parts.ledger.reserveSend({ ...send, keep })) === 'shut') {
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
      return SENT;
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
const partsOf = (outbounds: readonly Outbound[]): readonly OutboundPart[] =>
  outbounds.map(({ part }) => part);
