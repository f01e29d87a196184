import { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { OneConnection } from '../../src/store/backend.ts';
import { createGroupCommit, type GroupCommit } from '../../src/store/group-commit.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { betweenTransactions } from '../../src/store/sqlite-connection.ts';
import type { Tx } from '../../src/store/tables.ts';
import { countedRandom } from './world.ts';

class Thrown extends Error {}
class DiskFull extends AppError {
  constructor() {
    super('store_full', 'full', { cause: Object.assign(new Error('full'), { errcode: 13 }) });
  }
}

interface Said {
  said: { n: number; who: string };
}

/** Passes the event loop so often that whatever needs no more than that has happened. */
async function turns(count = 5): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('transactions of an embedded database that are ready in the same moment', () => {
  let one: OneConnection;
  let group: GroupCommit;
  let db: Kysely<Said>;
  let commits: number;
  let happened: string[];
  let failNext: AppError | undefined;

  beforeEach(() => {
    const { dialect, one: connection } = openSqlite(':memory:');
    if (connection === undefined) throw new Error('An embedded database has one connection');
    db = new Kysely<Said>({ dialect });
    commits = 0;
    happened = [];
    failNext = undefined;
    one = {
      ...connection,
      commit() {
        happened.push('commit');
        commits += 1;
        const error = failNext;
        failNext = undefined;
        if (error !== undefined) throw error;
        connection.commit();
      },
    };
    one.run('create table said (n integer primary key, who text not null)', []);
    group = createGroupCommit(one);
  });
  afterEach(() => db.destroy());

  const write = (n: number, who: string) => one.run('insert into said (n, who) values (?, ?)', [n, who]);
  const rows = () => one.run<{ n: number; who: string }>('select n, who from said order by n', []).rows;
  const names = () => rows().map(({ who }) => who);
  const say = (n: number, who: string) =>
    group
      .transact(async () => {
        happened.push(`wrote ${who}`);
        write(n, who);
      })
      .then(
        () => void happened.push(`told ${who}`),
        (error: Error) => void happened.push(`told ${who} ${error.message}`),
      );

  test('share one commit, in the order they came, and are told after it', async () => {
    await Promise.all([say(1, 'lin'), say(2, 'wang'), say(3, 'zhao')]);
    expect(happened).toEqual([
      'wrote lin',
      'wrote wang',
      'wrote zhao',
      'commit',
      'told lin',
      'told wang',
      'told zhao',
    ]);
    expect(names()).toEqual(['lin', 'wang', 'zhao']);
  });

  test('one that throws is undone alone, whatever it wrote', async () => {
    const failing = group.transact(async () => {
      write(2, 'wang');
      throw new Thrown('no');
    });
    const [, thrown] = await Promise.all([
      say(1, 'lin'),
      failing.catch((error: unknown) => error),
      say(2, 'zhao'),
    ]);
    expect(thrown).toBeInstanceOf(Thrown);
    expect(rows()).toEqual([
      { n: 1, who: 'lin' },
      { n: 2, who: 'zhao' },
    ]);
    expect(commits).toBe(1);
  });

  test('all fail with what the commit failed with, those too who only looked or threw', async () => {
    failNext = new DiskFull();
    const looking = group.transact(async () => names());
    const written = group.transact(async () => void write(1, 'lin'));
    const duplicate = group.transact(async () => {
      throw new Thrown(`${names().join()} is there`);
    });
    expect(await Promise.allSettled([looking, written, duplicate])).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'rejected', reason: expect.any(DiskFull) })),
    );
    expect(rows()).toEqual([]);
    await say(1, 'lin');
    expect(names()).toEqual(['lin']);
  });

  test('those who have not run when SQLite undoes everything by itself are not lost with it', async () => {
    const full = () => {
      // As SQLite does out of space.
      one.run('rollback', []);
      throw new DiskFull();
    };
    const swallowing = async () => {
      try {
        full();
      } catch {
        return 'all is well';
      }
      return 'not reached';
    };
    const outcomes = await Promise.allSettled([
      group.transact(async () => void write(1, 'lin')),
      group.transact(async () => full()),
      group.transact(async () => void write(2, 'wang')),
      group.transact(swallowing),
      group.transact(async () => void write(3, 'zhao')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toMatchObject([
      { code: 'store_full' },
      { code: 'store_full' },
      { code: 'store_busy' },
      { code: 'store_busy' },
      false,
    ]);
    expect(names()).toEqual(['zhao']);
  });

  test('when it cannot even begin, all who wait are told, and the next may try', async () => {
    const begin = one.begin;
    let tries = 0;
    const broken = createGroupCommit({
      ...one,
      begin() {
        tries += 1;
        if (tries === 1) throw new DiskFull();
        begin();
      },
    });
    const both = [1, 2].map((n) => broken.transact(async () => void write(n, 'lin')));
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await broken.transact(async () => void write(3, 'wang'));
    expect(names()).toEqual(['wang']);
  });

  test('are not read by others before they are committed, nor when they are not', async () => {
    const gate = Promise.withResolvers<void>();
    const read = betweenTransactions(one);
    const seen: string[][] = [];
    const look = async () => {
      seen.push((await read<{ who: string }>('select who from said', [])).rows.map(({ who }) => who));
      seen.push((await db.selectFrom('said').select('who').execute()).map(({ who }) => who));
    };
    failNext = new DiskFull();
    const failing = group
      .transact(async () => {
        write(1, 'lin');
        await gate.promise;
      })
      .catch((error: unknown) => error);
    await turns();
    const looking = look();
    await turns();
    expect([one.isFree(), seen]).toEqual([false, []]);
    gate.resolve();
    expect(await failing).toBeInstanceOf(DiskFull);
    await looking;
    expect(seen).toEqual([[], []]);
    await say(2, 'wang');
    await look();
    expect(seen.slice(2)).toEqual([['wang'], ['wang']]);
  });

  test('a transaction of a tool comes between groups, not into one', async () => {
    const before = say(1, 'lin');
    const tool = db.transaction().execute(async (tx) => {
      happened.push('tool');
      await turns();
      await tx
        .insertInto('said' as never)
        .values({ n: 2, who: 'tool' } as never)
        .execute();
    });
    const after = say(3, 'wang');
    await Promise.all([before, tool, after]);
    expect(happened.filter((line) => line === 'tool' || line.startsWith('wrote'))).toEqual([
      'tool',
      'wrote lin',
      'wrote wang',
    ]);
    expect(names()).toEqual(['lin', 'tool', 'wang']);
  });

  test('a crowd is committed in groups of a bounded size', async () => {
    await Promise.all(Array.from({ length: 150 }, (_, n) => say(n, `p${n}`)));
    expect([commits, rows().length]).toEqual([3, 150]);
  });

  test('one inside another is refused instead of waiting for itself', async () => {
    const nested = group.transact(async () => group.transact(async () => {}));
    await expect(nested).rejects.toThrow(/inside another/u);
  });

  test('a statement that comes after the end of its transaction is refused', async () => {
    let kept: Tx | undefined;
    await group.transact(async (tx) => {
      kept = tx;
    });
    await expect((kept as Tx).selectFrom('inbox').selectAll().execute()).rejects.toThrow();
  });

  test('are all committed when somebody waits for the end', async () => {
    const telling = Array.from({ length: 100 }, (_, n) => say(n, `p${n}`));
    await group.settled();
    expect(rows()).toHaveLength(100);
    await Promise.all(telling);
  });

  test('with any mixture of them the rows are those of the members that were told so, in order', async () => {
    const random = countedRandom('mixture');
    const chance = (of: number): number => (random.bytes(1)[0] ?? 0) % of;
    const model: string[] = [];
    let tried = 0;
    const counts = { done: 0, thrown: 0, clash: 0, lost: 0 };

    const member = async (id: number): Promise<void> => {
      const kind = (['done', 'done', 'done', 'thrown', 'clash'] as const)[chance(5)] ?? 'done';
      const size = 1 + chance(3);
      const isSlow = chance(8) === 0;
      let seen: readonly string[] = [];
      const work = async () => {
        tried += 1;
        seen = names();
        for (let n = 0; n < size; n += 1) {
          write(id * 10 + n, `${id}.${n}`);
          if (isSlow) await turns(1);
        }
        if (kind === 'thrown') throw new Thrown(String(id));
        if (kind === 'clash') write(id * 10, 'again');
        return id;
      };
      const told = await group.transact(work).then(
        (result) => (result === id ? 'done' : 'wrong'),
        (error: unknown) =>
          error instanceof DiskFull ? 'lost' : error instanceof Thrown ? 'thrown' : 'clash',
      );
      if (told === 'lost') counts.lost += 1;
      else {
        expect(told).toBe(kind);
        counts[kind] += 1;
        // Told in the order they ran: what it saw is what was there then.
        expect(seen).toEqual(model);
      }
      if (told === 'done') {
        for (let n = 0; n < size; n += 1) model.push(`${id}.${n}`);
        model.sort((a, b) => Number(a.replace('.', '')) - Number(b.replace('.', '')));
      }
    };

    const all: Promise<void>[] = [];
    for (let id = 1; id <= 400; id += 1) {
      all.push(member(id));
      if (chance(5) === 0) await turns(1 + chance(3));
      if (chance(20) === 0) failNext = new DiskFull();
    }
    await Promise.all(all);
    expect(names()).toEqual(model);
    expect(tried).toBe(400);
    expect(Object.values(counts).every((count) => count > 10)).toBe(true);
    expect(commits).toBeLessThan(200);
    expect([one.isFree(), one.isBegun()]).toEqual([true, false]);
  });
});
