import { describe, expect, test } from 'vitest';
import { createLease } from '../../../src/connectors/slack/lease.ts';
import { BACKENDS } from '../../store/backends.ts';
import { openWorld } from '../../store/world.ts';

describe.each(BACKENDS)('who draws, on $name', (backend) => {
  test('one of many at the same time, and it stays the same one', async () => {
    const world = await openWorld(backend);
    const leases = Array.from({ length: 5 }, () => createLease(world.store, world.clock));
    const first = await Promise.all(leases.map((lease) => lease.holds()));
    expect(first.filter(Boolean)).toHaveLength(1);
    for (let n = 0; n < 20; n += 1) {
      world.clock.advance(6000);
      expect(await Promise.all(leases.map((lease) => lease.holds()))).toEqual(first);
    }
    await world.end();
  });

  test('another takes over at once when it is given up, and within half a minute when its holder died', async () => {
    const world = await openWorld(backend);
    const [one, two, three] = [1, 2, 3].map(() => createLease(world.store, world.clock));
    expect(await one?.holds()).toBe(true);
    await one?.release();
    expect(await two?.holds()).toBe(true);
    world.clock.advance(29_000);
    expect(await three?.holds()).toBe(false);
    world.clock.advance(1000);
    expect(await three?.holds()).toBe(true);
    expect(await two?.holds()).toBe(false);
    await world.end();
  });
});
