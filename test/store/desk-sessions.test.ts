/** Logins of staff, and the lists staff look things up in. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeskSession } from '../../src/contracts/desk-sessions.ts';
import { BACKENDS } from './backends.ts';
import { begun, openWorld, type World } from './world.ts';

describe.each(BACKENDS)('logins of staff on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  const session = (key = 'digest-1'): Omit<DeskSession, 'seenAt'> => ({
    key,
    staff: { id: 'oidc:li', displayName: '李职员', roles: ['clerk', 'curator'] },
    how: 'oidc',
    openedAt: world.clock.now(),
    endsAt: world.clock.now() + 3_600_000,
  });

  test('are found by their key until they are ended, and then by nobody', async () => {
    await world.store.openDeskSession(session());
    expect(await world.store.deskSession('digest-1', 0)).toMatchObject({
      staff: { id: 'oidc:li', displayName: '李职员', roles: ['clerk', 'curator'] },
      how: 'oidc',
    });
    expect(await world.store.deskSession('digest-2', 0)).toBeUndefined();
    await world.store.endDeskSession('digest-1');
    await world.store.endDeskSession('digest-1');
    expect(await world.store.deskSession('digest-1', 0)).toBeUndefined();
    const { rows } = await world.store.auditPage({ chain: 'house', limit: 10 });
    expect(rows.map(({ action, data }) => [action, data.by]).toSorted()).toEqual([
      ['desk.logged_in', 'oidc:li'],
      ['desk.logged_out', 'oidc:li'],
    ]);
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  test('are over when nobody was seen for long, and at their end even when somebody was', async () => {
    await world.store.openDeskSession(session());
    const idle = 1_800_000;
    world.clock.advance(idle + 1);
    expect(await world.store.deskSession('digest-1', world.clock.now() - idle)).toBeUndefined();
    await world.store.touchDeskSession('digest-1');
    expect(await world.store.deskSession('digest-1', world.clock.now() - idle)).toBeDefined();
    world.clock.advance(idle);
    await world.store.touchDeskSession('digest-1');
    expect(await world.store.deskSession('digest-1', 0)).toBeUndefined();
  });

  test('that were begun are taken once by whoever is first, and not after their time', async () => {
    const expiresAt = world.clock.now() + 60_000;
    await world.store.keepDeskLogin({ key: 'a', data: 'x', expiresAt });
    await world.store.keepDeskLogin({ key: 'b', data: 'y', expiresAt });
    const taken = await Promise.all([1, 2, 3].map(() => world.store.takeDeskLogin('a')));
    expect(taken.filter((one) => one !== undefined)).toEqual([{ key: 'a', data: 'x', expiresAt }]);
    world.clock.advance(60_000);
    expect(await world.store.takeDeskLogin('b')).toBeUndefined();
  });

  test('lists go on after the last row shown, and show each row once', async () => {
    for (const user of ['a', 'b', 'c', 'd', 'e']) await begun(world, user);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await world.store.talks({ limit: 2, ...(after === undefined ? {} : { after }) });
      seen.push(...page.rows.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
    expect((await world.store.talks({ limit: 9, status: 'human' })).rows).toEqual([]);
  });
});
