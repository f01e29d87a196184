/**
 * Codes that allow one word to somebody who has opened the talk and not written yet. They hold for twenty
 * seconds, so they are kept in this process only: where another process delivers, the greeting waits for the first word.
 */
import type { Clock } from '../../../contracts/clock.ts';

const VALID_MS = 20_000;
/** More people do not open a talk within twenty seconds. */
const KEPT = 2_000;

export interface Welcomes {
  keep(user: string, code: string): void;
  /** Once. */
  take(user: string): string | undefined;
}

export function createWelcomes(clock: Clock): Welcomes {
  const codes = new Map<string, { readonly code: string; readonly until: number }>();
  return {
    keep(user, code) {
      codes.delete(user);
      codes.set(user, { code, until: clock.now() + VALID_MS });
      if (codes.size > KEPT) codes.delete(codes.keys().next().value as string);
    },
    take(user) {
      const found = codes.get(user);
      codes.delete(user);
      return found !== undefined && clock.now() < found.until ? found.code : undefined;
    },
  };
}
