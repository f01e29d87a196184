/**
 * The server address of an official account. A push is verified, noted, written down, and answered in its own
 * response if what is due to the citizen comes in time; else by `success`, and a message follows. The same
 * push again gets the same answer again: WeChat repeats only what it has no answer to.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ChannelLedger, PushRef } from '../../../contracts/channel-ledger.ts';
import type { Clock, Random } from '../../../contracts/clock.ts';
import type { Receive } from '../../../contracts/connector.ts';
import type { Address, Inbound } from '../../../domain/conversation.ts';
import type { Envelope } from '../crypto.ts';
import { BODY_MAX_BYTES, writeXml } from '../xml.ts';
import type { OaClient } from './client.ts';
import { contentsOf, type ListenParts } from './listen.ts';
import { type Push, parsePush } from './parse.ts';
import type { Relay } from './relay.ts';
import { composeRest, plainText, type RenderParts } from './render.ts';
import { type Query, type Refusal, type Verified, verifyGreeting, verifyPush } from './verify.ts';
import type { Ending, Visits } from './visits.ts';

export interface RoutesParts extends ListenParts {
  readonly appId: string;
  readonly envelope: Envelope;
  readonly allowPlain: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: ChannelLedger;
  readonly client: OaClient;
  readonly visits: Visits;
  /** Absent where there is no other process. */
  readonly relay?: Relay | undefined;
  readonly render: RenderParts;
  readonly canPush: boolean;
  readonly receive: () => Receive | undefined;
  /** Whether a person has the talk: then nothing comes at once, and nothing need be waited for. */
  readonly isWithStaff: (address: Address) => Promise<boolean>;
  readonly onPush: (refused?: Refusal | 'too_long') => void;
}

const DONE = 'success';

export function pushRoutes(parts: RoutesParts): Hono {
  const { clock, envelope, allowPlain } = parts;
  const app = new Hono();

  function refuse(c: Context, reason: Refusal | 'too_long') {
    parts.onPush(reason);
    // One answer for all: why, would help only somebody who is trying.
    return say(c, 'refused', reason === 'too_long' ? 413 : 403);
  }

  app.get('/', (c) => {
    const echo = verifyGreeting(queryOf(c), { envelope, now: clock.now() });
    return echo === undefined ? refuse(c, 'forged') : say(c, echo, 200);
  });

  app.post('/', bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => refuse(c, 'too_long') }), async (c) => {
    const verified = verifyPush(queryOf(c), await c.req.text(), { envelope, allowPlain, now: clock.now() });
    if (!verified.ok) return refuse(c, verified.reason);
    const push = parsePush(verified.fields);
    if (push === undefined) return refuse(c, 'unreadable');
    parts.onPush();
    const receive = parts.receive();
    // Tried again by WeChat within seconds; by then we may be there.
    if (receive === undefined) return say(c, 'not ready', 503);
    const text = await answerTo(parts, push, receive, c.req.raw.signal);
    return text === undefined ? say(c, DONE, 200) : say(c, written(parts, verified, push, text), 200);
  });
  return app;
}

function queryOf(c: Context): Query {
  return c.req.query();
}

/** What comes back may be an echo of what was sent: it must never be taken for a page. */
function say(c: Context, body: string, status: 200 | 403 | 413 | 503) {
  c.header('Cache-Control', 'no-store');
  c.header('X-Content-Type-Options', 'nosniff');
  return c.text(body, status);
}

/** The text to answer with, undefined for none. */
async function answerTo(
  parts: RoutesParts,
  push: Push,
  receive: Receive,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { ledger, clock } = parts;
  const address: Address = { channel: 'wechat-oa', account: parts.appId, user: push.user };
  const { meant } = push;
  if (meant.kind === 'quiet') return undefined;
  if (meant.kind === 'left') {
    await ledger.closeWindows(address);
    return undefined;
  }
  const ref: PushRef = { address, key: push.key };
  const { window } = push;
  const known = await ledger.beginPush(
    ref,
    window && { kind: window.kind, left: window.left, until: clock.now() + window.lastsMs },
    parts.relay?.hold(),
  );
  if (known.state === 'answered') return known.reply;
  if (known.state === 'offered') return answerOf(await parts.relay?.look(ref));
  if (known.state === 'pushed') return undefined;
  const more = meant.kind === 'text' ? await moreOf(parts, ref, meant.text) : undefined;
  if (more !== undefined) return more;
  return waitFor(parts, ref, push, receive, signal);
}

