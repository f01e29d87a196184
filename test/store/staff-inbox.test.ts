import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BACKENDS, LASTING } from './backends.ts';
import { openWorld, type World } from './world.ts';

const HELD_MS = 30_000;
const DAY_MS = 24 * 3600 * 1000;
const press = (id: string) => ({ source: 'slack', id, payload: { kind: 'press', id } });

describe.each(BACKENDS)('what staff did, on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());
  const rows = () =>
    world.opened.db.selectFrom('staff_items').select(['id', 'payload', 'error', 'closed_at']).execute();

  test('the same id is written down once, whether done or not', async () => {
    expect(await world.store.keepStaffItem(press('a'))).toBe('stored');
    expect(await world.store.keepStaffItem(press('a'))).toBe('duplicate');
    await world.store.settleStaffItem('slack', 'a');
    world.clock.advance(10 * 60_000);
    expect(await world.store.keepStaffItem(press('a'))).toBe('duplicate');
    expect(await world.store.keepStaffItem({ ...press('a'), source: 'other' })).toBe('stored');
  });

  test('an item belongs to its writer first, and to the next who asks when nothing came of it', async () => {
    await world.store.keepStaffItem(press('a'));
    expect(await world.store.takeStaffItems('slack', 10)).toEqual([]);
    world.clock.advance(HELD_MS);
    const [taken] = await world.store.takeStaffItems('slack', 10);
    expect(taken).toMatchObject({ id: 'a', payload: { kind: 'press', id: 'a' }, attempts: 0 });
    expect(await world.store.takeStaffItems('slack', 10)).toEqual([]);
  });

  test('of many who ask at once each item goes to one', async () => {
    for (let n = 0; n < 20; n += 1) await world.store.keepStaffItem(press(`i${n}`));
    world.clock.advance(HELD_MS);
    const taken = await Promise.all(Array.from({ length: 8 }, () => world.store.takeStaffItems('slack', 5)));
    const ids = taken.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(5);
  });

  test('what is settled or given up is never found again, and nothing of it is kept', async () => {
    await world.store.keepStaffItem(press('a'));
    await world.store.keepStaffItem(press('b'));
    await world.store.settleStaffItem('slack', 'a');
    await world.store.failStaffItem('slack', 'b', 'bad_input');
    world.clock.advance(HELD_MS);
    expect(await world.store.takeStaffItems('slack', 10)).toEqual([]);
    expect((await rows()).map(({ payload, error }) => [payload, error])).toEqual([
      ['{}', null],
      ['{}', 'bad_input'],
    ]);
  });

  test('a failed one comes back at its time with its attempts counted', async () => {
    await world.store.keepStaffItem(press('a'));
    await world.store.failStaffItem('slack', 'a', 'channel_unavailable', world.clock.now() + 5000);
    expect(await world.store.takeStaffItems('slack', 10)).toEqual([]);
    world.clock.advance(5000);
    expect(await world.store.takeStaffItems('slack', 10)).toMatchObject([{ id: 'a', attempts: 1 }]);
  });

  test('ids are forgotten after a day, open items never', async () => {
    await world.store.keepStaffItem(press('done'));
    await world.store.keepStaffItem(press('open'));
    await world.store.settleStaffItem('slack', 'done');
    world.clock.advance(DAY_MS + 1);
    await world.store.keepStaffItem(press('new'));
    expect((await rows()).map(({ id }) => id).sort()).toEqual(['new', 'open']);
  });
});

describe.each(LASTING)('what staff did, on $name', (backend) => {
  test('survives a restart', async () => {
    const world = await openWorld(backend);
    await world.store.keepStaffItem(press('a'));
    await world.reopen();
    world.clock.advance(HELD_MS);
    expect(await world.store.takeStaffItems('slack', 10)).toMatchObject([{ id: 'a' }]);
    await world.end();
  });
});
