/** Cases in a queue: one winner, one owner of the floor, nothing said twice, nothing lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CaseChange } from '../../src/contracts/desk-store.ts';
import type { Case } from '../../src/domain/case.ts';
import type { CaseId } from '../../src/domain/ids.ts';
import { AppError } from '../../src/errors.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, openWorld, type World } from './world.ts';

const ID = 'k_1' as CaseId;

/** On a busy machine not all find a connection in time; whoever is told that we are busy asks again, as the desk does. */
async function untilHeard<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'store_busy') throw error;
    }
  }
}

describe.each(BACKENDS)('the help desk on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  async function opened(change: Partial<Case> = {}, user = 'lin'): Promise<Case> {
    const conversation = await begun(world, user);
    const record: Case = {
      id: ID,
      number: '261124-0001',
      conversation: conversation.id,
      status: 'open',
      reason: 'asked_for_person',
      region: '320500',
      findings: [],
      transcript: [{ who: 'citizen', text: '绑定了不显示', at: '2026-11-24T07:59:00.000Z' }],
      openedAt: '2026-11-24T08:00:00.000Z',
      ...change,
    };
    await world.store.commitTurn(
      commitOf({ ...conversation, status: 'waiting', openCase: record.id }, [1], { cases: [record] }),
    );
    return record;
  }

  const claim = (who: string, more: Partial<CaseChange> = {}): CaseChange => ({
    id: ID,
    by: { id: who, displayName: `职员${who}` },
    key: `claim-${who}`,
    when: { isClosed: false, owner: 'nobody' },
    set: { owner: { id: who, displayName: `职员${who}` }, status: 'assigned' },
    events: [{ kind: 'claimed', data: {} }],
    tell: { event: 'claimed' },
    ...more,
  });

  test('of a thousand who claim at the same moment one wins, and all others are told who', async () => {
    const record = await opened();
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) => untilHeard(() => world.store.changeCase(claim(`c${n}`)))),
    );
    const won = answers.filter(({ state }) => state === 'done');
    expect(won).toHaveLength(1);
    const owner = (await world.store.caseRow(ID))?.owner?.id;
    const losers = answers.flatMap((answer) => (answer.state === 'refused' ? [answer.row.owner?.id] : []));
    expect(losers).toHaveLength(999);
    expect(new Set(losers)).toEqual(new Set([owner]));
    const events = await world.store.caseEvents(ID, 0);
    expect(events.map(({ kind }) => kind)).toEqual(['opened', 'claimed']);
    const due = await world.store.due(record.conversation);
    expect(due?.items.filter(({ content }) => content.kind === 'staff')).toHaveLength(1);
    expect(await world.opened.verifyAudit()).toMatchObject({ broken: [] });
  }, 60_000);

  test('the claim takes the floor in its own transaction: a turn thought before it is stale', async () => {
    const record = await opened();
    const before = await world.store.conversation(record.conversation);
    await world.store.changeCase(claim('li'));
    const after = await world.store.conversation(record.conversation);
    expect([before?.status, after?.status]).toEqual(['waiting', 'human']);
    if (before === undefined) throw new Error('no conversation');
    expect(await world.store.commitTurn(commitOf(before, []))).toBe('stale');
  });

  test('the same key again changes nothing and gives the same answer', async () => {
    await opened();
    const first = await world.store.changeCase(claim('li'));
    expect(await world.store.changeCase(claim('li'))).toEqual({ ...first, state: 'repeat' });
    const reply = claim('li', {
      key: 'reply-1',
      when: { isClosed: false, owner: { id: 'li' } },
      set: { isAnswered: true },
      events: [{ kind: 'replied', data: {}, text: '您好' }],
      tell: { event: 'replied', text: '您好', followed: '您好' },
    });
    const both = await Promise.all([world.store.changeCase(reply), world.store.changeCase(reply)]);
    expect(both.map(({ state }) => state).toSorted()).toEqual(['done', 'repeat']);
    expect(await world.store.staffReplies(ID)).toHaveLength(1);
  });

  test('events have one line of numbers over all cases, and a cursor never goes back', async () => {
    await opened();
    await opened({ id: 'k_2' as CaseId, number: '261124-0002' }, 'wang');
    let rings = 0;
    const end = world.store.onCaseChange(() => {
      rings += 1;
    });
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        world.store.changeCase(
          claim('li', {
            id: (n % 2 === 0 ? ID : 'k_2') as CaseId,
            key: `note-${n}`,
            when: { isClosed: false },
            set: {},
            events: [{ kind: 'noted', data: { n } }],
          }),
        ),
      ),
    );
    end();
    const events = await world.store.eventsAfter(0, 1_000);
    expect(events.map(({ n }) => n)).toEqual(Array.from({ length: 22 }, (_, n) => n + 1));
    expect(rings).toBe(20);
    expect(await world.store.lastEvent()).toBe(22);
    await world.store.moveViewCursor('slack', 22);
    await world.store.moveViewCursor('slack', 7);
    expect(await world.store.viewCursor('slack')).toBe(22);
    await world.store.moveViewCursor('slack', 0);
    expect(await world.store.viewCursor('slack')).toBe(0);
  });

  test('an event was seen before from the second time on, for longer than ten minutes', async () => {
    const both = await Promise.all([
      world.store.seenBefore('slack', 'Ev1'),
      world.store.seenBefore('slack', 'Ev1'),
    ]);
    expect(both.toSorted()).toEqual([false, true]);
    world.clock.advance(11 * 60_000);
    expect(await world.store.seenBefore('slack', 'Ev1')).toBe(true);
    await world.store.forgetSeen('slack', 'Ev1');
    expect(await world.store.seenBefore('slack', 'Ev1')).toBe(false);
    world.clock.advance(49 * 3_600_000);
    await world.store.seenBefore('slack', 'Ev2');
    expect(await world.opened.db.selectFrom('seen_events').select('id').execute()).toEqual([{ id: 'Ev2' }]);
  });

  test('a place shows one case, and a case has one place in a view', async () => {
    await opened();
    await world.store.keepAnchor({ view: 'slack', case: ID, place: 'C1/1.0' });
    await world.store.keepAnchor({ view: 'slack', case: ID, place: 'C1/2.0' });
    expect(await world.store.anchorOf('slack', ID)).toMatchObject({ place: 'C1/2.0' });
    expect(await world.store.anchorAt('slack', 'C1/1.0')).toBeUndefined();
    expect(await world.store.anchorAt('slack', 'C1/2.0')).toMatchObject({ case: ID });
  });

  test('lists filter by place and words, and open cases come by urgency', async () => {
    await opened();
    await opened({ id: 'k_2' as CaseId, number: '261124-0002', region: '330100' }, 'wang');
    await world.store.changeCase({
      id: 'k_2' as CaseId,
      when: { isClosed: false },
      set: { priority: 'urgent' },
      events: [{ kind: 'priority_set', data: {} }],
    });
    const idsOf = async (query: object) =>
      (await world.store.caseRows({ limit: 10, offset: 0, ...query })).rows.map(({ record }) => record.id);
    expect(await idsOf({})).toEqual(['k_2', 'k_1']);
    expect(await idsOf({ region: '320000' })).toEqual(['k_1']);
    expect(await idsOf({ find: '不显示' })).toEqual(['k_2', 'k_1']);
    expect(await idsOf({ find: '261124-0002' })).toEqual(['k_2']);
    expect(await idsOf({ find: '%' })).toEqual([]);
    expect(await idsOf({ owner: 'nobody', isClosed: true })).toEqual([]);
    const page = await world.store.caseRows({ limit: 1, offset: 1 });
    expect([page.rows.length, page.total]).toEqual([1, 2]);
  });

  test('a new case is at once something the clock has to look at', async () => {
    await opened();
    if (backend.lasts) await world.reopen();
    expect((await world.store.dueCases(10)).map(({ record }) => record.id)).toEqual(['k_1']);
  });
});
