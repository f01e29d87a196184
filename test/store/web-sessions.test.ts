import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BACKENDS } from './backends.ts';
import { openWorld, START, type World } from './world.ts';

const USER = 'a'.repeat(64);
const SECOND = 'b'.repeat(64);
const THIRD = 'c'.repeat(64);
const DAY_MS = 86_400_000;
const endsAt = START + 30 * DAY_MS;

describe.each(BACKENDS)('a session of a web page on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
    await world.store.beginWebSession({ key: USER, user: USER, endsAt, isFramed: false });
  });
  afterEach(() => world.end());
  const userOf = async (key: string) => (await world.store.webSession(key))?.user;

  test('one that was never given is none', async () => {
    expect(await world.store.webSession(SECOND)).toBeUndefined();
    expect(await world.store.renewWebSession({ key: SECOND, fresh: THIRD, endsAt })).toBe(false);
  });

  test('is over after its time', async () => {
    world.clock.advance(30 * DAY_MS - 1);
    expect(await userOf(USER)).toBe(USER);
    world.clock.advance(1);
    expect(await userOf(USER)).toBeUndefined();
  });

  test('renewed, both serve until the fresh one is used, and then that one alone', async () => {
    expect(await world.store.renewWebSession({ key: USER, fresh: SECOND, endsAt })).toBe(true);
    expect(await userOf(USER)).toBe(USER);
    expect(await userOf(SECOND)).toBe(USER);
    expect(await userOf(USER)).toBeUndefined();
    expect(await userOf(SECOND)).toBe(USER);
  });

  test('renewed and never used, the one before lives for minutes', async () => {
    await world.store.renewWebSession({ key: USER, fresh: SECOND, endsAt });
    world.clock.advance(9 * 60_000);
    expect(await userOf(USER)).toBe(USER);
    world.clock.advance(60_000);
    expect(await userOf(USER)).toBeUndefined();
  });

  test('due to be renewed, one tab of several gets the fresh one', async () => {
    expect(await world.store.webSession(USER)).toEqual({ user: USER, isDue: false });
    await world.store.wantRenewal(USER);
    expect(await world.store.webSession(USER)).toEqual({ user: USER, isDue: true });
    const both = [SECOND, THIRD].map((fresh) =>
      world.store.renewWebSession({ key: USER, fresh, endsAt, ifDue: true }),
    );
    expect((await Promise.all(both)).toSorted()).toEqual([false, true]);
    expect(await world.store.webSession(USER)).toEqual({ user: USER, isDue: false });
  });

  test('a talk in a frame is known as one, under every secret it has', async () => {
    await world.store.beginWebSession({ key: SECOND, user: SECOND, endsAt, isFramed: true });
    await world.store.renewWebSession({ key: SECOND, fresh: THIRD, endsAt });
    await world.store.webSession(THIRD);
    expect(await world.store.isFramedTalk(SECOND)).toBe(true);
    expect(await world.store.isFramedTalk(USER)).toBe(false);
  });

  test('leaving ends all of a talk, renewed ones as well, and of no other', async () => {
    await world.store.beginWebSession({ key: THIRD, user: THIRD, endsAt, isFramed: false });
    await world.store.renewWebSession({ key: USER, fresh: SECOND, endsAt });
    await world.store.endWebSessions(USER);
    expect([await userOf(USER), await userOf(SECOND), await userOf(THIRD)]).toEqual([
      undefined,
      undefined,
      THIRD,
    ]);
  });
});
