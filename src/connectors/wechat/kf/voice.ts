/**
 * Sends parts. Each message has an id of our own, so that a second sending of the same shows nothing twice;
 * the ledger knows what went out and how much may still be said in this window of two days.
 *
 * Accepted is not delivered: failures come later as events, see `undelivered`.
 */
import { z } from 'zod';
import type { ChannelLedger } from '../../../contracts/channel-ledger.ts';
import type { Delivery } from '../../../contracts/connector.ts';
import type { Address, Outbound, OutboundPart } from '../../../domain/conversation.ts';
import { AppError } from '../../../errors.ts';
import type { KfClient, Refusal, Result } from './client.ts';
import { msgidOf } from './ids.ts';
import { type KfMessage, type KfWords, type Rendered, renderPart, renderText } from './render.ts';
import type { KfStaff, Session } from './session.ts';

export interface VoiceParts {
  readonly client: KfClient;
  readonly ledger: ChannelLedger;
  readonly session: Session;
  readonly words: () => KfWords;
  /** Absent: a person is found at our own help desk, and the talk stays with the bot at WeCom. */
  readonly staff?: KfStaff | undefined;
  /** The talk was given to staff at WeCom; told before the part counts as sent. */
  readonly onHandedOver: (outbound: Outbound) => Promise<void>;
  readonly onFailure: (code: string) => void;
}

export interface Voice {
  deliver(outbound: Outbound): Promise<Delivery>;
  /** The rest of a long text, for whoever asked for it. */
  sayRest(address: Address, rest: string, key: string): Promise<void>;
  /** Whether WeCom said before that it did not deliver this part: a third time it is not sent. */
  hasFailed(key: string): Promise<boolean>;
  /** From now on the part counts as not sent, and goes out under another id when it is delivered again. */
  noteFailed(address: Address, key: string): Promise<void>;
}

/** One message of the five is kept for the way to a person. */
const KEPT = 1;
/** Parts that say that a person will help: after them the talk is staff's. */
const HANDS_OVER: ReadonlySet<string> = new Set(['hand_off.opened', 'hand_off.reopened', 'hand_off.already']);
/** WeCom tells these itself, and lets nobody else speak then. */
const TOLD_BY_WECOM: ReadonlySet<string> = new Set(['staff.claimed', 'staff.reopened']);

const taken = z.looseObject({ msgid: z.string().optional() });

/** Stands in the ledger for a part that WeCom accepted and did not deliver. */
const failedMark = (key: string): string => `${key}!`;

