import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApplicationRecord } from '../../src/contracts/store.ts';
import type { Conversation } from '../../src/domain/conversation.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, openWorld, START, taskId, type World } from './world.ts';

describe.each(BACKENDS)('the tasks on $name', (backend) => {
  let world: World;
  let conversation: Conversation;
  let task: TaskId;
  beforeEach(async () => {
    world = await openWorld(backend);
    conversation = await begun(world);
    task = taskId();
    const input = { relation: 'child', payer: 'p_1' };
    await world.store.commitTurn(commitOf(conversation, [1], { tasks: [{ id: task, name: 'bind', input }] }));
  });
  afterEach(() => world.end());

  const application = (also: Partial<ApplicationRecord> = {}): ApplicationRecord => ({
    applicationNo: 'A1',
    task,
    conversation: conversation.id,
    kind: 'bind',
    payer: 'p_payer' as never,
    dependent: 'p_dependent' as never,
    relation: 'child',
    region: '999900',
    state: 'SUBMITTED',
    submittedAt: '2026-11-24T08:00:00.000Z',
    updatedAt: '2026-11-24T08:00:00.000Z',
    ...also,
  });

  test('a new task is open with what it was given', async () => {
    expect(await world.store.openTask(task)).toEqual({
      id: task,
      conversation: conversation.id,
      name: 'bind',
      input: { relation: 'child', payer: 'p_1' },
      attempts: 0,
    });
    expect(await world.store.openTask(taskId())).toBeUndefined();
  });

  test('a call is prepared once; found again without an answer, nobody knows whether it was made', async () => {
    const key = `${task}:submit`;
    expect(await world.store.prepareCall(task, key, 'bind')).toEqual({ key, state: 'prepared' });
    expect(await world.store.prepareCall(task, key, 'bind')).toEqual({ key, state: 'unknown' });
    const rows = await world.opened.db.selectFrom('service_calls').selectAll().execute();
    expect(rows).toHaveLength(1);
  });

  test('a call after a time-out is unknown until it is finished, and then keeps its first answer', async () => {
    const key = `${task}:submit`;
    await world.store.prepareCall(task, key, 'bind');
    await world.store.markCallUnknown(key);
    expect(await world.store.prepareCall(task, key, 'bind')).toEqual({ key, state: 'unknown' });
    await world.store.finishCall(key, { done: true });
    await world.store.finishCall(key, { done: false });
    await world.store.markCallUnknown(key);
    expect(await world.store.prepareCall(task, key, 'bind')).toEqual({
      key,
      state: 'done',
      response: { done: true },
    });
  });

  test('a retried task counts its attempts', async () => {
    await world.store.retryTask(task, 'portal_timeout', START + 1_000);
    await world.store.retryTask(task, 'portal_timeout', START + 3_000);
    expect((await world.store.openTask(task))?.attempts).toBe(2);
  });

  test('a settled task is told to its conversation once, however often it is settled', async () => {
    const settled = {
      outcome: 'done',
      result: { applicationNo: 'A1' },
      applications: [application()],
    } as const;
    await world.store.settleTask(task, settled);
    await world.store.settleTask(task, { ...settled, outcome: 'failed' });
    await Promise.all([world.store.settleTask(task, settled), world.store.settleTask(task, settled)]);
    expect(await world.store.openTask(task)).toBeUndefined();
    const due = await world.store.due(conversation.id);
    expect(due?.items.map((item) => item.content)).toEqual([
      { kind: 'task.settled', task, name: 'bind', outcome: 'done', result: { applicationNo: 'A1' } },
    ]);
  });

  test('a task settled by several at once is told once', async () => {
    const settled = { outcome: 'done', result: {}, applications: [application()] } as const;
    await Promise.all(Array.from({ length: 6 }, () => world.store.settleTask(task, settled)));
    expect((await world.store.due(conversation.id))?.items).toHaveLength(1);
    expect(await world.opened.verifyAudit()).toEqual({ rows: 2, broken: [] });
  });

  test('a settled task is not tried again', async () => {
    await world.store.settleTask(task, { outcome: 'failed', result: {}, applications: [] });
    await world.store.retryTask(task, 'late', START);
    expect(await world.store.openTask(task)).toBeUndefined();
  });

  test('an application is found by its number and by both persons', async () => {
    const made = application();
    await world.store.settleTask(task, { outcome: 'done', result: {}, applications: [made] });
    expect(await world.store.applicationByNo('A1')).toEqual(made);
    expect(await world.store.applicationByNo('A2')).toBeUndefined();
    expect(await world.store.applicationsOf('p_payer' as never)).toEqual([made]);
    expect(await world.store.applicationsOf('p_dependent' as never)).toEqual([made]);
    expect(await world.store.applicationsOf('p_other' as never)).toEqual([]);
  });

  test('an application without a relative or region keeps them out', async () => {
    const { dependent: _, relation: __, region: ___, ...bare } = application({ kind: 'unbind' });
    await world.store.settleTask(task, { outcome: 'done', result: {}, applications: [bare] });
    expect(await world.store.applicationByNo('A1')).toEqual(bare);
  });
});

