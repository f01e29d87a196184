/**
 * Access tokens. `stable_token` gives the same one until five minutes before it ends; then a new one,
 * and both count for those five minutes. `token` is a world of its own: each call makes a new one and the
 * one before lives on for five minutes.
 */
import type { Clock } from '../../../src/contracts/clock.ts';
import { type ApiError, apiError } from './errors.ts';

const LIFE_MS = 7_200_000;
const OVERLAP_MS = 300_000;
const DAY = 86_400_000;
const FORCED_A_DAY = 20;
const FORCED_APART_MS = 30_000;
/** Tokens are long, and longer ones are announced: what keeps them must hold 512 characters. */
const LENGTH = 157;

interface Token {
  readonly value: string;
  until: number;
  /** Ended by a newer one before its time: then it is invalid rather than expired. */
  isReplaced: boolean;
}

export interface Grant {
  readonly access_token: string;
  readonly expires_in: number;
}

export interface Tokens {
  stable(isForced: boolean): Grant | ApiError;
  plain(): Grant;
  /** Undefined when it is good. */
  problem(token: string | null): ApiError | undefined;
  /** All that were given are worthless from now on, as when somebody forces a new one elsewhere. */
  revoke(): void;
  /** Tokens made so far, of both kinds. */
  made(): number;
}

export function createTokens(clock: Clock, prefix = '87_'): Tokens {
  const given = new Map<string, Token>();
  let made = 0;
  let stable: Token | undefined;
  let plain: Token | undefined;
  let forced: number[] = [];

  function make(): Token {
    made += 1;
    const token = {
      value: `${prefix}${String(made).padEnd(8, 'T')}`.padEnd(LENGTH, 'x'),
      until: clock.now() + LIFE_MS,
      isReplaced: false,
    };
    given.set(token.value, token);
    return token;
  }
  const grant = (token: Token): Grant => ({
    access_token: token.value,
    expires_in: Math.floor((token.until - clock.now()) / 1000),
  });
  function endSoon(token: Token | undefined, ms: number): void {
    if (token === undefined || token.until <= clock.now() + ms) return;
    token.until = clock.now() + ms;
    token.isReplaced = true;
  }

  return {
    stable(isForced) {
      if (isForced) {
        forced = forced.filter((at) => clock.now() - at < DAY);
        if (clock.now() - (forced.at(-1) ?? Number.NEGATIVE_INFINITY) < FORCED_APART_MS)
          return apiError(45011);
        if (forced.length >= FORCED_A_DAY) return apiError(45009);
        forced.push(clock.now());
        endSoon(stable, 0);
        stable = make();
      } else if (stable === undefined || stable.until - clock.now() <= OVERLAP_MS) {
        stable = make();
      }
      return grant(stable);
    },
    plain() {
      endSoon(plain, OVERLAP_MS);
      plain = make();
      return grant(plain);
    },
    problem(value) {
      if (value === null || value === '') return apiError(41001);
      const token = given.get(value);
      if (token === undefined) return apiError(value.length < 20 ? 40014 : 40001);
      if (clock.now() < token.until) return undefined;
      return apiError(token.isReplaced ? 40001 : 42001);
    },
    revoke() {
      given.clear();
      stable = undefined;
      plain = undefined;
    },
    made: () => made,
  };
}
