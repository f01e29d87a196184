/**
 * The API of WeCom's customer service: what its codes mean for what to do next. Codes of the 95xxx family were
 * not seen live; `NOTES.md` says what to compare at the first real account.
 */
import type { z } from 'zod';
import type { Clock } from '../../../contracts/clock.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { AppError } from '../../../errors.ts';
import { createApi } from '../api.ts';
import type { Reaction } from '../errors.ts';

export interface KfClientParts {
  readonly apiBase: string;
  readonly corpId: string;
  readonly secret: string;
  readonly clock: Clock;
  /** A code that somebody must look at. */
  readonly onFailure?: ((code: string) => void) | undefined;
}

export type Refusal =
  /** The window of 48 hours is over, or five messages were sent in it. */
  | 'window'
  /** Staff have the talk, or it is over. */
  | 'session'
  /** This citizen, servicer, token or content will not be taken, however often it is tried. */
  | 'never';

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal; readonly code: number };

export interface KfClient {
  /** @throws AppError `channel_unavailable` when trying again later can help */
  call<T>(path: string, body: JsonObject, schema: z.ZodType<T>): Promise<Result<T>>;
}

/** The session is over, may not be changed this way, or is not one in which we may speak. */
const SESSION: ReadonlySet<number> = new Set([95013, 95016, 95018]);
/** Nothing about this message: the same later, when somebody has looked or the quota is back. */
const LATER: ReadonlySet<Reaction> = new Set(['retry', 'refresh', 'alarm']);

export function createKfClient({ apiBase, corpId, secret, clock, onFailure }: KfClientParts): KfClient {
  const query = { corpid: corpId, corpsecret: secret };
  const api = createApi({ base: apiBase, clock, tokenCall: { path: '/cgi-bin/gettoken', query } });
  return {
    async call(path, body, schema) {
      const outcome = await api.call({ path, body });
      if (outcome.kind === 'done') {
        const read = schema.safeParse(outcome.data);
        if (read.success) return { ok: true, value: read.data };
        throw unavailable(path, 'an answer of another form');
      }
      if (outcome.kind !== 'refused') throw unavailable(path, outcome.kind);
      const { code, reaction } = outcome;
      if (reaction === 'alarm') onFailure?.(`wecom_${code}`);
      if (LATER.has(reaction)) throw unavailable(path, String(code));
      const refusal = SESSION.has(code) ? 'session' : reaction === 'shut' ? 'window' : 'never';
      return { ok: false, refusal, code };
    },
  };
}

function unavailable(path: string, what: string): AppError {
  return new AppError('channel_unavailable', `WeCom answered ${path} with ${what}; it will be tried again`);
}
