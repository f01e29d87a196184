/** What the clock does: warnings before it is too late, escalation when it is, snoozed cases, restarts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type DeskWorld, LEAD, LI, openDesk } from './world.ts';

let world: DeskWorld;
afterEach(() => world.end());

async function kindsOf(id: Parameters<DeskWorld['act']>[1]): Promise<readonly string[]> {
  return (await world.app.desk.eventsOf(id)).map(({ kind }) => kind);
}

/** 转人工 of somebody called lin, with the clock where it is. */
async function waiting() {
  await world.says('lin', '转人工');
  return world.caseOf('lin');
}

describe('goals', () => {
  test('are working time: opened before lunch, the first answer is due after it', async () => {
    world = await openDesk({ at: '2026-11-25T11:50' });
    const head = await world.app.desk.find(await waiting());
    expect(head?.goal).toEqual({
      goal: 'first_answer',
      // 14:20 in China: ten minutes before lunch, fifty after.
      dueAt: '2026-11-25T06:20:00.000Z',
      state: 'on_time',
      minutesLeft: 60,
    });
  });

  test('warn once before the time is over, then go to the lead once and become more urgent', async () => {
    world = await openDesk({ at: '2026-11-25T14:00' });
    const id = await waiting();
    await world.pass(47);
    expect(await kindsOf(id)).toEqual(['opened']);
    await world.pass(1);
    expect(await kindsOf(id)).toEqual(['opened', 'goal_soon']);
    expect((await world.app.desk.find(id))?.goal?.state).toBe('soon');
    await world.pass(13);
    expect(await kindsOf(id)).toEqual(['opened', 'goal_soon', 'goal_missed', 'escalated']);
    expect(await world.app.desk.find(id)).toMatchObject({ priority: 'high', goal: { state: 'late' } });
    expect((await world.app.desk.list({ show: 'overdue' })).total).toBe(1);
    await world.pass(60);
    expect(await kindsOf(id)).toHaveLength(4);
  });

  test('an answer in time ends the first goal; the second goes on', async () => {
    world = await openDesk();
    const id = await waiting();
    await world.app.desk.claim(world.act(LI, id));
    await world.app.desk.reply({ ...world.act(LI, id), text: '您好' });
    await world.pass(300);
    expect(await kindsOf(id)).not.toContain('goal_missed');
    expect((await world.app.desk.find(id))?.goal).toMatchObject({ goal: 'resolution', state: 'on_time' });
  });

  test('nobody is warned at night or at the weekend', async () => {
    world = await openDesk({ at: '2026-11-27T16:55' });
    const id = await waiting();
    await world.pass(2 * 24 * 60);
    expect(await kindsOf(id)).toEqual(['opened']);
  });

  test('another priority has other times, counted from the same moment', async () => {
    world = await openDesk();
    const id = await waiting();
    await world.pass(5);
    await world.app.desk.setPriority({ ...world.act(LEAD, id), priority: 'urgent' });
    expect((await world.app.desk.find(id))?.goal).toMatchObject({ minutesLeft: 10 });
    await world.pass(16);
    expect(await kindsOf(id)).toContain('goal_missed');
  });

  test('two processes that look at once warn once', async () => {
    world = await openDesk();
    const id = await waiting();
    await world.pass(61);
    await Promise.all([world.app.desk.sweep(), world.app.desk.sweep(), world.app.desk.sweep()]);
    expect((await kindsOf(id)).filter((kind) => kind === 'goal_missed')).toHaveLength(1);
  });
});

describe('a snoozed case', () => {
  test('is out of the queue, is not warned of, and wakes by itself', async () => {
    world = await openDesk();
    const id = await waiting();
    await world.app.desk.claim(world.act(LI, id));
    const until = new Date(world.now() + 90 * 60_000).toISOString();
    expect(await world.app.desk.snooze({ ...world.act(LI, id), until })).toMatchObject({ ok: true });
    await world.pass(89);
    expect(await kindsOf(id)).not.toContain('goal_soon');
    await world.pass(2);
    expect((await kindsOf(id)).slice(-4)).toEqual(['woke', 'goal_soon', 'goal_missed', 'escalated']);
    expect(await world.app.desk.find(id)).toMatchObject({ status: 'assigned' });
    expect((await world.app.desk.find(id))?.snoozedUntil).toBeUndefined();
  });

  test.each(['2026-11-25T01:00:00.000Z', '2027-06-01T00:00:00.000Z', 'bald'])(
    'cannot sleep until %s',
    async (until) => {
      world = await openDesk();
      const id = await waiting();
      await world.app.desk.claim(world.act(LI, id));
      expect(await world.app.desk.snooze({ ...world.act(LI, id), until })).toMatchObject({ field: 'until' });
    },
  );
});

test('what is due survives a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gongji-desk-'));
  const storeUrl = `sqlite://${join(folder, 'desk.sqlite')}`;
  try {
    world = await openDesk({ storeUrl, at: '2026-11-25T14:00' });
    const id = await waiting();
    await world.end();
    // The vault key and the clock are the same; an hour has gone by while nothing ran.
    world = await openDesk({ storeUrl, at: '2026-11-25T15:01' });
    await world.settle();
    expect(await kindsOf(id)).toEqual(['opened', 'goal_soon', 'goal_missed', 'escalated']);
  } finally {
    await world.end();
    world = await openDesk();
    await rm(folder, { recursive: true, force: true });
  }
});
