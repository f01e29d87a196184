/** Jobs that are begun by whoever writes them: what they look like, what a turn costs, and what happens when an answer is lost. */
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Job } from '../../src/contracts/engine.ts';
import { type OpenedStore, openStore, type StoreOptions } from '../../src/store/open.ts';
import { LASTING, type Place } from './backends.ts';
import { type CountingProxy, countingProxy } from './counting-proxy.ts';
import { commitOf, countedRandom, inbound, part, VAULT_KEY } from './world.ts';

const clock = { now: () => Date.now() };
let seeds = 0;
const WAIT = { timeout: 20_000, interval: 10 };

describe.each(LASTING.filter(({ name }) => name === 'PostgreSQL'))('jobs begun on $name', (backend) => {
  let place: Place;
  let proxy: CountingProxy;
  let opened: OpenedStore[] = [];
  const failures: { job: Job | 'sweep'; error: unknown }[] = [];

  beforeEach(async () => {
    place = await backend.newPlace();
    proxy = await countingProxy(place.url);
    failures.length = 0;
  });
  afterEach(async () => {
    for (const one of opened) await one.close();
    opened = [];
    await proxy.close();
    await place.remove();
  });

  const join = async (also: Partial<StoreOptions> = {}): Promise<OpenedStore> => {
    seeds += 1;
    const one = await openStore({
      url: place.url,
      clock,
      random: countedRandom(`begun ${seeds}`),
      vaultKey: VAULT_KEY,
      onError: (job, error) => failures.push({ job, error }),
      ...also,
    });
    opened.push(one);
    return one;
  };
  const query = async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: place.url });
    await client.connect();
    return client
      .query(text, [...values])
      .then(({ rows }) => rows)
      .finally(() => client.end());
  };
  const jobsSchema = async (): Promise<string> => {
    const [row] = await query<{ schema: string }>('select current_schema() as schema');
    return `${row?.schema}_jobs`;
  };
  const write = async (one: OpenedStore, job: Job): Promise<void> => {
    const tx = await one.db.transaction().execute(async (given) => {
      await one.engine.enqueueInTx(given, job);
      return given;
    });
    one.engine.afterCommit(tx);
  };

  /** One turn for all that is due, one delivery for all parts. */
  function answering({ store, engine }: OpenedStore, seen: string[], delivered: string[] = []): void {
    engine.work('address', async (key) => {
      const due = await store.due(key as never);
      if (due === undefined) return;
      const seqs = due.items.map(({ seq }) => seq);
      const turn = commitOf(due.conversation, seqs, { replies: [part('one'), part('two')] });
      seen.push(...due.items.map(({ content }) => (content as { text: string }).text));
      await store.commitTurn(turn);
    });
    engine.work('outbox', async (key) => {
      const keys = (await store.duePartsOf(key as never)).map(({ outbound }) => outbound.key);
      if (keys.length === 0) return;
      delivered.push(...keys);
      await store.markSent(...keys);
    });
  }
  const undelivered = () => query('select 1 from outbox where closed_at is null');
  const jobs = async () => query<{ state: string }>(`select * from ${await jobsSchema()}.job`);

  test('a job we write is the one pg-boss would have written, waiting and begun', async () => {
    const one = await join();
    const schema = await jobsSchema();
    const boss = new PgBoss({ connectionString: place.url, schema, supervise: false, schedule: false });
    boss.on('error', () => {});
    await boss.start();
    const rowOf = async (key: string) => {
      // Times by what they are from the making.
      const [row] = await query<Record<string, unknown>>(
        `select to_jsonb(j) - 'id' - 'singleton_key' - 'created_on' - 'start_after' - 'keep_until' - 'started_on' - 'heartbeat_on'
            || jsonb_build_object('starts', start_after - created_on, 'kept', keep_until - created_on,
              'is_started', started_on is not null, 'is_alive', heartbeat_on is not null) as row
          from ${schema}.job j where singleton_key = $1`,
        [key],
      );
      return row?.row;
    };
    try {
      await boss.send('task', {}, { singletonKey: 'theirs' });
      await write(one, { queue: 'task', key: 'ours' });
      expect(await rowOf('ours')).toMatchObject({ state: 'created', policy: 'key_strict_fifo' });
      expect(await rowOf('ours')).toEqual(await rowOf('theirs'));
      await boss.deleteJob(
        'task',
        String(
          (await query<{ id: string }>(`select id from ${schema}.job where singleton_key = 'ours'`))[0]?.id,
        ),
      );
      await boss.fetch('task');
      one.engine.work('task', () => new Promise((resolve) => setTimeout(resolve, 1_000)));
      await one.engine.sweep();
      await write(one, { queue: 'task', key: 'begun' });
      expect(await rowOf('begun')).toMatchObject({ state: 'active', is_started: true, is_alive: true });
      expect(await rowOf('begun')).toEqual(await rowOf('theirs'));
    } finally {
      await boss.stop({ graceful: false });
    }
  });

  test('whoever writes a message answers and delivers it, and no job is left', async () => {
    const [one, other] = [await join(), await join()];
    const seen: string[] = [];
    const seenElsewhere: string[] = [];
    answering(one, seen);
    answering(other, seenElsewhere);
    for (const { engine } of [one, other]) await engine.sweep();
    for (let n = 0; n < 5; n += 1) {
      await one.store.receive(inbound('lin', `m${n}`));
      await one.engine.idle();
    }
    expect(seen).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(seenElsewhere).toEqual([]);
    expect(await undelivered()).toEqual([]);
    expect(await jobs()).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('what is written while all hands are full is done by another process', async () => {
    const [full, free] = [await join(), await join()];
    const done: string[] = [];
    const { promise: end, resolve: endAll } = Promise.withResolvers<void>();
    full.engine.work('task', () => end);
    free.engine.work('task', async (key) => void done.push(key));
    for (const { engine } of [full, free]) await engine.sweep();
    for (let n = 0; n < 8; n += 1) await write(full, { queue: 'task', key: `slow${n}` });
    await write(full, { queue: 'task', key: 'ninth' });
    await vi.waitFor(() => expect(done).toEqual(['ninth']), WAIT);
    endAll();
  });

  test('what was begun by a transaction that was under way at the stop is done by another process at once', async () => {
    const [leaving, staying] = [await join(), await join()];
    const done: string[] = [];
    leaving.engine.work('task', async () => {});
    staying.engine.work('task', async (key) => void done.push(key));
    for (const { engine } of [leaving, staying]) await engine.sweep();
    const tx = await leaving.db.transaction().execute(async (given) => {
      await leaving.engine.enqueueInTx(given, { queue: 'task', key: 'late' });
      return given;
    });
    await leaving.engine.stop();
    leaving.engine.afterCommit(tx);
    await vi.waitFor(() => expect(done).toEqual(['late']), { timeout: 5_000, interval: 10 });
  });

  test('a turn costs no more statements and journeys than it has to', async () => {
    const calls = vi.spyOn(pg.Client.prototype, 'query').mock
      .calls as unknown as readonly (readonly unknown[])[];
    const one = await join({ url: proxy.url, connections: 4 });
    answering(one, []);
    await one.engine.sweep();
    // Not those by which we look on.
    const statements = () => calls.filter(([text]) => !String(text).startsWith('select *')).length;
    const costs: { readonly journeys: number; readonly statements: number }[] = [];
    const table = `${await jobsSchema()}.job`;
    for (let n = 0; n < 15; n += 1) {
      const before = { journeys: proxy.journeys(), statements: statements() };
      await one.store.receive(inbound('lin', `m${n}`));
      await vi.waitFor(async () => expect(await query(`select * from ${table}`)).toEqual([]), WAIT);
      costs.push({
        journeys: proxy.journeys() - before.journeys,
        statements: statements() - before.statements,
      });
    }
    vi.restoreAllMocks();
    expect(Math.min(...costs.map((cost) => cost.statements))).toBeGreaterThan(10);
    // The cheapest: the queue and the listening connection ask something now and then.
    expect(Math.min(...costs.map(({ journeys }) => journeys))).toBeLessThanOrEqual(9);
    expect(Math.min(...costs.map((cost) => cost.statements))).toBeLessThanOrEqual(23);
  });

  test('a message whose commit nobody was told of is answered once, when the sign of life has failed to come', async () => {
    const one = await join({ url: proxy.url });
    const seen: string[] = [];
    answering(one, seen);
    await one.engine.sweep();
    await one.store.receive(inbound('lin', 'first'));
    await one.engine.idle();
    proxy.loseCommitOf('lost words');
    await expect(one.store.receive(inbound('lin', 'lost words'))).rejects.toMatchObject({
      code: 'store_busy',
    });
    expect(await one.store.receive(inbound('lin', 'lost words'))).toBe('duplicate');
    expect(await jobs()).toMatchObject([{ state: 'active' }]);
    await silence();
    await vi.waitFor(() => expect(seen).toEqual(['first', 'lost words']), WAIT);
    await vi.waitFor(async () => expect(await undelivered()).toEqual([]), WAIT);
    await one.engine.idle();
    expect(seen).toEqual(['first', 'lost words']);
    expect(await query('select 1 from turns')).toHaveLength(2);
  });

  test('a turn whose commit nobody was told of is not made again, and its answer is delivered once', async () => {
    const one = await join({ url: proxy.url });
    const seen: string[] = [];
    const delivered: string[] = [];
    answering(one, seen, delivered);
    await one.engine.sweep();
    proxy.loseCommitOf('turn.committed');
    await one.store.receive(inbound('lin', 'hello'));
    await vi.waitFor(() => expect(failures).toHaveLength(1), WAIT);
    expect(await query('select 1 from turns')).toHaveLength(1);
    await silence();
    await vi.waitFor(async () => expect(await undelivered()).toEqual([]), WAIT);
    await one.engine.idle();
    expect(delivered).toHaveLength(2);
    expect(await query('select 1 from turns')).toHaveLength(1);
    expect(await jobs()).toEqual([]);
  });

  /** As if ten seconds had passed without anybody touching a job. */
  async function silence(): Promise<void> {
    await query(
      `update ${await jobsSchema()}.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`,
    );
  }
});
