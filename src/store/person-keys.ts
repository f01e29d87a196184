/** The data keys of persons, each wrapped by the key provider. A key that is deleted takes all it sealed with it. */
import type { Random } from '../contracts/clock.ts';
import type { KeyProvider, WrappedKey } from '../contracts/keys.ts';
import type { StoreContext } from './context.ts';
import { prepared } from './prepared.ts';
import { type Digest, newDataKey } from './seal.ts';
import type { Db, Tx } from './tables.ts';

/** Stands where a person's reference stands: the key of the digests that persons are found by. */
export const INDEX_OWNER = 'index';

/** What rooms of the store need in order to seal and to find. */
export interface Sealing {
  readonly keys: KeyProvider;
  readonly digest: Digest;
}

export interface FreshKey {
  readonly dataKey: Uint8Array;
  readonly wrapped: WrappedKey;
}

/** Made before the transaction that keeps it: the provider may be far away. */
export async function freshKey(keys: KeyProvider, owner: string, random: Random): Promise<FreshKey> {
  const dataKey = newDataKey(random);
  return { dataKey, wrapped: await keys.wrap(dataKey, owner) };
}

export interface PersonKeys {
  /** Undefined when the person was deleted, or never there. */
  of(ref: string): Promise<Uint8Array | undefined>;
  keep(tx: Tx, ref: string, key: FreshKey): Promise<void>;
}

export function personKeys({ db, clock }: Pick<StoreContext, 'db' | 'clock'>, keys: KeyProvider): PersonKeys {
  const find = prepared((p: { ref: string }) =>
    db.selectFrom('person_keys').select(['kek', 'wrapped']).where('ref', '=', p.ref),
  );
  const insert = prepared((p: NewKey) => insertion(db, p));
  return {
    async of(ref) {
      const row = (await find(db, { ref })).rows[0];
      return row && keys.unwrap(row, ref);
    },
    async keep(tx, ref, { wrapped }) {
      await insert(tx, { ref, ...wrapped, at: clock.now() });
    },
  };
}

type NewKey = WrappedKey & { readonly ref: string; readonly at: number };

export async function insertKey(on: Db | Tx, key: NewKey): Promise<void> {
  await insertion(on, key).execute();
}

function insertion(on: Db | Tx, { ref, kek, wrapped, at }: NewKey) {
  return on
    .insertInto('person_keys')
    .values({ ref, kek, wrapped, created_at: at, wrapped_at: at })
    .onConflict((conflict) => conflict.column('ref').doNothing());
}
