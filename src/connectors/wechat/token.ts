/**
 * The access token of an account. Asked for when it is needed and nobody asks already; kept until shortly
 * before it ends. Other processes may hold another one: in its normal mode Tencent gives all the same, and
 * lets old and new overlap by five minutes. It is never forced anew: that would end everybody else's.
 */
import type { Clock } from '../../contracts/clock.ts';

export interface FreshToken {
  readonly token: string;
  readonly livesMs: number;
}

export interface Tokens {
  /** @throws what `ask` throws */
  get(): Promise<string>;
  /** Tencent says that this one is not valid: the next `get` asks again, unless somebody did meanwhile. */
  drop(token: string): void;
  /** How long ago the token in use was given; undefined while there is none. */
  ageMs(): number | undefined;
}

/** Within the five minutes in which Tencent gives the next one already. */
const EARLY_MS = 240_000;

export function createTokens({ ask, clock }: { ask: () => Promise<FreshToken>; clock: Clock }): Tokens {
  let held: { readonly token: string; readonly since: number; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;

  async function fetchNew(): Promise<string> {
    const since = clock.now();
    const { token, livesMs } = await ask();
    held = { token, since, until: since + Math.max(livesMs - EARLY_MS, livesMs / 2) };
    return token;
  }

  return {
    get() {
      if (held !== undefined && clock.now() < held.until) return Promise.resolve(held.token);
      asking ??= fetchNew().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    drop(token) {
      if (held?.token === token) held = undefined;
    },
    ageMs: () => (held === undefined ? undefined : clock.now() - held.since),
  };
}
