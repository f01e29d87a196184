/** Whether a request is from WeChat, and what it says. Whatever is not is refused alike; why, is only counted. */
import type { Envelope, WhichKey } from '../crypto.ts';
import { type Fields, readBody } from '../xml.ts';

/** Either side of our clock. WeChat's own second and third try are some ten seconds old. */
const FRESH_S = 600;
const ECHO_MAX = 256;

export interface VerifyParts {
  readonly envelope: Envelope;
  /** Pushes without encryption are taken: their signature does not cover the body. For test accounts. */
  readonly allowPlain: boolean;
  /** Epoch ms. */
  readonly now: number;
}

export type Query = Readonly<Record<string, string>>;

export type Refusal = 'no_signature' | 'stale' | 'forged' | 'plain' | 'unreadable';

export type Verified =
  | {
      readonly ok: true;
      readonly fields: Fields;
      /** How the answer must be written. */
      readonly format: 'xml' | 'json';
      /** Undefined for a push without encryption. */
      readonly key: WhichKey | undefined;
      readonly nonce: string;
    }
  | { readonly ok: false; readonly reason: Refusal };

/** The `echostr` to answer when the console tries our address; undefined when it is somebody else. */
export function verifyGreeting(
  query: Query,
  { envelope, now }: Omit<VerifyParts, 'allowPlain'>,
): string | undefined {
  const { signature = '', timestamp = '', nonce = '', echostr = '' } = query;
  const isOurs = isFresh(timestamp, now) && envelope.isSigned({ signature, timestamp, nonce });
  return isOurs && echostr.length <= ECHO_MAX ? echostr : undefined;
}

export function verifyPush(query: Query, body: string, parts: VerifyParts): Verified {
  const { timestamp = '', encrypt_type: type } = query;
  if (!isFresh(timestamp, parts.now))
    return { ok: false, reason: timestamp === '' ? 'no_signature' : 'stale' };
  if (type === 'aes') return openSealed(query, body, parts);
  return parts.allowPlain ? readPlain(query, body, parts) : { ok: false, reason: 'plain' };
}

function openSealed(query: Query, body: string, { envelope }: VerifyParts): Verified {
  const { timestamp = '', nonce = '', msg_signature: signature } = query;
  if (signature === undefined) return { ok: false, reason: 'no_signature' };
  // In compatible mode the fields stand beside it in the clear; nothing vouches for those.
  const encrypted = readBody(body)?.Encrypt;
  if (encrypted === undefined) return { ok: false, reason: 'unreadable' };
  if (!envelope.isSigned({ signature, timestamp, nonce, encrypted })) return { ok: false, reason: 'forged' };
  const opened = envelope.open(encrypted);
  const fields = opened === undefined ? undefined : readBody(opened.message);
  if (opened === undefined || fields === undefined) return { ok: false, reason: 'unreadable' };
  return { ok: true, fields, format: formatOf(body), key: opened.key, nonce };
}

function readPlain(query: Query, body: string, { envelope }: VerifyParts): Verified {
  const { signature, timestamp = '', nonce = '' } = query;
  if (signature === undefined) return { ok: false, reason: 'no_signature' };
  if (!envelope.isSigned({ signature, timestamp, nonce })) return { ok: false, reason: 'forged' };
  const fields = readBody(body);
  if (fields === undefined) return { ok: false, reason: 'unreadable' };
  return { ok: true, fields, format: formatOf(body), key: undefined, nonce };
}

function formatOf(body: string): 'xml' | 'json' {
  return body.trimStart().startsWith('{') ? 'json' : 'xml';
}

/** A nonce memory would not help: WeChat's own repeats look like a replay, and are answered like the first. */
function isFresh(timestamp: string, now: number): boolean {
  return /^\d{10}$/u.test(timestamp) && Math.abs(Number(timestamp) - now / 1000) <= FRESH_S;
}
