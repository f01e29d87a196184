/** Several processes on one PostgreSQL, here as several stores in one; killed processes are in test/crash. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Job } from '../../src/contracts/engine.ts';
import { type OpenedStore, openStore, type StoreOptions } from '../../src/store/open.ts';
import { LASTING, type Place } from './backends.ts';
import { addressOf, commitOf, countedRandom, inbound, part, taskId, VAULT_KEY } from './world.ts';

const clock = { now: () => Date.now() };
let seeds = 0;

describe.each(LASTING.filter(({ name }) => name === 'PostgreSQL'))(
  'several processes on $name',
  (backend) => {
    let place: Place;
    let opened: OpenedStore[] = [];
    const failures: { job: Job | 'sweep'; error: unknown }[] = [];

    const join = async (also: Partial<StoreOptions> = {}): Promise<OpenedStore> => {
      seeds += 1;
      const one = await openStore({
        url: named(place.url),
        clock,
        random: countedRandom(`several ${seeds}`),
        vaultKey: VAULT_KEY,
        onError: (job, error) => failures.push({ job, error }),
        ...also,
      });
      opened.push(one);
      return one;
    };
    /** Our own connections, told from those of other tests. */
    const named = (address: string): string => {
      const url = new URL(address);
      url.searchParams.set('application_name', `several-${url.searchParams.get('options')?.slice(-16)}`);
      return url.href;
    };
    const mine = () => new URL(named(place.url)).searchParams.get('application_name');
    const query = async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
      const client = new pg.Client({ connectionString: place.url });
      await client.connect();
      return client
        .query(text, [...values])
        .then(({ rows }) => rows)
        .finally(() => client.end());
    };
    const jobsTable = async (): Promise<string> => {
      const [row] = await query<{ schema: string }>('select current_schema() as schema');
      return `${row?.schema}_jobs.job`;
    };

    beforeEach(async () => {
      place = await backend.newPlace();
      failures.length = 0;
    });
    afterEach(async () => {
      for (const one of opened) await one.close();
      opened = [];
      await place.remove();
    });

    /** Answers everything due, one turn an item, and notes what was read. */
    function answering(
      { store, engine }: OpenedStore,
      seen: string[],
      onTurn: () => void = () => {},
      delivered: string[] = [],
    ): void {
      engine.work('address', async (key) => {
        for (;;) {
          const due = await store.due(key as never);
          const first = due?.items[0];
          if (due === undefined || first === undefined) return;
          const turn = commitOf(due.conversation, [first.seq], { replies: [part('answer')] });
          if ((await store.commitTurn(turn)) === 'committed') {
            seen.push((first.content as { text: string }).text);
            onTurn();
          }
        }
      });
      engine.work('outbox', async (key) => {
        for (const { outbound } of await store.duePartsOf(key as never)) {
          delivered.push(outbound.key);
          await store.markSent(outbound.key);
        }
      });
    }

    test('share the work, answer every message once and keep the order of each talk', async () => {
      const seen: string[] = [];
      const delivered: string[] = [];
      const byProcess = [0, 0, 0];
      const all = await Promise.all([join(), join(), join()]);
      for (const [index, one] of all.entries()) {
        const count = () => {
          byProcess[index] = (byProcess[index] ?? 0) + 1;
        };
        answering(one, seen, count, delivered);
        await one.engine.sweep();
      }
      const people = Array.from({ length: 20 }, (_, index) => `p${index}`);
      for (let n = 0; n < 5; n += 1) {
        await Promise.all(
          people.map((user, index) => all[(index + n) % 3]?.store.receive(inbound(user, `${user}:${n}`))),
        );
      }
      await all[0]?.engine.idle();
      expect(seen).toHaveLength(100);
      expect(new Set(seen).size).toBe(100);
      expect([delivered.length, new Set(delivered).size]).toEqual([100, 100]);
      for (const user of people) {
        const said = seen.filter((text) => text.startsWith(`${user}:`));
        expect(said).toEqual([0, 1, 2, 3, 4].map((n) => `${user}:${n}`));
      }
      expect(byProcess.filter((turns) => turns > 0).length).toBeGreaterThan(1);
      const [open] = await query<{ n: string }>('select count(*) as n from outbox where closed_at is null');
      expect(open?.n).toBe('0');
      expect(failures).toEqual([]);
    });

    test('never run two handlers of one key side by side', async () => {
      const all = await Promise.all([join(), join()]);
      let atOnce = 0;
      let most = 0;
      let runs = 0;
      for (const { engine } of all) {
        engine.work('task', async () => {
          runs += 1;
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise((resolve) => setTimeout(resolve, 5));
          atOnce -= 1;
        });
        await engine.sweep();
      }
      for (let n = 0; n < 6; n += 1) {
        const one = all[n % 2] as OpenedStore;
        const tx = await one.db.transaction().execute(async (given) => {
          await one.engine.enqueueInTx(given, { queue: 'task', key: 'one' });
          return given;
        });
        one.engine.afterCommit(tx);
      }
      await all[0]?.engine.idle();
      expect({ most, runs }).toEqual({ most: 1, runs: 6 });
    });

    test('a job of a transaction that is rolled back never was', async () => {
      const one = await join();
      const ran: string[] = [];
      one.engine.work('task', async (key) => void ran.push(key));
      await one.engine.sweep();
      await one.db
        .transaction()
        .execute(async (tx) => {
          await one.engine.enqueueInTx(tx, { queue: 'task', key: 'undone' });
          throw new Error('rolled back');
        })
        .catch(() => {});
      await one.engine.idle();
      expect(ran).toEqual([]);
      expect(await query(`select 1 from ${await jobsTable()}`)).toEqual([]);
    });

    test('a handler that throws is reported and does not keep others or its own key from working', async () => {
      const one = await join();
      const seen: string[] = [];
      let fails = 1;
      one.engine.work('address', async (key) => {
        const due = await one.store.due(key as never);
        const texts = due?.items.map(({ content }) => (content as { text: string }).text) ?? [];
        if (texts.includes('bad') && fails > 0) {
          fails -= 1;
          throw new Error('trouble');
        }
        if (due === undefined) return;
        seen.push(...texts);
        await one.store.commitTurn(
          commitOf(
            due.conversation,
            due.items.map(({ seq }) => seq),
          ),
        );
      });
      await one.engine.sweep();
      await one.store.receive(inbound('lin', 'bad'));
      await vi.waitFor(() => expect(failures).toHaveLength(1), WAIT);
      await one.store.receive(inbound('wang', 'good'));
      await vi.waitFor(() => expect(seen).toContain('good'), WAIT);
      // A second after the failure, without anybody saying anything.
      await vi.waitFor(() => expect(seen).toContain('bad'), WAIT);
    });

    test('what has lost its job is found by the sweep, and asked for once however many sweep', async () => {
      const writer = await join();
      await writer.store.receive(inbound('lin', 'forgotten'));
      await query(`delete from ${await jobsTable()}`);
      const all = await Promise.all([join(), join(), join()]);
      await Promise.all(all.map(({ engine }) => engine.sweep()));
      const waiting = await query(`select singleton_key from ${await jobsTable()} where name = 'address'`);
      expect(waiting.length).toBeGreaterThanOrEqual(1);
      await Promise.all(all.map(({ engine }) => engine.sweep()));
      expect(await query(`select 1 from ${await jobsTable()} where name = 'address'`)).toHaveLength(
        waiting.length,
      );
      const seen: string[] = [];
      answering(all[0] as OpenedStore, seen);
      await all[0]?.engine.idle();
      expect(seen).toEqual(['forgotten']);
    });

    test('of all processes one takes a round, and the next when its time has come', async () => {
      const all = await Promise.all([join(), join(), join()]);
      const claim = (since: number, now: number) =>
        Promise.all(all.map(({ rounds }) => rounds.claim('sweep-test', { since, now })));
      expect((await claim(1_000, 1_000)).filter(Boolean)).toHaveLength(1);
      expect((await claim(1_000, 1_500)).filter(Boolean)).toHaveLength(0);
      expect((await claim(2_000, 2_000)).filter(Boolean)).toHaveLength(1);
    });

    test('a timer fires once, in its time, whichever process wrote it', async () => {
      const [one, other] = [await join(), await join()];
      const seen: unknown[] = [];
      for (const { store, engine } of [one, other]) {
        engine.work('address', async (key) => {
          const due = await store.due(key as never);
          if (due === undefined) return;
          seen.push(...due.items.map(({ content }) => content));
          await store.commitTurn(
            commitOf(
              due.conversation,
              due.items.map(({ seq }) => seq),
            ),
          );
        });
        await engine.sweep();
      }
      await one.store.receive(inbound('lin', 'hello'));
      await one.engine.idle();
      const conversation = await one.store.conversationAt(addressOf('lin'));
      if (conversation === undefined) throw new Error('no conversation');
      const dueAt = Date.now() + 300;
      await one.store.commitTurn(
        commitOf(conversation, [], { timers: [{ name: 'remind', dueAt, params: {} }] }),
      );
      await vi.waitFor(
        () => expect(seen).toContainEqual({ kind: 'timer', name: 'remind', params: {} }),
        WAIT,
      );
      expect(Date.now()).toBeGreaterThanOrEqual(dueAt);
      await other.engine.idle();
      expect(seen).toHaveLength(2);
    });

    test('a task that waits for its next try is no job until then', async () => {
      const one = await join();
      const ran: string[] = [];
      const id = taskId();
      one.engine.work('address', async () => {});
      await one.store.receive(inbound('lin', 'hello'));
      const conversation = await one.store.conversationAt(addressOf('lin'));
      if (conversation === undefined) throw new Error('no conversation');
      await one.store.commitTurn(commitOf(conversation, [1], { tasks: [{ id, name: 'bind', input: {} }] }));
      one.engine.work('task', async (key) => {
        ran.push(key);
        if (ran.length === 1) await one.store.retryTask(id, 'portal_timeout', Date.now() + 400);
        else await one.store.settleTask(id, { outcome: 'done', result: {}, applications: [] });
      });
      await one.engine.sweep();
      await vi.waitFor(() => expect(ran).toHaveLength(1), WAIT);
      await vi.waitFor(() => expect(ran).toHaveLength(2), WAIT);
    });

    test('a signal reaches every other process and not the one that sent it', async () => {
      const all = await Promise.all([join(), join(), join()]);
      const heard = all.map(({ signals }) => {
        const topics: string[] = [];
        signals.hear((topic) => topics.push(topic));
        return topics;
      });
      all[0]?.signals.send('web lin');
      await vi.waitFor(() => expect(heard[2]).toEqual(['web lin']), WAIT);
      await vi.waitFor(() => expect(heard[1]).toEqual(['web lin']), WAIT);
      expect(heard[0]).toEqual([]);
    });

    test('connections that are cut are mended, the listening one too', async () => {
      const [one, other] = [await join(), await join()];
      const heard: string[] = [];
      const seen: string[] = [];
      other.signals.hear((topic) => heard.push(topic));
      answering(other, seen);
      await other.engine.sweep();
      const cut = await query(
        'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
        [mine()],
      );
      expect(cut.length).toBeGreaterThanOrEqual(4);
      await vi.waitFor(() => {
        one.signals.send('again');
        expect(heard).toContain('again');
      }, WAIT);
      await vi.waitFor(() => one.store.receive(inbound('lin', 'after')), WAIT);
      await vi.waitFor(() => expect(seen).toEqual(['after']), WAIT);
    });

    test('a process holds no more connections than it was given', async () => {
      const one = await join({ connections: 4 });
      const seen: string[] = [];
      answering(one, seen);
      await one.engine.sweep();
      const counts: number[] = [];
      const counting = (async () => {
        while (seen.length < 60) {
          const rows = await query('select 1 from pg_stat_activity where application_name = $1', [mine()]);
          counts.push(rows.length);
        }
      })();
      await Promise.all(Array.from({ length: 60 }, (_, n) => one.store.receive(inbound(`u${n}`, `m${n}`))));
      await one.engine.idle();
      await counting;
      expect(Math.max(...counts)).toBe(4);
      expect(failures).toEqual([]);
    });

    test('a server that could never give so many connections is told by name', async () => {
      await expect(join({ connections: 100_000 })).rejects.toMatchObject({
        code: 'bad_config',
        message: expect.stringMatching(/GONGJI_DATABASE_POOL .*max_connections/u),
      });
    });
  },
);

const WAIT = { timeout: 10_000, interval: 10 };
