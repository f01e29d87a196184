import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { BACKENDS, LASTING } from './backends.ts';
import { addressOf, begun, countedRandom, inbound, openWorld, StillClock, VAULT_KEY } from './world.ts';

const options = (url: string) => ({
  url,
  clock: new StillClock(),
  random: countedRandom('open'),
  vaultKey: VAULT_KEY,
});

describe.each(LASTING)('opening $name', (backend) => {
  test('what was written is there after a restart, and the numbering goes on', async () => {
    const world = await openWorld(backend);
    const { id } = await begun(world);
    await world.reopen();
    expect(await world.store.receive(inbound('lin', 'lin-1'))).toBe('duplicate');
    await world.store.receive(inbound('lin', 'm2'));
    const due = await world.store.due(id);
    expect(due?.items.map((item) => item.seq)).toEqual([1, 2]);
    await world.end();
  });

  test('tables a newer version has added to are worked with', async () => {
    const world = await openWorld(backend);
    await world.opened.db.insertInto('schema_migrations').values({ name: '9999-later', at: 0 }).execute();
    await world.reopen();
    await begun(world);
    await world.end();
  });

  test('tables a newer version has taken something from are refused and left alone', async () => {
    const world = await openWorld(backend);
    const name = '9999-later.breaking';
    await world.opened.db.insertInto('schema_migrations').values({ name, at: 0 }).execute();
    await world.opened.close();
    await expect(world.reopen()).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(name),
    });
    await world.place.remove();
  });
});

test.each(BACKENDS)('$name says in one line what it is', async (backend) => {
  const world = await openWorld(backend);
  expect(world.store.describe()).toMatch(/^(SQLite|PostgreSQL) \d+[^\n]*$/);
  await world.end();
});

test.each(BACKENDS)('$name may be closed twice', async (backend) => {
  const world = await openWorld(backend);
  await world.opened.close();
  await world.store.close();
  await world.end();
});

test('a SQLite file that is in use is refused by name, with the way out', async () => {
  const world = await openWorld(LASTING[0] as (typeof LASTING)[0]);
  const second = openStore(options(world.place.url));
  await expect(second).rejects.toMatchObject({
    code: 'store_locked',
    message: expect.stringMatching(/test\.sqlite is in use by another process; stop that one/),
  });
  await world.end();
});

test('a SQLite file that is no database is refused', async () => {
  await expect(openStore(options('sqlite:///dev/null/x.sqlite'))).rejects.toMatchObject({
    code: 'bad_config',
  });
});

test('a PostgreSQL that does not answer is refused without its password', async () => {
  const absent = openStore(options('postgres://gongji:planted@127.0.0.1:1/none'));
  await expect(absent).rejects.toMatchObject({ code: 'bad_config' });
  await expect(absent).rejects.not.toMatchObject({ message: expect.stringContaining('planted') });
});

test('an address of no known database is refused', async () => {
  await expect(openStore(options('mysql://localhost/x'))).rejects.toMatchObject({ code: 'bad_config' });
});

describe.each(LASTING.filter((backend) => backend.name === 'PostgreSQL'))(
  'several processes on $name',
  (backend) => {
    test('may start at once on an empty database', async () => {
      const place = await backend.newPlace();
      const opened = await Promise.all(Array.from({ length: 5 }, () => openStore(options(place.url))));
      const rows = await opened[0]?.db.selectFrom('schema_migrations').selectAll().execute();
      const known = readdirSync('src/store/migrations').map((file) => file.replace('.ts', ''));
      expect(rows?.map(({ name }) => name).toSorted()).toEqual(known.toSorted());
      for (const one of opened) await one.close();
      await place.remove();
    });

    test('receive for one conversation without giving a number twice', async () => {
      const place = await backend.newPlace();
      const opened = await Promise.all(
        ['a', 'b', 'c'].map((seed) => openStore({ ...options(place.url), random: countedRandom(seed) })),
      );
      const sent = Array.from({ length: 30 }, (_, index) => index);
      const answers = await Promise.all(
        sent.map((index) => opened[index % 3]?.store.receive(inbound('lin', `m${index % 15}`))),
      );
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(15);
      const store = opened[0]?.store;
      const conversation = await store?.conversationAt(addressOf('lin'));
      const items = (await store?.due(conversation?.id as never))?.items ?? [];
      expect(new Set(items.map((item) => item.seq)).size).toBe(15);
      for (const one of opened) await one.close();
      await place.remove();
    });
  },
);