const answerOf = (found: Ending | undefined): string | undefined =>
  found?.kind === 'reply' ? found.text : undefined;

/** The rest of a long text goes without a turn: nobody has to think about it. */
async function moreOf(parts: RoutesParts, ref: PushRef, text: string): Promise<string | undefined> {
  if (text !== parts.render.moreWord) return undefined;
  const { rest, choices } = await parts.ledger.talkOf(ref.address);
  if (rest === undefined) return undefined;
  const composed = composeRest(rest, parts.render);
  const said = plainText(composed, parts.render);
  if (!(await parts.ledger.answerPush(ref, said, []))) return undefined;
  await parts.ledger.rememberTalk(ref.address, {
    ...(composed.rest === undefined ? {} : { rest: composed.rest }),
    ...(choices === undefined ? {} : { choices }),
  });
  return said;
}

async function waitFor(
  parts: RoutesParts,
  ref: PushRef,
  push: Push,
  receive: Receive,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { meant } = push;
  // Where nothing can be sent, this word asks for what has been waiting since; it needs no turn either.
  const isAskingAgain = !parts.canPush && meant.kind === 'text' && meant.text === parts.render.moreWord;
  const contents = isAskingAgain
    ? [{ kind: 'opened' } as const]
    : await contentsOf(parts, ref.address, meant);
  const isWithStaff = parts.canPush && (await parts.isWithStaff(ref.address));
  // Before it is written down: the answer may be there the moment it is.
  const ending = isWithStaff ? undefined : parts.visits.join(ref, signal);
  const receivedAt = new Date(parts.clock.now()).toISOString();
  for (const [index, content] of contents.entries()) {
    const messageId = index === 0 ? push.key : `${push.key}#${index}`;
    const inbound: Inbound = { address: ref.address, messageId, receivedAt, content };
    await receive(inbound);
  }
  if (ending === undefined) {
    await parts.ledger.settlePush(ref);
    return undefined;
  }
  const ended = await ending;
  if (ended.kind === 'reply') return ended.text;
  if (signal.aborted) return undefined;
  // Laid ready in the very last moment; by now it would wait for nobody.
  const laid = await parts.ledger.takeAnswer(ref);
  if (laid.state === 'answered' && (laid.isTaken === true || ended.kind === 'late')) return laid.reply;
  if (ended.kind === 'late' && !parts.canPush) return askForPatience(parts, ref);
  await parts.ledger.settlePush(ref);
  if (ended.kind === 'late') void parts.client.showTyping(ref.address.user);
  // Another process may have answered meanwhile.
  const now = await parts.ledger.beginPush(ref);
  return ended.kind === 'late' && now.state === 'answered' ? now.reply : undefined;
}

/** An account that may send nothing by itself: the citizen has to ask for the answer. */
async function askForPatience({ ledger, render }: RoutesParts, ref: PushRef): Promise<string | undefined> {
  const words = render.words('wechat.patience').replace('{word}', render.moreWord);
  return (await ledger.answerPush(ref, words, [])) ? words : undefined;
}

/** The answer as WeChat wants it: in the form of the push, and sealed with the key of the push. */
function written(parts: RoutesParts, verified: Verified & { ok: true }, push: Push, text: string): string {
  const write = verified.format === 'json' ? JSON.stringify : writeXml;
  const seconds = Math.floor(parts.clock.now() / 1000);
  const message = write({
    ToUserName: push.user,
    FromUserName: push.account,
    CreateTime: seconds,
    MsgType: 'text',
    Content: text,
  });
  if (verified.key === undefined) return message;
  const encrypted = parts.envelope.seal(message, verified.key);
  const { nonce } = verified;
  const signature = parts.envelope.sign({ timestamp: String(seconds), nonce, encrypted });
  return write({ Encrypt: encrypted, MsgSignature: signature, TimeStamp: seconds, Nonce: nonce });
}
