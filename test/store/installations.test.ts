/** Where apps of ours are installed: sealed, found by their platform, and gone for good when they are taken out. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BACKENDS } from './backends.ts';
import { openWorld, type World } from './world.ts';

describe.each(BACKENDS)('on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  const keep = (id: string, secret: string, platform = 'slack') =>
    world.store.keepInstallation({ platform, id, secret });
  const kept = async () => (await world.store.installations('slack')).map(({ id, secret }) => [id, secret]);
  const keys = async () =>
    (await world.opened.db.selectFrom('person_keys').select('ref').execute()).map(({ ref }) => ref);

  test('the newest comes first, and one of another platform not at all', async () => {
    await keep('T1', 'a');
    world.clock.advance(1);
    await keep('T2', 'b');
    await keep('X1', 'c', 'elsewhere');
    expect(await kept()).toEqual([
      ['T2', 'b'],
      ['T1', 'a'],
    ]);
  });

  test('installed anew, it is one, sealed with another key', async () => {
    await keep('T1', 'first');
    const before = await keys();
    await keep('T1', 'second');
    expect(await kept()).toEqual([['T1', 'second']]);
    expect(await keys()).toEqual(before);
    const [{ sealed } = { sealed: '' }] = await world.opened.db
      .selectFrom('installations')
      .select('sealed')
      .execute();
    expect(sealed).not.toContain('second');
  });

  test('taken out, it is gone with its key, and taking it out again is no error', async () => {
    const before = await keys();
    await keep('T1', 'a');
    await world.store.removeInstallation('slack', 'T1');
    await world.store.removeInstallation('slack', 'T1');
    expect(await kept()).toEqual([]);
    expect(await keys()).toEqual(before);
  });

  test('moved to another row it does not open', async () => {
    await keep('T1', 'a');
    await keep('T2', 'b');
    const { sealed } = await world.opened.db
      .selectFrom('installations')
      .select('sealed')
      .where('id', '=', 'T1')
      .executeTakeFirstOrThrow();
    await world.opened.db.updateTable('installations').set({ sealed }).where('id', '=', 'T2').execute();
    await expect(world.store.installations('slack')).rejects.toThrow();
  });

  test('it is read after the keys were rotated', async () => {
    await keep('T1', 'a');
    await world.store.rotateKeys();
    expect(await kept()).toEqual([['T1', 'a']]);
  });
});
