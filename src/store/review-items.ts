/**
 * Sentences that were not understood for sure. One row a sentence, however often and by whomever it was
 * said: nothing in it leads back to a conversation. Written with the turn; forgotten when nobody has
 * said it for a season, or when there are too many.
 */
import { sql } from 'kysely';
import type { ReviewItem, ReviewItems, TurnCommit } from '../contracts/store.ts';
import type { StoreContext } from './context.ts';
import { readAlternatives, toInstant } from './parse.ts';
import { prepared } from './prepared.ts';
import type { ReviewItemsTable, Tx } from './tables.ts';

/** More than curators read in a month. The sentences not said for longest give way. */
const MOST_ITEMS = 2000;
/** So many leave at once at most, so that no turn pays for a long clearing. */
const MOST_LEAVING = 50;
/** Words of citizens are not kept longer than they are of use. */
const KEPT_FOR_MS = 90 * 24 * 3600 * 1000;
/** A primary key must fit into a page of the index; what is longer tells no more in its tail. */
const LONGEST_TEXT = 200;

export function reviewItems({ db, clock }: StoreContext): ReviewItems {
  const all = prepared((p: { oldest: number }) =>
    db
      .selectFrom('review_items')
      .selectAll()
      .where('last_at', '>=', p.oldest)
      .orderBy('n', 'desc')
      .orderBy('text'),
  );
  return {
    async reviewItems() {
      return (await all(db, { oldest: clock.now() - KEPT_FOR_MS })).rows.map(asItem);
    },
  };
}

function asItem(row: ReviewItemsTable): ReviewItem {
  return {
    text: row.text,
    action: row.action as ReviewItem['action'],
    alternatives: readAlternatives(row.alternatives),
    knowledge: row.knowledge,
    ...(row.region === null ? {} : { region: row.region }),
    count: row.n,
    firstAt: toInstant(row.first_at),
    lastAt: toInstant(row.last_at),
  };
}

/** What a turn says about the words it was unsure of. */
export function reviewWriter({ db }: StoreContext) {
  const upsert = prepared(
    (p: Omit<ReviewItemsTable, 'n' | 'first_at' | 'last_at'> & { readonly at: number }) =>
      db
        .insertInto('review_items')
        .values({
          text: p.text,
          action: p.action,
          alternatives: p.alternatives,
          knowledge: p.knowledge,
          region: p.region,
          n: 1,
          first_at: p.at,
          last_at: p.at,
        })
        .onConflict((conflict) =>
          conflict.column('text').doUpdateSet((eb) => ({
            action: eb.ref('excluded.action'),
            alternatives: eb.ref('excluded.alternatives'),
            knowledge: eb.ref('excluded.knowledge'),
            region: eb.ref('excluded.region'),
            last_at: eb.ref('excluded.last_at'),
            n: eb('review_items.n', '+', 1),
          })),
        )
        .returning('n'),
  );
  const clear = prepared((p: { oldest: number }) =>
    db
      .deleteFrom('review_items')
      .where((eb) =>
        eb.or([
          eb('last_at', '<', p.oldest),
          eb(
            'text',
            'in',
            eb
              .selectFrom('review_items as newest')
              .select('newest.text')
              .orderBy('newest.last_at', 'desc')
              .orderBy('newest.text', 'desc')
              .limit(sql.lit(MOST_LEAVING))
              .offset(sql.lit(MOST_ITEMS)),
          ),
        ]),
      ),
  );
  return async (tx: Tx, { uncertain }: TurnCommit, at: number): Promise<void> => {
    if (uncertain === undefined) return;
    const { action, alternatives, knowledge, region } = uncertain;
    const { rows } = await upsert(tx, {
      text: uncertain.text.slice(0, LONGEST_TEXT).toWellFormed(),
      action,
      alternatives: JSON.stringify(alternatives),
      knowledge,
      region: region ?? null,
      at,
    });
    if (rows[0]?.n === 1) await clear(tx, { oldest: at - KEPT_FOR_MS });
  };
}