export function createVoice(parts: VoiceParts): Voice {
  const { client, ledger, session } = parts;

  /** Undefined when all of it went out. */
  async function sendAll(
    { address, key }: Pick<Outbound, 'address' | 'key'>,
    messages: readonly KfMessage[],
    { isAgain, mayBeOut }: { readonly isAgain: boolean; readonly mayBeOut: boolean },
  ): Promise<{ readonly refusal: Refusal; readonly sent: number } | undefined> {
    const who = { touser: address.user, open_kfid: address.account };
    for (const [sent, message] of messages.entries()) {
      const msgid = msgidOf(key, sent, isAgain);
      const result = await client.call('/cgi-bin/kf/send_msg', { ...who, msgid, ...message }, taken);
      if (result.ok) continue;
      // Sent before and its answer lost: an id that is known by now is refused, and that is our receipt.
      if (result.refusal === 'never' && mayBeOut) continue;
      return { refusal: result.refusal, sent };
    }
    return undefined;
  }

  async function welcome(outbound: Outbound, { messages }: Rendered): Promise<boolean> {
    const [message] = messages;
    if (message === undefined || messages.length > 1) return false;
    const code = await ledger.takeWelcome(outbound.address);
    if (code === undefined) return false;
    const msgid = msgidOf(outbound.key, 0);
    const order = { code, msgid, ...message };
    const result: Result<unknown> = await client.call('/cgi-bin/kf/send_msg_on_event', order, taken);
    return result.ok;
  }

  /** What a refusal means for the part. */
  async function refused({ address, part }: Outbound, refusal: Refusal): Promise<Delivery> {
    if (refusal === 'window') {
      await ledger.closeWindows(address);
      return { state: 'wait_for_citizen' };
    }
    if (refusal !== 'session')
      throw new AppError('channel_refused', 'WeCom will not take this message, however often it is sent');
    const isTold = TOLD_BY_WECOM.has(part.id) && (await session.isWithStaff(address));
    return { state: isTold ? 'sent' : 'wait_for_citizen' };
  }

  async function handOver(outbound: Outbound): Promise<void> {
    if (parts.staff === undefined || !HANDS_OVER.has(outbound.part.id)) return;
    if (await session.handOver(outbound.address, parts.staff)) await parts.onHandedOver(outbound);
    else parts.onFailure('handover_refused');
  }

  async function send(outbound: Outbound, rendered: Rendered): Promise<Delivery> {
    const { address, key, part } = outbound;
    const { messages } = rendered;
    const states = await ledger.sendStates([key, failedMark(key)]);
    const known = states.get(key);
    if (known === 'sent' || messages.length === 0) return { state: 'sent' };
    const isAgain = states.has(failedMark(key));
    const spent = { address, parts: [key], messages: messages.length };
    const isWelcomed = known === undefined && !isAgain && (await welcome(outbound, rendered));
    if (known === undefined) {
      const keep = HANDS_OVER.has(part.id) ? 0 : KEPT;
      const order = isWelcomed ? { ...spent, messages: 0, keep: 0 } : { ...spent, keep };
      // `taken` by another process just now: under the same ids, what both send is shown once.
      if ((await ledger.reserveSend(order)) === 'shut') return { state: 'wait_for_citizen' };
    }
    try {
      const trouble = isWelcomed
        ? undefined
        : await sendAll(outbound, messages, { isAgain, mayBeOut: known !== undefined });
      if (trouble !== undefined) {
        // Of a part that is half out, the half must not be sent again as new.
        await ledger.settleSend(spent, trouble.sent === 0 && known === undefined ? 'released' : 'unknown');
        return refused(outbound, trouble.refusal);
      }
      await handOver(outbound);
    } catch (error) {
      await ledger.settleSend(spent, 'unknown');
      throw error;
    }
    await ledger.settleSend(spent, 'sent');
    return { state: 'sent' };
  }

  /** With staff at WeCom nobody may be told to go on asking a bot that will be silent. */
  function asToldHere(part: OutboundPart): OutboundPart {
    if (parts.staff === undefined || !HANDS_OVER.has(part.id)) return part;
    const { caseNumber } = part.params;
    const { handedOver, handedOverAgain } = parts.words();
    const isNew = typeof caseNumber === 'string';
    const text = isNew ? handedOver.replace('{caseNumber}', caseNumber) : handedOverAgain;
    const { choices: _, ...rest } = part;
    return { ...rest, text };
  }

  return {
    async deliver(outbound) {
      const { address } = outbound;
      const part = asToldHere(outbound.part);
      const rendered = renderPart(part, parts.words());
      const delivery = await send(outbound, rendered);
      if (delivery.state === 'sent') {
        await ledger.rememberTalk(address, {
          ...(rendered.rest === undefined ? {} : { rest: rendered.rest }),
          ...(part.choices === undefined ? {} : { choices: part.choices }),
        });
      }
      return delivery;
    },
    async sayRest(address, rest, key) {
      const { choices } = await ledger.talkOf(address);
      const rendered = renderText(rest, parts.words());
      const { messages } = rendered;
      const spent = { address, parts: [key], messages: messages.length };
      if ((await ledger.reserveSend({ ...spent, keep: KEPT })) === 'shut') return;
      const trouble = await sendAll({ address, key }, messages, { isAgain: false, mayBeOut: true });
      await ledger.settleSend(spent, trouble === undefined ? 'sent' : 'released');
      await ledger.rememberTalk(address, {
        ...(rendered.rest === undefined ? {} : { rest: rendered.rest }),
        ...(choices === undefined ? {} : { choices }),
      });
    },
    hasFailed: async (key) => (await ledger.sendStates([failedMark(key)])).size > 0,
    async noteFailed(address, key) {
      const free = { address, messages: 0 };
      await ledger.reserveSend({ ...free, parts: [failedMark(key)], keep: 0 });
      await ledger.settleSend({ ...free, parts: [key] }, 'released');
    },
  };
}
