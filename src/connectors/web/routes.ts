/**
 * The chat's HTTP, mounted at `/api/chat`. Posting goes up by `POST`, everything said comes down by
 * server-sent events whose ids are positions in the history: a page that comes back names the last
 * one it saw and misses nothing. The answer to a post is given when the message is on disk.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Clock } from '../../contracts/clock.ts';
import type { Receive } from '../../contracts/connector.ts';
import type { Store } from '../../contracts/store.ts';
import type { InboundContent } from '../../domain/conversation.ts';
import type { ConversationId } from '../../domain/ids.ts';
import { clientAddress } from './client-address.ts';
import type { Hub, Stay } from './hub.ts';
import { parseMessage } from './parse.ts';
import { createLimiter } from './rate-limit.ts';
import { isShown, renderLine } from './render.ts';
import { addressOf, type TalkSessions } from './talk-sessions.ts';
import { wechatCode } from './wechat-code.ts';

/** Messages a minute of one person: faster than anybody types, slower than a script. */
const TURNS_PER_SESSION = 30;
/** Of one address: a village, a hospital or a mobile carrier may share one. */
const TURNS_PER_ADDRESS = 900;
const SESSIONS_PER_ADDRESS = 300;
/** Openings a minute of one session: every tab that is looked at again opens the talk anew. */
const OPENINGS_PER_SESSION = 60;
const BODY_MAX_BYTES = 8 * 1024;
/** Proxies commonly cut a connection that is silent for 30 or 60 seconds. */
const PING_MS = 15_000;
const LINES_AT_ONCE = 100;

export interface ChatRoutesParts {
  readonly store: Pick<Store, 'conversationAt' | 'history'>;
  readonly sessions: TalkSessions;
  readonly clock: Clock;
  readonly hub: Hub;
  readonly receive: () => Receive | undefined;
  /** `https://…` as citizens see it; without it the page's host must be the one that was asked. */
  readonly publicUrl?: string | undefined;
  readonly isBehindProxy: boolean;
  /** What the QR code of the official account says; absent: the page offers none. */
  readonly wechatAddress?: string | undefined;
}

type Refusal =
  | 'no_session'
  | 'slow_down'
  | 'not_ready'
  | 'foreign_origin'
  | 'bad_message'
  | 'empty'
  | 'too_long';
type RefusalStatus = 400 | 401 | 403 | 413 | 429 | 503;

