/**
 * The API of WeCom's customer service, as far as we use it. Every answer is HTTP 200 with a code; the codes
 * are classified here, once. The secret and the token travel in addresses: no address goes into a log or an error.
 *
 * Codes of the 95xxx family were not seen live; `NOTES.md` says what to compare at the first real account.
 */
import { z } from 'zod';
import type { Clock } from '../../../contracts/clock.ts';
import { AppError } from '../../../errors.ts';

export interface KfClientParts {
  readonly apiBase: string;
  readonly corpId: string;
  readonly secret: string;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
}

/** What a code means for what to do next. */
export type Refusal =
  /** The window of 48 hours is over, or five messages were sent in it. */
  | 'window'
  /** Staff have the talk, or it is over. */
  | 'session'
  /** The token of the push is over. */
  | 'push_token'
  /** This citizen, servicer or content will not be taken, however often it is tried. */
  | 'never';

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal; readonly errcode: number };

export interface KfClient {
  /** @throws AppError `channel_unavailable` when trying again later can help */
  call<T>(path: string, body: object, schema: z.ZodType<T>): Promise<Result<T>>;
}

const CALL_MS = 10_000;
/** A token is asked for anew before it ends: a call under way must not be caught by its end. */
const SPARE_MS = 300_000;
const TOKEN_IS_OVER: ReadonlySet<number> = new Set([40001, 40014, 42001]);
/** Busy, a quota of the day or minute, an address missing in the white list: later, and somebody should look. */
const LATER: ReadonlySet<number> = new Set([-1, 45009, 45011, 45033, 60020]);
const REFUSALS: Readonly<Record<number, Refusal>> = {
  95001: 'window',
  95002: 'window',
  95007: 'push_token',
  95013: 'session',
  95016: 'session',
  95018: 'session',
};

const envelope = z.looseObject({ errcode: z.number().int().default(0) });
const tokenSchema = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive() });

export function createKfClient(parts: KfClientParts): KfClient {
  const { clock, apiBase, corpId, secret } = parts;
  const send = parts.fetch ?? fetch;
  let token: Promise<{ readonly text: string; readonly until: number }> | undefined;

  async function ask(path: string, query: Record<string, string>, body?: object): Promise<unknown> {
    try {
      const response = await send(`${apiBase}${path}?${new URLSearchParams(query)}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { 'Content-Type': 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(CALL_MS),
      });
      return await response.json();
    } catch (error) {
      // The original error may hold the address, and so the secret: only its kind is kept.
      throw unavailable(path, error instanceof Error ? error.name : 'no answer');
    }
  }

  async function fetchToken(): Promise<{ readonly text: string; readonly until: number }> {
    const answer = await ask('/cgi-bin/gettoken', { corpid: corpId, corpsecret: secret });
    const read = tokenSchema.safeParse(answer);
    if (!read.success) throw unavailable('/cgi-bin/gettoken', String(codeOf(answer)));
    return { text: read.data.access_token, until: clock.now() + read.data.expires_in * 1_000 - SPARE_MS };
  }

  /** Callers at the same time share one request. */
  async function tokenText(): Promise<string> {
    const known = await token?.catch(() => undefined);
    if (known !== undefined && clock.now() < known.until) return known.text;
    if (known !== undefined || token === undefined) token = fetchToken();
    try {
      return (await token).text;
    } catch (error) {
      token = undefined;
      throw error;
    }
  }

  return {
    async call(path, body, schema) {
      for (const isLastTry of [false, true]) {
        const text = await tokenText();
        const answer = await ask(path, { access_token: text }, body);
        const errcode = codeOf(answer);
        if (TOKEN_IS_OVER.has(errcode) && !isLastTry) {
          if ((await token?.catch(() => undefined))?.text === text) token = undefined;
          continue;
        }
        if (errcode === 0) {
          const read = schema.safeParse(answer);
          if (read.success) return { ok: true, value: read.data };
          throw unavailable(path, 'an answer of another form');
        }
        if (LATER.has(errcode) || TOKEN_IS_OVER.has(errcode)) throw unavailable(path, String(errcode));
        return { ok: false, refusal: REFUSALS[errcode] ?? 'never', errcode };
      }
      throw unavailable(path, 'no token');
    },
  };
}

/** -1, which is tried again, for what is no answer of the API at all. */
function codeOf(answer: unknown): number {
  const read = envelope.safeParse(answer);
  return read.success ? read.data.errcode : -1;
}

function unavailable(path: string, what: string): AppError {
  return new AppError('channel_unavailable', `WeCom answered ${path} with ${what}; it will be tried again`);
}
