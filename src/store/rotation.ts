/** Wrapping all data keys anew under another key. Nothing that was sealed is touched: only the keys are. */
import { timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { KeyProvider, KeyStore } from '../contracts/keys.ts';
import { AppError } from '../errors.ts';
import type { StoreContext } from './context.ts';
import { HOUSE_CHAIN } from './house-chain.ts';
import type { Rooms } from './rooms.ts';
import type { Db, PersonKeysTable } from './tables.ts';

const KEYS_AT_ONCE = 200;

export function rotation(context: StoreContext, keys: KeyProvider, rooms: Rooms): KeyStore {
  const { db, inTx } = context;

  async function note(action: string, data: { readonly [name: string]: string | number }): Promise<void> {
    await inTx(async (tx) => {
      const { auditN: n } = await rooms.takeNumbers(tx, HOUSE_CHAIN, { lines: 0, audits: 1 });
      await rooms.appendAudit(tx, { conversation: HOUSE_CHAIN, n, actor: 'clerk', action, data });
    });
  }

  return {
    async keyStatus() {
      const active = keys.active();
      const rows = await wrapsOf(db);
      const ids = [...new Set([...keys.ids(), ...rows.keys()])];
      const dataKeys = [...rows.values()].reduce((sum, n) => sum + n, 0);
      return {
        active,
        keys: ids.map((id) => ({ id, wraps: rows.get(id) ?? 0, isKnown: keys.ids().includes(id) })),
        dataKeys,
        pending: dataKeys - (rows.get(active) ?? 0),
      };
    },
    async rotateKeys() {
      const active = keys.active();
      let rewrapped = 0;
      // Until none is left: a process that has not heard of the new key may go on with the old one for a while.
      for (let rows = await notUnder(db, active); rows.length > 0; rows = await notUnder(db, active)) {
        for (const row of rows) rewrapped += await rewrap(context, keys, row);
      }
      const verified = await verify(db, keys);
      const dataKeys = (await wrapsOf(db)).get(active) ?? 0;
      await note('keys.rotated', { active, rewrapped, dataKeys });
      return { active, rewrapped, dataKeys, verified };
    },
    async retireKey(id) {
      const wraps = (await wrapsOf(db)).get(id) ?? 0;
      if (wraps > 0 || id === keys.active()) {
        throw new AppError(
          'bad_input',
          `Key ${id} still wraps ${wraps} data keys${id === keys.active() ? ' and is the active one' : ''}; rotate first.`,
        );
      }
      await note('keys.retired', { key: id });
    },
  };
}

async function wrapsOf(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('person_keys')
    .select((eb) => ['kek', eb.fn.countAll<number>().as('n')] as const)
    .groupBy('kek')
    .execute();
  return new Map(rows.map(({ kek, n }) => [kek, Number(n)]));
}

async function notUnder(db: Db, active: string): Promise<readonly PersonKeysTable[]> {
  return db
    .selectFrom('person_keys')
    .selectAll()
    .where('kek', '<>', active)
    .orderBy('ref')
    .limit(sql.lit(KEYS_AT_ONCE))
    .execute();
}

/** Gives 1, or 0 when somebody else was faster or the person was deleted meanwhile. */
async function rewrap({ db, clock }: StoreContext, keys: KeyProvider, row: PersonKeysTable): Promise<number> {
  const dataKey = await keys.unwrap(row, row.ref);
  const anew = await keys.wrap(dataKey, row.ref);
  // Read back before the old one is given up.
  if (!timingSafeEqual(await keys.unwrap(anew, row.ref), dataKey)) {
    throw new Error(
      `The data key of ${row.ref} does not come back from key ${anew.kek}; nothing was changed`,
    );
  }
  const { numUpdatedRows } = await db
    .updateTable('person_keys')
    .set({ ...anew, wrapped_at: clock.now() })
    .where('ref', '=', row.ref)
    .where('wrapped', '=', row.wrapped)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Unwraps every data key there is. @throws when one cannot be read */
async function verify(db: Db, keys: KeyProvider): Promise<number> {
  let after = '';
  let verified = 0;
  for (;;) {
    const rows = await db
      .selectFrom('person_keys')
      .selectAll()
      .where('ref', '>', after)
      .orderBy('ref')
      .limit(sql.lit(KEYS_AT_ONCE))
      .execute();
    if (rows.length === 0) return verified;
    for (const row of rows) await keys.unwrap(row, row.ref);
    verified += rows.length;
    after = rows.at(-1)?.ref ?? after;
  }
}