export function chatRoutes(parts: ChatRoutesParts): Hono {
  const { store, sessions, clock, hub } = parts;
  const turns = createLimiter({ perMinute: TURNS_PER_SESSION, clock });
  const turnsOfAddress = createLimiter({ perMinute: TURNS_PER_ADDRESS, clock });
  const sessionsOfAddress = createLimiter({ perMinute: SESSIONS_PER_ADDRESS, clock });
  const openings = createLimiter({ perMinute: OPENINGS_PER_SESSION, clock });
  const app = new Hono();

  const sameOrigin = createMiddleware(async (c, next) => {
    if (!isOwnPage(c, parts.publicUrl)) return refuse(c, 403, 'foreign_origin');
    return next();
  });
  const small = bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => refuse(c, 413, 'too_long') });

  function mayBegin(c: Context): boolean {
    return sessionsOfAddress.take(clientAddress(c, parts.isBehindProxy));
  }

  async function write(c: Context, user: string, id: string, content: InboundContent, more: object = {}) {
    const receive = parts.receive();
    if (receive === undefined) return refuse(c, 503, 'not_ready');
    const state = await receive({
      address: addressOf(user),
      // Ids are the page's own: prefixed, so that nobody can use up the id of somebody else's message.
      messageId: `${user.slice(0, 32)}:${id}`,
      receivedAt: new Date(clock.now()).toISOString(),
      content,
    });
    hub.wake(user);
    return c.json({ state, ...more }, state === 'stored' ? 202 : 200);
  }

  // Set afterwards: the stream sets a weaker one of its own.
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });

  app.post('/open', sameOrigin, small, async (c) => {
    const known = await sessions.of(c);
    if (known === undefined ? !mayBegin(c) : !openings.take(known.user)) return refuse(c, 429, 'slow_down');
    const offer = { wechat: parts.wechatAddress !== undefined };
    // Always the same id: a talk is greeted once, however often the page is opened.
    const opened = 'opened';
    if (known !== undefined) {
      const told = await sessions.renewed(c, known);
      return write(c, known.user, opened, { kind: 'opened' }, { ...offer, ...told });
    }
    const asked = await jsonOf(c);
    const { user, told } = await sessions.begin(c, { isFramed: isRecord(asked) && asked.framed === true });
    return write(c, user, opened, { kind: 'opened' }, { ...offer, ...told });
  });

  // For computers that many people use: the browser forgets the session, and a copy of it opens nothing.
  app.post('/leave', sameOrigin, small, async (c) => {
    await sessions.end(c);
    return c.json({ state: 'left' });
  });

  app.post('/messages', sameOrigin, small, async (c) => {
    const message = parseMessage(await jsonOf(c));
    if (!message.ok) return refuse(c, message.reason === 'too_long' ? 413 : 400, message.reason);
    const user = (await sessions.of(c))?.user;
    if (user === undefined) return refuse(c, 401, 'no_session');
    // The person first: whoever writes too much uses up nothing of what neighbours share.
    if (!turns.take(user) || !turnsOfAddress.take(clientAddress(c, parts.isBehindProxy))) {
      return refuse(c, 429, 'slow_down');
    }
    return write(c, user, message.id, message.content);
  });

  const { wechatAddress } = parts;
  if (wechatAddress !== undefined) {
    const picture = wechatCode(wechatAddress);
    app.get('/wechat.svg', (c) => c.body(picture, 200, { 'Content-Type': 'image/svg+xml' }));
  }

  app.get('/events', async (c) => {
    const user = (await sessions.of(c))?.user;
    if (user === undefined) return refuse(c, 401, 'no_session');
    const stay = hub.join(user);
    if (stay === undefined) return refuse(c, 429, 'slow_down');
    c.header('X-Accel-Buffering', 'no');
    const after = positionOf(c.req.header('last-event-id') ?? c.req.query('after'));
    return streamSSE(c, (stream) => tell(stream, stay, user, after));
  });

  async function tell(stream: SSEStreamingApi, stay: Stay, user: string, from: number): Promise<void> {
    stream.onAbort(() => stay.leave());
    let after = from;
    let conversation: ConversationId | undefined;
    try {
      for (;;) {
        conversation ??= (await store.conversationAt(addressOf(user)))?.id;
        const lines =
          conversation === undefined ? [] : await store.history(conversation, after, LINES_AT_ONCE);
        for (const line of lines) {
          after = line.position;
          if (isShown(line)) {
            await stream.writeSSE({
              id: String(after),
              event: 'line',
              data: JSON.stringify(renderLine(line)),
            });
          }
        }
        if (lines.length === LINES_AT_ONCE) continue;
        const why = await stay.rest(PING_MS);
        if (why === 'closed' || stream.aborted) return;
        if (why === 'idle') await stream.write(': still here\n\n');
      }
    } finally {
      stay.leave();
    }
  }

  return app;
}

function refuse(c: Context, status: RefusalStatus, reason: Refusal) {
  if (status === 429) c.header('Retry-After', '10');
  return c.json({ error: reason }, status);
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

async function jsonOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    return undefined;
  }
}

function positionOf(text: string | undefined): number {
  const position = Number(text);
  return Number.isSafeInteger(position) && position > 0 ? position : 0;
}

// Browsers name the page's origin in every post, and only our own pages may send JSON to us.
export function isOwnPage(c: Context, publicUrl: string | undefined): boolean {
  const origin = c.req.header('origin');
  if (origin === undefined || !(c.req.header('content-type') ?? '').startsWith('application/json'))
    return false;
  if (!URL.canParse(origin)) return false;
  if (publicUrl !== undefined && new URL(publicUrl).origin === origin) return true;
  return new URL(origin).host === (c.req.header('host') ?? new URL(c.req.url).host);
}
