/**
 * Calls to Tencent's API. Business errors are values; only what cannot be helped here is left to the caller.
 * Secrets travel in the query strings of this API, so no address and no answer ever gets into an error or a log.
 */
import { z } from 'zod';
import type { Clock } from '../../contracts/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import { AppError } from '../../errors.ts';
import { type Reaction, reactionTo } from './errors.ts';
import { createTokens, type FreshToken, type Tokens } from './token.ts';

export type ApiOutcome =
  | { readonly kind: 'done'; readonly data: JsonObject }
  | { readonly kind: 'refused'; readonly code: number; readonly reaction: Reaction }
  /** Asked, and no answer came: it may have been done or not. */
  | { readonly kind: 'lost' }
  /** It never got there. */
  | { readonly kind: 'unreached' };

export interface Call {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** With a body it is a POST. */
  readonly body?: JsonObject;
}

export interface ApiParts {
  readonly base: string;
  readonly clock: Clock;
  /** How this account asks for its token; the answer is `{access_token, expires_in}`. */
  readonly tokenCall: Call;
  readonly timeoutMs?: number;
  /** Told of every outcome: the path, and a code or a word. */
  readonly onCall?: (path: string, outcome: string) => void;
}

export interface Api {
  /** With the token of the account, and once more with a new one when Tencent says that it has ended. */
  call(call: Call): Promise<ApiOutcome>;
  /** Without a token. */
  callBare(call: Call): Promise<ApiOutcome>;
  /** A file, with the token; undefined when it cannot be had. */
  download(call: Omit<Call, 'body'>): Promise<Uint8Array | undefined>;
  readonly tokens: Pick<Tokens, 'get' | 'ageMs'>;
}

/** Tencent answers within a second or not at all. */
const TIMEOUT_MS = 8_000;

const answerSchema = z.record(z.string(), z.json());
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

export function createApi(parts: ApiParts): Api {
  const { base, clock, tokenCall, timeoutMs = TIMEOUT_MS } = parts;

  async function callBare(call: Call): Promise<ApiOutcome> {
    const outcome = await ask(base, call, timeoutMs);
    parts.onCall?.(call.path, outcome.kind === 'refused' ? String(outcome.code) : outcome.kind);
    return outcome;
  }

  async function askToken(): Promise<FreshToken> {
    const outcome = await callBare(tokenCall);
    const given = tokenSchema.safeParse(outcome.kind === 'done' ? outcome.data : undefined);
    if (given.success) return { token: given.data.access_token, livesMs: given.data.expires_in * 1000 };
    const code = outcome.kind === 'refused' ? outcome.code : outcome.kind;
    throw new AppError(
      'channel_unavailable',
      `Tencent gave no access token (${code}); see connectors/wechat/NOTES.md`,
    );
  }

  const tokens = createTokens({ ask: askToken, clock });

  async function callOnce(call: Call): Promise<{ readonly token: string; readonly outcome: ApiOutcome }> {
    const token = await tokens.get();
    const outcome = await callBare({ ...call, query: { ...call.query, access_token: token } });
    return { token, outcome };
  }

  return {
    callBare,
    tokens,
    async download({ path, query }) {
      const token = await tokens.get();
      const bytes = await fetchBytes(
        addressOf(base, { path, query: { ...query, access_token: token } }),
        timeoutMs,
      );
      parts.onCall?.(path, bytes === undefined ? 'lost' : 'done');
      return bytes;
    },
    async call(call) {
      const { token, outcome } = await callOnce(call);
      if (outcome.kind !== 'refused' || outcome.reaction !== 'refresh') return outcome;
      tokens.drop(token);
      return (await callOnce(call)).outcome;
    },
  };
}

function addressOf(base: string, { path, query = {} }: Call): URL {
  const address = new URL(path, base);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  return address;
}

/** The longest recording has two megabytes. */
const FILE_MAX_BYTES = 2 * 1024 * 1024;

/** An error comes as JSON in place of the file. */
async function fetchBytes(address: URL, timeoutMs: number): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const isFile = response.ok && response.headers.get('content-type')?.includes('json') !== true;
    if (!isFile || Number(response.headers.get('content-length') ?? 0) > FILE_MAX_BYTES) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length > FILE_MAX_BYTES ? undefined : bytes;
  } catch {
    return undefined;
  }
}

async function ask(base: string, call: Call, timeoutMs: number): Promise<ApiOutcome> {
  const address = addressOf(base, call);
  const { body } = call;
  try {
    const response = await fetch(address, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    return outcomeOf(answerSchema.safeParse(JSON.parse(await response.text())).data);
  } catch (error) {
    return { kind: neverLeft(error) ? 'unreached' : 'lost' };
  }
}

function outcomeOf(data: JsonObject | undefined): ApiOutcome {
  if (data === undefined) return { kind: 'lost' };
  const code = data.errcode;
  if (typeof code !== 'number' || code === 0) return { kind: 'done', data };
  return { kind: 'refused', code, reaction: reactionTo(code) };
}

const NEVER_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function neverLeft(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && NEVER_LEFT.has(String(cause.code));
}
