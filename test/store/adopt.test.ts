/** A database of the time when one key sealed everybody is opened, and nothing of it is lost. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { personDigest } from '../../src/domain/masking.ts';
import { derive, encrypt, keyId } from '../../src/store/keys.ts';
import { openStore } from '../../src/store/open.ts';
import { LASTING } from './backends.ts';
import { countedRandom, openWorld, StillClock, VAULT_KEY } from './world.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'old-seal.sqlite.gz');
const CHEN = { name: '陈示例', documentType: 'resident_id', documentNumber: '990101199001011232' } as const;
const LIN = { name: '林示例', documentType: 'passport', documentNumber: 'E99900017' } as const;
const PERSONS = 152;

async function withFixture(work: (url: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gongji-old-'));
  const file = join(folder, 'old.sqlite');
  await writeFile(file, gunzipSync(await readFile(FIXTURE)));
  await work(`sqlite://${file}`).finally(() => rm(folder, { recursive: true, force: true }));
}

const open = (url: string, vaultKey = VAULT_KEY) =>
  openStore({ url, clock: new StillClock(), random: countedRandom('adopting'), vaultKey });

test('an installation of the old seal keeps every person, signature, look and reference', () =>
  withFixture(async (url) => {
    const opened = await open(url);
    const { store, db } = opened;
    const persons = await db.selectFrom('persons').selectAll().execute();
    expect(persons).toHaveLength(PERSONS);
    expect(persons.every(({ sealed }) => sealed.startsWith('p1.'))).toBe(true);
    const names = await Promise.all(persons.map(async ({ ref }) => (await store.reveal(ref as never))?.name));
    expect(names.every((name) => name?.endsWith('示例'))).toBe(true);

    const chen = await store.byDigest(personDigest(CHEN.documentType, CHEN.documentNumber));
    expect(await store.remember(CHEN)).toBe(chen);
    const lin = await store.remember(LIN);
    expect(await store.everythingOf(chen as never)).toMatchObject({
      person: CHEN,
      pledges: [{ signature: 'strokes of 陈示例' }],
      talks: [{ lines: [{ who: 'citizen' }] }],
      looks: [{ actor: 'assistant', why: 'task:bind' }],
    });
    expect((await store.everythingOf(lin))?.pledges).toMatchObject([{ signature: 'strokes of 林示例' }]);
    expect(await store.keyStatus()).toMatchObject({ dataKeys: PERSONS + 1, pending: 0 });
    expect((await opened.verifyAudit()).broken).toEqual([]);
    await opened.close();

    const again = await open(url);
    expect(await again.store.reveal(chen as never)).toMatchObject(CHEN);
    await again.close();
  }));

test('an installation of the old seal is not opened with another key, and stays as it was', () =>
  withFixture(async (url) => {
    await expect(open(url, new Uint8Array(32).fill(9))).rejects.toMatchObject({ code: 'vault_key_missing' });
    const opened = await open(url);
    expect(await opened.store.remember(CHEN)).toMatch(/^p_/);
    await opened.close();
  }));

test.each(LASTING)('on $name a change that was interrupted goes on at the next start', async (backend) => {
  const world = await openWorld(backend);
  const [chen, lin] = [await world.store.remember(CHEN), await world.store.remember(LIN)];
  const { db } = world.opened;
  // As the version before would have left one of the two.
  const sealed = encrypt(derive(VAULT_KEY, 'seal'), Buffer.from(JSON.stringify(LIN)), {
    random: countedRandom('old'),
    bind: lin,
  });
  await db.updateTable('persons').set({ sealed }).where('ref', '=', lin).execute();
  await db.deleteFrom('person_keys').where('ref', '=', lin).execute();
  await db
    .insertInto('settings')
    .values({ name: 'vault_key_mark', value: keyId(VAULT_KEY) })
    .execute();
  expect(await world.store.reveal(lin)).toBeUndefined();

  await world.reopen();
  expect(await world.store.reveal(lin)).toMatchObject(LIN);
  expect(await world.store.reveal(chen)).toMatchObject(CHEN);
  await world.end();
});
