/** The address WeCom calls: it proves itself once with an encrypted `echostr`, then says that there is news. */
import { type Context, Hono } from 'hono';
import type { Clock } from '../../../contracts/clock.ts';
import type { Envelope } from '../crypto.ts';
import { BODY_MAX_BYTES, readBody } from '../xml.ts';

export interface KfRoutesParts {
  readonly envelope: Envelope;
  readonly corpId: string;
  readonly clock: Clock;
  /** Whether news can be taken; before that WeCom is told to come again. */
  readonly isOpen: () => boolean;
  /** Takes note of news. Resolves when it cannot be lost any more. */
  readonly onNews: (openKfid: string, token: string) => Promise<void>;
  /** Somebody was refused; why, the log learns by a code. */
  readonly onRefused: (code: string) => void;
}

/** A push of another hour was made by somebody who copied it. */
const AGE_MAX_S = 600;
const ECHO_MAX = 2_048;

export function kfRoutes(parts: KfRoutesParts): Hono {
  const { envelope, clock } = parts;
  const routes = new Hono();

  function isGenuine(context: Context, encrypted: string): boolean {
    const timestamp = context.req.query('timestamp') ?? '';
    const nonce = context.req.query('nonce') ?? '';
    const signature = context.req.query('msg_signature') ?? '';
    const age = Math.abs(clock.now() / 1_000 - Number(timestamp));
    return (
      /^\d{10}$/u.test(timestamp) &&
      age <= AGE_MAX_S &&
      envelope.isSigned({ signature, timestamp, nonce, encrypted })
    );
  }

  function refuse(context: Context, code: string): Response {
    parts.onRefused(code);
    // The same whatever was wrong: a forger learns nothing from it.
    return context.text('', 403);
  }

  routes.get('/', (context) => {
    const echo = context.req.query('echostr') ?? '';
    if (echo === '' || echo.length > ECHO_MAX || !isGenuine(context, echo))
      return refuse(context, 'verify_refused');
    const opened = envelope.open(echo);
    if (opened === undefined) return refuse(context, 'verify_refused');
    context.header('X-Content-Type-Options', 'nosniff');
    return context.text(opened.message);
  });

  routes.post('/', async (context) => {
    const body = await bodyOf(context);
    const encrypted = body === undefined ? undefined : readBody(body)?.Encrypt;
    if (encrypted === undefined || !isGenuine(context, encrypted)) return refuse(context, 'push_refused');
    const news = newsIn(envelope.open(encrypted)?.message, parts.corpId);
    if (news === undefined) return refuse(context, 'push_refused');
    if (!parts.isOpen()) return context.text('', 503);
    if (news.event === 'kf_msg_or_event') await parts.onNews(news.openKfid, news.token);
    return context.text('success');
  });

  return routes;
}

/** Undefined when it is longer than any push: it is not read to the end. */
async function bodyOf(context: Context): Promise<string | undefined> {
  const stream = context.req.raw.body;
  if (stream === null) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > BODY_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface News {
  readonly event: string;
  readonly openKfid: string;
  readonly token: string;
}

function newsIn(message: string | undefined, corpId: string): News | undefined {
  const fields = message === undefined ? undefined : readBody(message);
  if (fields?.ToUserName !== corpId) return undefined;
  const { Event: event = '', OpenKfId: openKfid = '', Token: token = '' } = fields;
  if (event === 'kf_msg_or_event' && !/^[\w-]{1,64}$/u.test(openKfid)) return undefined;
  return { event, openKfid, token };
}