describe.each(BACKENDS)('news of the office on $name', (backend) => {
  let world: World;
  let conversation: Conversation;
  beforeEach(async () => {
    world = await openWorld(backend);
    conversation = await begun(world);
  });
  afterEach(() => world.end());

  const message = (messageId: string) => ({
    conversation: conversation.id,
    messageId,
    content: { kind: 'office', event: 'application.changed', params: { no: 'A1' } } as const,
  });

  test('a portal never read begins at zero', async () => {
    expect(await world.store.cursor('simulated')).toBe(0);
  });

  test('cursor and messages move together, and a page recorded twice is told once', async () => {
    const page = { messages: [message('change:1'), message('change:2')], applications: [] };
    await world.store.recordChanges('simulated', 2, page);
    await world.store.recordChanges('simulated', 2, page);
    expect(await world.store.cursor('simulated')).toBe(2);
    expect((await world.store.due(conversation.id))?.items).toHaveLength(3);
  });

  test('pages that overlap tell each change once, and the chain still holds', async () => {
    await world.store.recordChanges('simulated', 1, { messages: [message('change:1')], applications: [] });
    const next = { messages: [message('change:1'), message('change:2')], applications: [] };
    await world.store.recordChanges('simulated', 2, next);
    expect((await world.store.due(conversation.id))?.items).toHaveLength(3);
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  test('a page that cannot be recorded whole does not move the cursor', async () => {
    const broken = {
      messages: [message('change:1'), { ...message('change:2'), conversation: 'c_none' as never }],
      applications: [],
    };
    await expect(world.store.recordChanges('simulated', 2, broken)).rejects.toThrow();
    expect(await world.store.cursor('simulated')).toBe(0);
    expect((await world.store.due(conversation.id))?.items).toHaveLength(1);
  });

  test('an older page does not turn the cursor or an application back', async () => {
    const task = taskId();
    await world.store.commitTurn(
      commitOf(conversation, [1], { tasks: [{ id: task, name: 'bind', input: {} }] }),
    );
    await world.store.settleTask(task, {
      outcome: 'done',
      result: {},
      applications: [
        {
          applicationNo: 'A1',
          task,
          conversation: conversation.id,
          kind: 'bind',
          payer: 'p_1' as never,
          state: 'SUBMITTED',
          submittedAt: '2026-11-24T08:00:00.000Z',
          updatedAt: '2026-11-24T08:00:00.000Z',
        },
      ],
    });
    const news = (state: 'ACTIVE' | 'REJECTED', reason?: string) => ({
      messages: [],
      applications: [{ applicationNo: 'A1', state, ...(reason !== undefined && { reason }) }],
    });
    await world.store.recordChanges('simulated', 5, news('REJECTED', 'identity_mismatch'));
    await world.store.recordChanges('simulated', 4, news('ACTIVE'));
    expect(await world.store.cursor('simulated')).toBe(5);
    expect(await world.store.applicationByNo('A1')).toMatchObject({
      state: 'REJECTED',
      reason: 'identity_mismatch',
    });
  });
});
