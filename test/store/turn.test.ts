import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Case } from '../../src/domain/case.ts';
import type { Conversation } from '../../src/domain/conversation.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, inbound, openWorld, part, START, taskId, type World } from './world.ts';

describe.each(BACKENDS)('a turn on $name', (backend) => {
  let world: World;
  let conversation: Conversation;
  beforeEach(async () => {
    world = await openWorld(backend);
    conversation = await begun(world);
  });
  afterEach(() => world.end());

  const count = async (table: 'turns' | 'outbox' | 'tasks' | 'links' | 'timers' | 'cases' | 'audit') =>
    (await world.opened.db.selectFrom(table).selectAll().execute()).length;

  const link = (id: string) => ({
    id: id as never,
    tokenDigest: 'same digest',
    purpose: 'verify' as const,
    context: {},
    expiresAt: START + 1,
  });

  test('everything a turn changes is read back as it was written', async () => {
    const full: Conversation = {
      ...conversation,
      version: 1,
      status: 'waiting',
      profile: {
        region: '999900',
        facts: { 'account.balance_fen': { value: 0, at: '2026-11-24T08:00:00.000Z' }, said: { value: true } },
        lastIntent: 'bind',
        lastFaq: 'what.sharing',
        symptom: 'not_shown',
      },
      stack: [
        {
          flow: 'bind',
          version: 3,
          saved: { value: { asking: 'relation' }, context: { n: [1, null] } },
          slots: { relation: 'child' },
          given: ['relation'],
          task: taskId(),
          child: true,
        },
      ],
      asking: {
        slot: 'relation',
        reply: 'bind.relation',
        params: {},
        choices: [{ value: 'child', label: '子女' }],
      },
      lastReplies: [{ id: 'bind.relation', params: { a: 1 } }],
      offered: ['bind', 'diagnose'],
      misses: 2,
      openCase: 'k_1' as never,
    };
    const commit = { ...commitOf(conversation, [1]), conversation: full };
    expect(await world.store.commitTurn(commit)).toBe('committed');
    expect(await world.store.conversation(conversation.id)).toEqual(full);
  });

  test('a turn on an older state is stale and changes nothing', async () => {
    await world.store.receive(inbound('lin', 'second'));
    await world.store.commitTurn(commitOf(conversation, [1]));
    const late = commitOf(conversation, [1, 2], {
      replies: [part('late')],
      tasks: [{ id: taskId(), name: 'bind', input: {} }],
    });
    expect(await world.store.commitTurn(late)).toBe('stale');
    expect((await world.store.due(conversation.id))?.items.map((item) => item.seq)).toEqual([2]);
    expect([await count('turns'), await count('outbox'), await count('tasks'), await count('audit')]).toEqual(
      [1, 0, 0, 1],
    );
  });

  test('of five parallel commits of one turn exactly one is made', async () => {
    const commit = commitOf(conversation, [1], { replies: [part('once')] });
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.store.commitTurn(commit)));
    expect(answers.filter((answer) => answer === 'committed')).toHaveLength(1);
    expect([await count('turns'), await count('outbox')]).toEqual([1, 1]);
  });

  test('a turn that cannot be written whole leaves nothing behind, not even a job', async () => {
    const woken: string[] = [];
    world.engine.work('outbox', async (key) => void woken.push(key));
    world.engine.work('task', async (key) => void woken.push(key));
    const broken = commitOf(conversation, [1], {
      replies: [part('never said')],
      tasks: [{ id: taskId(), name: 'bind', input: {} }],
      timers: [{ name: 'remind', dueAt: START, params: {} }],
      links: [link('l_1'), link('l_2')],
    });
    await expect(world.store.commitTurn(broken)).rejects.toThrow();
    expect(await world.store.conversation(conversation.id)).toEqual(conversation);
    expect((await world.store.due(conversation.id))?.items).toHaveLength(1);
    for (const table of ['turns', 'outbox', 'tasks', 'links', 'timers', 'audit'] as const) {
      expect([table, await count(table)]).toEqual([table, 0]);
    }
    await world.engine.idle();
    expect(woken).toEqual([]);
  });

  test('a burst of messages is closed by one turn', async () => {
    for (const id of ['a', 'b']) await world.store.receive(inbound('lin', id));
    await world.store.commitTurn(commitOf(conversation, [1, 2, 3], { replies: [part('one'), part('two')] }));
    expect(await world.store.due(conversation.id)).toBeUndefined();
    const parts = await world.store.duePartsOf(conversation.id);
    expect(parts.map((item) => item.outbound.key)).toEqual([
      `${conversation.id}:3:0`,
      `${conversation.id}:3:1`,
    ]);
  });

  test('messages that came during the turn stay due', async () => {
    await world.store.receive(inbound('lin', 'meanwhile'));
    await world.store.commitTurn(commitOf(conversation, [1]));
    const due = await world.store.due(conversation.id);
    expect(due?.conversation.version).toBe(1);
    expect(due?.items.map((item) => item.seq)).toEqual([2]);
  });

  test('a case is found by its conversation and by its id, and a later turn may change it', async () => {
    const opened: Case = {
      id: 'k_9' as never,
      number: await world.store.nextCaseNumber('2026-11-24'),
      conversation: conversation.id,
      status: 'open',
      reason: 'asked_for_person',
      region: '999900',
      findings: [
        {
          cause: 'zero_balance',
          p: 0.8,
          because: [
            { fact: 'account.balance_fen', value: 0, origin: 'looked_up', at: '2026-11-24T08:00:00.000Z' },
          ],
          against: [],
          remedy: { kind: 'act', flow: 'bind' },
        },
      ],
      transcript: [{ who: 'citizen', text: '转人工', at: '2026-11-24T08:00:00.000Z' }],
      openedAt: '2026-11-24T08:00:00.000Z',
    };
    await world.store.commitTurn(commitOf(conversation, [1], { cases: [opened] }));
    expect(await world.store.casesOf(conversation.id)).toEqual([opened]);
    const closed: Case = { ...opened, status: 'closed' };
    const next = { ...conversation, version: 1 };
    await world.store.commitTurn(commitOf(next, [], { cases: [closed] }));
    expect(await world.store.caseById(opened.id)).toEqual(closed);
    expect(await world.store.caseById('k_none' as never)).toBeUndefined();
  });

  test('case numbers count within their day, also when taken at once', async () => {
    const numbers = await Promise.all(
      Array.from({ length: 12 }, () => world.store.nextCaseNumber('2026-11-24')),
    );
    expect(numbers.toSorted()).toEqual(
      Array.from({ length: 12 }, (_, index) => `261124-${String(index + 1).padStart(4, '0')}`),
    );
    expect(await world.store.nextCaseNumber('2026-11-25')).toBe('261125-0001');
  });

  test('the audit chain holds after turns, and shows a row that was changed or taken out', async () => {
    await world.store.commitTurn(commitOf(conversation, [1]));
    await world.store.commitTurn(commitOf({ ...conversation, version: 1 }, []));
    await world.store.commitTurn(commitOf({ ...conversation, version: 2 }, []));
    expect(await world.opened.verifyAudit()).toEqual({ rows: 3, broken: [] });

    const { db } = world.opened;
    const original = await db.selectFrom('audit').selectAll().where('n', '=', 2).executeTakeFirstOrThrow();
    await db.updateTable('audit').set({ action: 'something.else' }).where('n', '=', 2).execute();
    expect((await world.opened.verifyAudit()).broken).toEqual([conversation.id]);
    await db.updateTable('audit').set({ action: original.action }).where('n', '=', 2).execute();
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
    await db.deleteFrom('audit').where('n', '=', 3).execute();
    expect((await world.opened.verifyAudit()).broken).toEqual([conversation.id]);
  });
});
