/**
 * Opens the vault of a database: the key by which persons are found, and, once, the change from the time
 * when one key sealed everybody. Each person gets a key of their own and is sealed anew in one transaction,
 * so the change may be interrupted and goes on at the next start; until it is done nobody is served.
 */
import type { Clock, Random } from '../contracts/clock.ts';
import type { KeyProvider } from '../contracts/keys.ts';
import { AppError } from '../errors.ts';
import type { FreshKey, Sealing } from './person-keys.ts';
import { freshKey, INDEX_OWNER, insertKey } from './person-keys.ts';
import { digestWith, newDataKey, type OldSeal, oldSeal, sealFor } from './seal.ts';
import type { Db, Tx } from './tables.ts';

/** Written by versions that sealed everybody with one key: which one it was. */
const OLD_KEY_MARK = 'vault_key_mark';
const PERSONS_AT_ONCE = 100;

export interface AdoptParts {
  readonly db: Db;
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly random: Random;
  /** Held until the transaction ends; several processes may start at once. */
  readonly lock: (tx: Tx) => Promise<void>;
}

/** @throws AppError `vault_key_missing` when the keys given are not those of this database */
export async function openVault(parts: AdoptParts): Promise<Sealing> {
  const { db, keys } = parts;
  const mark = await oldMark(db);
  const indexKey = await indexKeyOf(parts, mark);
  // Looked for at every start: a process of the old version may have written until a moment ago.
  if (mark !== undefined) while ((await adoptSome(parts, mark)) > 0);
  return { keys, digest: digestWith(indexKey) };
}

async function oldMark(db: Db): Promise<string | undefined> {
  const query = db.selectFrom('settings').select('value').where('name', '=', OLD_KEY_MARK);
  return (await query.executeTakeFirst())?.value;
}

function oldSealOf(keys: KeyProvider, mark: string): OldSeal {
  const bare = keys.bare?.(mark);
  if (bare !== undefined) return oldSeal(bare);
  throw new AppError(
    'vault_key_missing',
    'The vault key does not belong to this database; give the key it was made with, or start with a new database.',
  );
}

// === The key of the digests

async function indexKeyOf(parts: AdoptParts, mark: string | undefined): Promise<Uint8Array> {
  const { db, keys, random, clock } = parts;
  const stored = () =>
    db.selectFrom('person_keys').select(['kek', 'wrapped']).where('ref', '=', INDEX_OWNER).executeTakeFirst();
  if ((await stored()) === undefined) {
    // Digests that are there already were made with the old one.
    const plain = mark === undefined ? newDataKey(random) : oldSealOf(keys, mark).indexKey;
    await insertKey(db, { ref: INDEX_OWNER, ...(await keys.wrap(plain, INDEX_OWNER)), at: clock.now() });
  }
  // Of several that began at once, the first one's key stands.
  const row = await stored();
  if (row === undefined) throw new Error('The key of the digests was neither written nor found');
  return keys.unwrap(row, INDEX_OWNER);
}

// === Persons of the time of one key

async function adoptSome(parts: AdoptParts, mark: string): Promise<number> {
  const refs = await withoutKey(parts.db);
  if (refs.length === 0) return 0;
  const old = oldSealOf(parts.keys, mark);
  const fresh = new Map<string, FreshKey>();
  // Keys first: a provider far away would otherwise hold the transaction.
  for (const ref of refs) fresh.set(ref, await freshKey(parts.keys, ref, parts.random));
  await parts.db.transaction().execute(async (tx) => {
    await parts.lock(tx);
    const open = new Set(await withoutKey(tx));
    for (const [ref, key] of fresh) if (open.has(ref)) await adopt(parts, tx, { ref, key, old });
  });
  return refs.length;
}

/** Persons, and those of whom only a signature is left. */
async function withoutKey(on: Db | Tx): Promise<readonly string[]> {
  const persons = await on
    .selectFrom('persons')
    .select('persons.ref as ref')
    .leftJoin('person_keys', 'person_keys.ref', 'persons.ref')
    .where('person_keys.ref', 'is', null)
    .orderBy('persons.ref')
    .limit(PERSONS_AT_ONCE)
    .execute();
  if (persons.length > 0) return persons.map(({ ref }) => ref);
  const signers = await on
    .selectFrom('pledges')
    .select('person_ref as ref')
    .distinct()
    .leftJoin('person_keys', 'person_keys.ref', 'pledges.person_ref')
    .where('sealed_signature', '<>', '')
    .where('person_keys.ref', 'is', null)
    .orderBy('person_ref')
    .limit(PERSONS_AT_ONCE)
    .execute();
  return signers.map(({ ref }) => ref);
}

interface Adopted {
  readonly ref: string;
  readonly key: FreshKey;
  readonly old: OldSeal;
}

async function adopt({ random, clock }: AdoptParts, tx: Tx, { ref, key, old }: Adopted): Promise<void> {
  await insertKey(tx, { ref, ...key.wrapped, at: clock.now() });
  const person = await tx.selectFrom('persons').select('sealed').where('ref', '=', ref).executeTakeFirst();
  if (person !== undefined && old.isOld(person.sealed)) {
    const sealed = sealFor(key.dataKey, `persons.sealed:${ref}`, old.open(ref, person.sealed), random);
    await tx.updateTable('persons').set({ sealed }).where('ref', '=', ref).execute();
  }
  const pledges = await tx
    .selectFrom('pledges')
    .select(['id', 'sealed_signature as strokes'])
    .where('person_ref', '=', ref)
    .execute();
  for (const { id, strokes } of pledges.filter((pledge) => old.isOld(pledge.strokes))) {
    const place = `pledges.sealed_signature:${id}` as const;
    const sealed_signature = sealFor(key.dataKey, place, old.open(id, strokes), random);
    await tx.updateTable('pledges').set({ sealed_signature }).where('id', '=', id).execute();
  }
}
