/**
 * Where apps of ours are installed. Each is sealed with a data key of its own, wrapped and rotated like those of
 * persons; with its key it is gone for good, also in copies.
 */
import type { Installations } from '../contracts/installations.ts';
import type { StoreContext } from './context.ts';
import { toInstant } from './parse.ts';
import { freshKey, personKeys, type Sealing } from './person-keys.ts';
import { openFor, type Place, sealFor } from './seal.ts';

export function installations(context: StoreContext, { keys }: Pick<Sealing, 'keys'>): Installations {
  const { db, clock, random, inTx } = context;
  const dataKeys = personKeys(context, keys);
  return {
    async keepInstallation({ platform, id, secret }) {
      const owner = ownerOf(platform, id);
      const fresh = await freshKey(keys, owner, random);
      const sealed = sealFor(fresh.dataKey, placeOf(platform, id), secret, random);
      const installedAt = clock.now();
      await inTx(async (tx) => {
        // A key of its own each time: what was sealed before is gone for good.
        await tx.deleteFrom('person_keys').where('ref', '=', owner).execute();
        await dataKeys.keep(tx, owner, fresh);
        await tx
          .insertInto('installations')
          .values({ platform, id, sealed, installed_at: installedAt })
          .onConflict((conflict) =>
            conflict.columns(['platform', 'id']).doUpdateSet({ sealed, installed_at: installedAt }),
          )
          .execute();
      });
    },
    async installations(platform) {
      const rows = await db
        .selectFrom('installations')
        .selectAll()
        .where('platform', '=', platform)
        .orderBy('installed_at', 'desc')
        .orderBy('id')
        .execute();
      const opened = await Promise.all(
        rows.map(async ({ id, sealed, installed_at: at }) => {
          const key = await dataKeys.of(ownerOf(platform, id));
          if (key === undefined) return [];
          const secret = openFor(key, placeOf(platform, id), sealed);
          return [{ platform, id, secret, installedAt: toInstant(at) }];
        }),
      );
      return opened.flat();
    },
    removeInstallation: (platform, id) =>
      inTx(async (tx) => {
        await tx.deleteFrom('installations').where('platform', '=', platform).where('id', '=', id).execute();
        await tx.deleteFrom('person_keys').where('ref', '=', ownerOf(platform, id)).execute();
      }),
  };
}

/** Stands where a person's reference stands; theirs never has a colon. */
const ownerOf = (platform: string, id: string): string => `installation:${platform}:${id}`;
const placeOf = (platform: string, id: string): Place => `installations.sealed:${platform}:${id}`;
