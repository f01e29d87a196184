import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/domain/conversation.ts';
import { LASTING } from './backends.ts';
import { addressOf, begun, commitOf, inbound, openWorld, part, type World } from './world.ts';

const [sqlite] = LASTING;
if (sqlite === undefined) throw new Error('SQLite is always there');

describe('messages and turns committed together', () => {
  let world: World;
  let talks: readonly Conversation[];
  beforeEach(async () => {
    world = await openWorld(sqlite);
    talks = [await begun(world, 'lin'), await begun(world, 'wang')];
  });
  afterEach(() => world.end());

  const talk = (n: number): Conversation => talks[n] as Conversation;
  const answered = (n: number) =>
    world.store.commitTurn(commitOf(talk(n), [1], { replies: [part(`answer ${n}`)] }));
  const outcomes = async (all: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(all)).map((one) =>
      one.status === 'fulfilled' ? one.value : (one.reason.code ?? one.reason.message),
    );

  /** A row that refers to nothing is found at the commit and not before. */
  async function failCommitsWith(messageId: string): Promise<void> {
    const { db } = world.opened;
    await sql`create table anything (id text primary key)`.execute(db);
    await sql`create table refers (id text references anything (id) deferrable initially deferred)`.execute(
      db,
    );
    await sql`create trigger fails after insert on inbox when new.message_id = ${sql.lit(messageId)}
      begin insert into refers values ('nowhere'); end`.execute(db);
  }

  test('a reply whose group could not be committed is not there to be delivered, and nobody is woken', async () => {
    const woken: string[] = [];
    for (const queue of ['address', 'outbox'] as const) {
      world.engine.work(queue, async (key) => void woken.push(`${queue} ${key}`));
    }
    await failCommitsWith('poison');
    const told = await outcomes([answered(0), world.store.receive(inbound('zhao', 'poison')), answered(1)]);
    expect(told).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/constraint|ERR_SQLITE/u)));
    expect(woken).toEqual([]);
    for (const { id } of talks) {
      expect(await world.store.duePartsOf(id)).toEqual([]);
      expect((await world.store.due(id))?.items).toHaveLength(1);
    }
    expect(await world.store.conversationAt(addressOf('zhao'))).toBeUndefined();

    expect(await outcomes([answered(0), answered(1)])).toEqual(['committed', 'committed']);
    expect(woken).toEqual(talks.map(({ id }) => `outbox ${id}`));
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  test('a message is not called a duplicate of one that was never committed', async () => {
    await failCommitsWith('poison');
    const told = await outcomes([
      world.store.receive(inbound('zhao', 'first')),
      world.store.receive(inbound('zhao', 'first')),
      world.store.receive(inbound('lin', 'poison')),
    ]);
    expect(told).not.toContain('duplicate');
    expect(await outcomes([world.store.receive(inbound('zhao', 'first'))])).toEqual(['stored']);
    expect(await outcomes(['first', 'second'].map((id) => world.store.receive(inbound('zhao', id))))).toEqual(
      ['duplicate', 'stored'],
    );
  });

  test('one that is stale or a duplicate leaves those beside it as they are', async () => {
    const told = await outcomes([
      answered(0),
      answered(0),
      world.store.receive(inbound('wang', 'wang-1')),
      world.store.receive(inbound('wang', 'wang-2')),
      answered(1),
    ]);
    expect(told).toEqual(['committed', 'stale', 'duplicate', 'stored', 'committed']);
    expect((await world.store.due(talk(1).id))?.items.map(({ seq }) => seq)).toEqual([2]);
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  test('out of room, everybody is told so or is safe; with room again all goes on', async () => {
    const { db } = world.opened;
    const pages = (await sql<{ page_count: number }>`pragma page_count`.execute(db)).rows[0]?.page_count ?? 0;
    await sql`pragma max_page_count = ${sql.lit(pages + 6)}`.execute(db);
    const long = 'long '.repeat(400);
    const send = (n: number) => world.store.receive(inbound('zhao', `zhao-${n}`, long));
    const told = await outcomes(Array.from({ length: 40 }, (_, n) => send(n)));
    expect(new Set(told)).toEqual(new Set(['stored', 'store_full']));

    const stored = await db.selectFrom('inbox').select('message_id').orderBy('seq').execute();
    const ids = stored.map((row) => row.message_id).filter((id) => id.startsWith('zhao'));
    expect(ids).toEqual(told.flatMap((outcome, n) => (outcome === 'stored' ? [`zhao-${n}`] : [])));

    await sql`pragma max_page_count = ${sql.lit(pages + 1_000)}`.execute(db);
    expect(await outcomes([send(40), answered(0)])).toEqual(['stored', 'committed']);
  });

  test('what was handed in before the end is committed before it', async () => {
    const handed = Array.from({ length: 80 }, (_, n) => world.store.receive(inbound('zhao', `zhao-${n}`)));
    await world.reopen();
    expect(await outcomes(handed)).toEqual(handed.map(() => 'stored'));
    const id = (await world.store.conversationAt(addressOf('zhao')))?.id as Conversation['id'];
    expect((await world.store.due(id))?.more).toBe(true);
  });
});
