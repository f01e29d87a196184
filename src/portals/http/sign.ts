/**
 * Signed requests: HTTP Message Signatures (RFC 9421) with HMAC-SHA256, and Content-Digest (RFC 9530).
 *
 * Of the many forms the standard allows, we write and accept exactly one: method, path, digest of the
 * body and, for acts, the idempotency key are signed, in this order, with the time and a nonce. The
 * host is left out, because proxies in front of a bureau change it.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface Signable {
  readonly method: string;
  readonly path: string;
  readonly body: string | Uint8Array;
  readonly idempotencyKey?: string | undefined;
}

export interface SigningKey {
  readonly keyId: string;
  readonly secret: string;
}

/** Clocks may differ by this much, and a request may have been under way as long. */
export const WINDOW_MS = 120_000;

const LABEL = 'sig1';

/** Headers that prove who sent the request and that nobody changed it. */
export function sign(
  what: Signable,
  how: SigningKey & { readonly now: number; readonly nonce: string },
): Record<string, string> {
  const digest = contentDigest(what.body);
  const components = componentsOf(what, digest);
  const names = components.map(([name]) => `"${name}"`).join(' ');
  const created = Math.floor(how.now / 1000);
  const params = `(${names});created=${created};nonce="${how.nonce}";keyid="${how.keyId}";alg="hmac-sha256"`;
  const signature = hmac(signatureBase(components, params), how.secret).toString('base64');
  return {
    'Content-Digest': digest,
    'Signature-Input': `${LABEL}=${params}`,
    Signature: `${LABEL}=:${signature}:`,
  };
}

export type Verdict = 'ok' | 'unauthorized' | 'replayed';

export interface Verifier {
  readonly secretOf: (keyId: string) => string | undefined;
  readonly now: number;
  readonly nonces: Nonces;
}

/** Judges a request by its headers. A nonce is only remembered when the signature is right, so strangers cannot fill the memory. */
export function verify(
  what: Signable,
  header: (name: string) => string | undefined,
  { secretOf, now, nonces }: Verifier,
): Verdict {
  const input = parseInput(header('signature-input'));
  const given = /^sig1=:([A-Za-z0-9+/]{43}=):$/u.exec(header('signature') ?? '')?.[1];
  if (input === undefined || given === undefined) return 'unauthorized';
  const digest = contentDigest(what.body);
  const components = componentsOf(what, digest);
  const isCovered = components.map(([name]) => `"${name}"`).join(' ') === input.names;
  const isFresh = Math.abs(now - input.createdMs) <= WINDOW_MS;
  const isWhole = header('content-digest') === digest;
  const secret = secretOf(input.keyId);
  // An unknown key is checked against a secret as well, so that time does not tell which keys there are.
  const expected = hmac(signatureBase(components, input.params), secret ?? 'nobody');
  const isRight = timingSafeEqual(expected, Buffer.from(given, 'base64'));
  if (!isRight || secret === undefined || !isCovered || !isFresh || !isWhole) return 'unauthorized';
  return nonces.take(`${input.keyId}:${input.nonce}`, { until: input.createdMs + WINDOW_MS, now })
    ? 'ok'
    : 'replayed';
}

/** The text that is signed, RFC 9421 section 2.5. */
export function signatureBase(components: readonly (readonly [string, string])[], params: string): string {
  const lines = components.map(([name, value]) => `"${name}": ${value}`);
  return [...lines, `"@signature-params": ${params}`].join('\n');
}

function componentsOf(what: Signable, digest: string): readonly (readonly [string, string])[] {
  return [
    ['@method', what.method],
    ['@path', what.path],
    ['content-digest', digest],
    ...(what.idempotencyKey === undefined ? [] : [['idempotency-key', what.idempotencyKey] as const]),
  ];
}

const INPUT =
  /^sig1=(?<params>\((?<names>[a-z"@ -]{1,200})\);created=(?<created>\d{1,12});nonce="(?<nonce>[\w-]{16,64})";keyid="(?<keyId>[\w.:-]{1,64})";alg="hmac-sha256")$/u;

function parseInput(header: string | undefined) {
  const groups = INPUT.exec(header ?? '')?.groups;
  if (groups === undefined) return undefined;
  const { params = '', names = '', created = '', nonce = '', keyId = '' } = groups;
  return { params, names, createdMs: Number(created) * 1000, nonce, keyId };
}

function contentDigest(body: string | Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

/** @internal for the example of the standard */
export function hmac(text: string, secret: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

// === Nonces

export interface Nonces {
  /** False when it was taken before, or when there is no room: then nothing is let in. */
  take(nonce: string, times: { readonly until: number; readonly now: number }): boolean;
}

/** 100,000 signed requests in four minutes are more than one office answers. */
const NONCES = 100_000;

/** Remembers nonces as long as a request that carries one would still be fresh; in memory, see NOTES.md. */
export function createNonces(max = NONCES): Nonces {
  const taken = new Map<string, number>();
  return {
    take(nonce, { until, now }) {
      for (const [old, end] of taken) {
        if (end >= now) break;
        taken.delete(old);
      }
      if (taken.has(nonce) || taken.size >= max) return false;
      taken.set(nonce, until);
      return true;
    },
  };
}
