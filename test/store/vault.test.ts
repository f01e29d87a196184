import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { personDigest } from '../../src/domain/masking.ts';
import { openStore } from '../../src/store/open.ts';
import { BACKENDS, LASTING } from './backends.ts';
import { begun, commitOf, countedRandom, openWorld, type World } from './world.ts';

const CHEN = { name: '陈示例', documentType: 'resident_id', documentNumber: '990101199001011232' } as const;
const LIN = { name: '林示例', documentType: 'passport', documentNumber: 'E99900017' } as const;
const SIGNATURE = 'data:image/png;base64,planted-strokes';

describe.each(BACKENDS)('the vault on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  test('a person is read back as remembered', async () => {
    const ref = await world.store.remember(CHEN);
    expect(await world.store.reveal(ref)).toEqual({ ref, ...CHEN });
    expect(await world.store.reveal('p_none' as never)).toBeUndefined();
  });

  test('a name misspelt by somebody else does not change what the person proved', async () => {
    const proved = await world.store.remember(CHEN);
    const misspelt = await world.store.remember({ ...CHEN, name: '陈示列' });
    expect(await world.store.remember(CHEN)).toBe(proved);
    expect(misspelt).not.toBe(proved);
    expect((await world.store.reveal(proved))?.name).toBe('陈示例');
    expect((await world.store.reveal(misspelt))?.name).toBe('陈示列');
  });

  test('a person remembered by many at once is one person', async () => {
    const refs = await Promise.all(Array.from({ length: 8 }, () => world.store.remember(CHEN)));
    expect(new Set(refs).size).toBe(1);
    expect(await world.store.reveal(refs[0] as never)).toMatchObject(CHEN);
  });

  test('a look with a reason stands in the audit chain of its conversation, by reference only', async () => {
    const ref = await world.store.remember(CHEN);
    const { id } = await begun(world, 'chen');
    await world.store.reveal(ref, { conversation: id, purpose: 'task:bind' });
    await world.store.reveal('p_none' as never, { conversation: id, purpose: 'task:bind' });
    const rows = await world.opened.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'person.revealed')
      .execute();
    expect(rows.map((row) => JSON.parse(row.data))).toEqual([{ person: ref, purpose: 'task:bind' }]);
    expect(rows[0]?.data).not.toContain(CHEN.name);
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  test('a person is found by the digest of the office', async () => {
    const ref = await world.store.remember(CHEN);
    expect(await world.store.byDigest(personDigest(CHEN.documentType, CHEN.documentNumber))).toBe(ref);
    expect(await world.store.byDigest(personDigest(LIN.documentType, LIN.documentNumber))).toBeUndefined();
  });

  test('the conversations a person verified in are listed, newest first', async () => {
    const ref = await world.store.remember(CHEN);
    const person = { ref, maskedName: '陈*例', until: '2026-11-24T09:00:00.000Z' };
    const verified = [];
    for (const user of ['lin', 'wang']) {
      const conversation = await begun(world, user);
      const profile = { ...conversation.profile, person };
      await world.store.commitTurn(commitOf({ ...conversation, profile }, [1]));
      verified.unshift(conversation.id);
      world.clock.advance(1_000);
    }
    expect(await world.store.conversationsOf(ref)).toEqual(verified);
  });

  test('nothing personal stands in any table in the clear', async () => {
    const person = await world.store.remember(CHEN);
    await world.store.remember(LIN);
    await world.store.keepPledge({
      person,
      version: '1',
      digest: 'abc',
      signature: SIGNATURE,
      signedAt: '2026-11-24T08:00:00.000Z',
    });
    const everything = await allRows(world);
    expect(everything).toContain('"keepers":3');
    const office = personDigest(CHEN.documentType, CHEN.documentNumber);
    for (const planted of [CHEN.name, LIN.name, CHEN.documentNumber, LIN.documentNumber, SIGNATURE, office]) {
      expect(everything).not.toContain(planted);
      expect(everything).not.toContain(Buffer.from(planted).toString('base64').slice(0, -4));
    }
  });

  test('a pledge is kept with its signature sealed', async () => {
    const person = await world.store.remember(CHEN);
    const signedAt = '2026-11-24T08:00:00.000Z';
    await world.store.keepPledge({ person, version: '1', digest: 'abc', signature: SIGNATURE, signedAt });
    const row = await world.opened.db.selectFrom('pledges').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({
      person_ref: person,
      version: '1',
      digest: 'abc',
      signed_at: Date.parse(signedAt),
    });
    expect(row.sealed_signature).not.toContain(SIGNATURE);
    expect((await world.store.everythingOf(person))?.pledges).toMatchObject([{ signature: SIGNATURE }]);
  });

  test('a sealed person does not open in the row of another', async () => {
    const [chen, lin] = [await world.store.remember(CHEN), await world.store.remember(LIN)];
    const { sealed } = await world.opened.db
      .selectFrom('persons')
      .select('sealed')
      .where('ref', '=', lin)
      .executeTakeFirstOrThrow();
    await world.opened.db.updateTable('persons').set({ sealed }).where('ref', '=', chen).execute();
    await expect(world.store.reveal(chen)).rejects.toThrow();
  });
});

/** Every table there is, also those this test has never heard of. */
async function allRows({ opened: { db }, place }: World): Promise<string> {
  const names = place.url.startsWith('postgres')
    ? sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`
    : sql<{ name: string }>`select name from sqlite_master where type = 'table'`;
  let keepers = 0;
  const tables = [];
  for (const { name } of (await names.execute(db)).rows) {
    const { rows } = await sql`select * from ${sql.table(name)}`.execute(db);
    if (name === 'persons' || name === 'pledges') keepers += rows.length;
    tables.push(rows);
  }
  return `"keepers":${keepers} ${JSON.stringify(tables)}`;
}

test.each(LASTING)('on $name a database is not opened with a key that is not its own', async (backend) => {
  const world = await openWorld(backend);
  await world.opened.close();
  const other = openStore({
    url: world.place.url,
    clock: world.clock,
    random: countedRandom('other'),
    vaultKey: new Uint8Array(32).fill(9),
  });
  await expect(other).rejects.toMatchObject({ code: 'vault_key_missing' });
  await world.reopen();
  expect(await world.store.remember(CHEN)).toMatch(/^p_/);
  await world.end();
});
