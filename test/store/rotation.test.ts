/** Keys that wrap keys can be changed while everything stays readable, and given up afterwards. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addKey, createKeyFile, keyFileRing, readKeyFile, removeKey } from '../../src/store/key-file.ts';
import { keyId, keyRing } from '../../src/store/keys.ts';
import { openStore } from '../../src/store/open.ts';
import { LASTING, type Place } from './backends.ts';
import { countedRandom, StillClock } from './world.ts';

const random = countedRandom('rotation');
const person = (n: number) =>
  ({ name: '陈示例', documentType: 'passport', documentNumber: `E9990${1000 + n}` }) as const;

describe.each(LASTING)('rotation on $name', (backend) => {
  let place: Place;
  let folder: string;
  let file: string;
  beforeEach(async () => {
    place = await backend.readyPlace();
    folder = await mkdtemp(join(tmpdir(), 'gongji-keys-'));
    file = join(folder, 'vault.key');
    createKeyFile(file, random);
  });
  afterEach(async () => {
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  });
  const open = (keys = keyFileRing(file, random)) =>
    openStore({ url: place.url, clock: new StillClock(), random, vaultKey: keys });

  test('wraps every data key anew, reads each back, and leaves what was sealed as it is', async () => {
    const opened = await open();
    const { store, db } = opened;
    const refs = [];
    for (let n = 0; n < 5; n += 1) refs.push(await store.remember(person(n)));
    const before = await db.selectFrom('persons').select(['ref', 'sealed']).orderBy('ref').execute();
    const [old] = (await store.keyStatus()).keys;
    const active = addKey(file, random);
    expect(await store.keyStatus()).toMatchObject({ active, dataKeys: 6, pending: 6 });
    expect(await store.rotateKeys()).toEqual({ active, rewrapped: 6, dataKeys: 6, verified: 6 });
    expect(await db.selectFrom('persons').select(['ref', 'sealed']).orderBy('ref').execute()).toEqual(before);

    await store.retireKey(old?.id as string);
    expect(removeKey(file, old?.id as string)).toBe(true);
    await opened.close();
    const again = await open();
    expect(await again.store.reveal(refs[3] as never)).toMatchObject(person(3));
    expect(await again.store.remember(person(3))).toBe(refs[3]);
    const { keys } = await again.store.keyStatus();
    expect(keys).toEqual([{ id: active, wraps: 6, isKnown: true }]);
    expect((await again.verifyAudit()).broken).toEqual([]);
    const acts = await again.db
      .selectFrom('audit')
      .select('action')
      .where('conversation_id', '=', 'house')
      .orderBy('n')
      .execute();
    expect(acts.map(({ action }) => action)).toEqual(['keys.rotated', 'keys.retired']);
    await again.close();
  });

  test('that was interrupted goes on where it was, and everything can be read meanwhile', async () => {
    const opened = await open();
    const refs = [];
    for (let n = 0; n < 5; n += 1) refs.push(await opened.store.remember(person(n)));
    await opened.close();
    const active = addKey(file, random);
    let left = 3;
    const ring = keyFileRing(file, random);
    const failing = await open({
      ...ring,
      wrap: (key, owner) => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('The power failed')) : ring.wrap(key, owner);
      },
    });
    await expect(failing.store.rotateKeys()).rejects.toThrow('The power failed');
    expect(await failing.store.keyStatus()).toMatchObject({ dataKeys: 6, pending: 3 });
    for (const [n, ref] of refs.entries()) expect(await failing.store.reveal(ref)).toMatchObject(person(n));
    await failing.close();

    const again = await open();
    expect(await again.store.rotateKeys()).toEqual({ active, rewrapped: 3, dataKeys: 6, verified: 6 });
    expect(await again.store.keyStatus()).toMatchObject({ pending: 0 });
    await again.close();
  });

  test('is heard of by a process that was running before', async () => {
    const ring = keyFileRing(file, random);
    const first = await open(ring);
    const active = addKey(file, random);
    await first.store.remember(person(1));
    const kek = await first.db.selectFrom('person_keys').select('kek').where('ref', '<>', 'index').execute();
    expect(kek).toEqual([{ kek: active }]);
    await first.close();
  });

  test('a key that wraps something, or the active one, is not given up', async () => {
    const opened = await open();
    const [old] = (await opened.store.keyStatus()).keys;
    const active = addKey(file, random);
    await expect(opened.store.retireKey(old?.id as string)).rejects.toMatchObject({ code: 'bad_input' });
    await opened.store.rotateKeys();
    await expect(opened.store.retireKey(active)).rejects.toMatchObject({ code: 'bad_input' });
    await opened.close();
  });

  test('a data key moved to another person does not open', async () => {
    const opened = await open();
    const [one, two] = [await opened.store.remember(person(1)), await opened.store.remember(person(2))];
    const key = await opened.db
      .selectFrom('person_keys')
      .select('wrapped')
      .where('ref', '=', two)
      .executeTakeFirstOrThrow();
    await opened.db.updateTable('person_keys').set(key).where('ref', '=', one).execute();
    await expect(opened.store.reveal(one)).rejects.toThrow();
    await opened.close();
  });
});

describe('a key file', () => {
  test('is readable by its owner alone, never loses a line, and never its last key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gongji-keys-'));
    const file = join(folder, 'vault.key');
    createKeyFile(file, random);
    const first = await readFile(file, 'utf8');
    addKey(file, random);
    expect((await readFile(file, 'utf8')).startsWith(first)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [one, two] = readKeyFile(file).map(keyId);
    expect(removeKey(file, one as string)).toBe(true);
    expect(removeKey(file, two as string)).toBe(false);
    expect(() => createKeyFile(file, random)).toThrow();
    await rm(folder, { recursive: true, force: true });
  });

  test('a key that nobody has is asked for by its id', async () => {
    const [mine, other] = [random.bytes(32), random.bytes(32)];
    const wrapped = await keyRing(() => [other], random).wrap(random.bytes(32), 'p_1');
    await expect(keyRing(() => [mine], random).unwrap(wrapped, 'p_1')).rejects.toMatchObject({
      code: 'vault_key_missing',
      message: expect.stringContaining(keyId(other)),
    });
  });
});
