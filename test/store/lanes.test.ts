import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '../../src/contracts/engine.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, inbound, openWorld, part, START, taskId, type World } from './world.ts';

/** A door that handlers wait at until the test opens it. */
function door() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe.each(BACKENDS)('the engine on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  /** Commits a turn over whatever is due. */
  async function drain(key: string): Promise<void> {
    for (;;) {
      const due = await world.store.due(key as never);
      if (due === undefined) return;
      const seqs = due.items.map((item) => item.seq);
      await world.store.commitTurn(commitOf(due.conversation, seqs));
    }
  }

  async function inTx(job: Job, fate: 'commit' | 'roll back'): Promise<void> {
    const { db, engine } = world.opened;
    await db
      .transaction()
      .execute(async (tx) => {
        await engine.enqueueInTx(tx, job);
        if (fate === 'roll back') throw new Error('rolled back');
        return tx;
      })
      .then((tx) => engine.afterCommit(tx))
      .catch(() => {});
  }

  test('a message wakes its conversation, and only that', async () => {
    const woken: string[] = [];
    world.engine.work('address', async (key) => {
      woken.push(key);
      await drain(key);
    });
    const { id } = await begun(world);
    await world.engine.idle();
    expect(new Set(woken)).toEqual(new Set([id]));
    expect(await world.store.due(id)).toBeUndefined();
  });

  test('a job of a transaction that is rolled back never was', async () => {
    const woken: string[] = [];
    world.engine.work('task', async (key) => void woken.push(key));
    await inTx({ queue: 'task', key: 'undone' }, 'roll back');
    await inTx({ queue: 'task', key: 'done' }, 'commit');
    await world.engine.idle();
    expect(woken).toEqual(['done']);
  });

  test('one key runs one handler at a time, and once more when called meanwhile', async () => {
    const gate = door();
    let atOnce = 0;
    let most = 0;
    let runs = 0;
    world.engine.work('task', async () => {
      runs += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await gate.opened;
      atOnce -= 1;
    });
    for (let call = 0; call < 4; call += 1) await inTx({ queue: 'task', key: 'one' }, 'commit');
    gate.open();
    await world.engine.idle();
    expect({ most, runs }).toEqual({ most: 1, runs: 2 });
  });

  test('different keys run side by side, up to eight', async () => {
    const gate = door();
    let atOnce = 0;
    let most = 0;
    world.engine.work('task', async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await gate.opened;
      atOnce -= 1;
    });
    for (let key = 0; key < 12; key += 1) await inTx({ queue: 'task', key: `k${key}` }, 'commit');
    const before = most;
    gate.open();
    await world.engine.idle();
    expect({ before, most }).toEqual({ before: 8, most: 8 });
  });

  test('messages of many people are each worked off in order', async () => {
    const seen: string[] = [];
    world.engine.work('address', async (key) => {
      const due = await world.store.due(key as never);
      if (due === undefined) return;
      const first = due.items[0];
      if (first === undefined) return;
      seen.push((first.content as { text: string }).text);
      await world.store.commitTurn(commitOf(due.conversation, [first.seq]));
      await drainOneByOne(key);
    });
    async function drainOneByOne(key: string): Promise<void> {
      for (;;) {
        const due = await world.store.due(key as never);
        const first = due?.items[0];
        if (due === undefined || first === undefined) return;
        seen.push((first.content as { text: string }).text);
        await world.store.commitTurn(commitOf(due.conversation, [first.seq]));
      }
    }
    const people = ['a', 'b', 'c'];
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(people.map((user) => world.store.receive(inbound(user, `${user}${n}`))));
    }
    await world.engine.idle();
    for (const user of people) {
      expect(seen.filter((text) => text.startsWith(user))).toEqual([0, 1, 2, 3, 4].map((n) => `${user}${n}`));
    }
  });

  test('a handler that throws is reported and tried again after a rest that grows', async () => {
    const { id } = await begun(world);
    let runs = 0;
    world.engine.work('address', async (key) => {
      runs += 1;
      if (runs <= 2) throw new Error('trouble');
      await drain(key);
    });
    await world.engine.idle();
    expect(runs).toBe(1);
    await world.engine.sweep();
    await world.engine.idle();
    expect(runs).toBe(1);
    world.clock.advance(1_000);
    await world.engine.idle();
    expect(runs).toBe(2);
    world.clock.advance(1_000);
    await world.engine.idle();
    expect(runs).toBe(2);
    world.clock.advance(1_000);
    await world.engine.idle();
    expect(runs).toBe(3);
    expect(await world.store.due(id)).toBeUndefined();
    expect(world.failures.map((failure) => failure.job)).toEqual([
      { queue: 'address', key: id },
      { queue: 'address', key: id },
    ]);
  });

  test('one person whose messages fail does not hold up another', async () => {
    const lin = await begun(world, 'lin');
    world.engine.work('address', async (key) => {
      if (key === lin.id) throw new Error('trouble');
      await drain(key);
    });
    const wang = await begun(world, 'wang');
    await world.engine.idle();
    expect(await world.store.due(wang.id)).toBeUndefined();
    expect(await world.store.due(lin.id)).toBeDefined();
  });

  test('a handler that leaves its work undone does not keep us busy for ever', async () => {
    const { id } = await begun(world);
    let runs = 0;
    world.engine.work('address', async () => {
      runs += 1;
    });
    await world.engine.idle();
    expect(runs).toBe(1);
    world.clock.advance(60_000);
    await world.engine.idle();
    world.engine.work('address', drain);
    await world.store.receive(inbound('lin', 'again'));
    await world.engine.idle();
    expect(await world.store.due(id)).toBeUndefined();
  });

  test('the sweep finds messages, parts, tasks and timers that nobody called for', async () => {
    const conversation = await begun(world);
    const task = taskId();
    const turn = commitOf(conversation, [1], {
      replies: [part('one')],
      tasks: [{ id: task, name: 'bind', input: {} }],
      timers: [{ name: 'remind', dueAt: START, params: { about: 'A1' } }],
    });
    await world.store.commitTurn(turn);
    const found: string[] = [];
    for (const queue of ['address', 'outbox', 'task'] as const) {
      world.engine.work(queue, async (key) => void found.push(`${queue} ${key}`));
    }
    await world.engine.sweep();
    await world.engine.idle();
    expect(new Set(found)).toEqual(
      new Set([`address ${conversation.id}`, `outbox ${conversation.id}`, `task ${task}`]),
    );
    expect((await world.store.due(conversation.id))?.items.map((item) => item.content)).toEqual([
      { kind: 'timer', name: 'remind', params: { about: 'A1' } },
    ]);
  });

  test('what is due later is not due now, and is when its time has come', async () => {
    const conversation = await begun(world);
    const task = taskId();
    await world.store.commitTurn(
      commitOf(conversation, [1], {
        replies: [part('one')],
        tasks: [{ id: task, name: 'bind', input: {} }],
        timers: [{ name: 'remind', dueAt: START + 5_000, params: {} }],
      }),
    );
    await world.store.retryTask(task, 'portal_timeout', START + 5_000);
    await world.store.markFailed(`${conversation.id}:1:0`, 'channel_unavailable', START + 5_000);
    const found: string[] = [];
    for (const queue of ['address', 'outbox', 'task'] as const) {
      world.engine.work(queue, async () => void found.push(queue));
    }
    await world.engine.idle();
    expect(found).toEqual([]);
    world.clock.advance(5_000);
    await world.engine.sweep();
    await world.engine.idle();
    expect(new Set(found)).toEqual(new Set(['address', 'outbox', 'task']));
  });

  test('a timer fires once, however many sweeps find it', async () => {
    const conversation = await begun(world);
    const timers = [{ name: 'remind', dueAt: START, params: {} }];
    await world.store.commitTurn(commitOf(conversation, [1], { timers }));
    await Promise.all([world.engine.sweep(), world.engine.sweep(), world.engine.sweep()]);
    expect((await world.store.due(conversation.id))?.items).toHaveLength(1);
  });

  test('stopping waits for the handler that runs and starts no other', async () => {
    const gate = door();
    const done: string[] = [];
    world.engine.work('task', async (key) => {
      await gate.opened;
      done.push(key);
    });
    for (let key = 0; key < 9; key += 1) await inTx({ queue: 'task', key: `k${key}` }, 'commit');
    const stopping = world.engine.stop();
    gate.open();
    await stopping;
    expect(done).toHaveLength(8);
    await inTx({ queue: 'task', key: 'late' }, 'commit');
    expect(done).not.toContain('late');
  });
});
