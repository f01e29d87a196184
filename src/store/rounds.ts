/**
 * Work that one process does for all of them. Nobody is appointed: whoever comes first in a while does
 * it, and one that dies over it is followed by the next to come.
 */
import { prepared } from './prepared.ts';
import type { Db } from './tables.ts';

/** The last backup that became whole, by whomever. */
export const BACKUP_ROUND = 'backup';

export interface Rounds {
  /**
   * True when nobody has begun this work since `since`; then it counts as begun at `now`. One conditional
   * write, so of several that ask at once a single one is told yes.
   */
  claim(name: string, span: { readonly since: number; readonly now: number }): Promise<boolean>;
}

export function createRounds(db: Db): Rounds {
  const begin = prepared((p: { name: string; since: number; now: number }) =>
    db
      .insertInto('rounds')
      .values({ name: p.name, at: p.now })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ at: p.now }).where('rounds.at', '<', p.since),
      ),
  );
  return {
    claim: async (name, span) => (await begin(db, { name, ...span })).changed > 0,
  };
}
