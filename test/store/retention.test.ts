/** Nothing is kept longer than its class allows, over years, and what is still open is not torn away. */
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Case } from '../../src/domain/case.ts';
import { DATA_CLASSES, type DataClassId } from '../../src/domain/data-class.ts';
import type { CaseId, LinkId, PersonRef } from '../../src/domain/ids.ts';
import { periodsOf } from '../../src/knowledge/data-classes.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { SHELVES } from '../../src/store/retention-classes.ts';
import { BACKENDS } from './backends.ts';
import { addressOf, begun, commitOf, inbound, openWorld, part, taskId, type World } from './world.ts';

const PERIODS = periodsOf(loadKnowledge(join(import.meta.dirname, '..', '..', 'knowledge')));
const DAY_MS = 24 * 3_600_000;
const CHEN = { name: '陈示例', documentType: 'resident_id', documentNumber: '990101199001011232' } as const;

/** Tables that say nothing of anybody, each with the reason. */
const ABOUT_NOBODY: { readonly [table: string]: string } = {
  addresses:
    'counts the chain of a conversation; forgets who wrote with the conversation, goes with the chain',
  conversation_persons: 'goes with the person or the conversation',
  person_keys: 'goes with the person',
  installations: 'where apps are installed on platforms, until they are taken out there',
  salutations: 'goes with the person',
  case_counters: 'a number a day',
  channels_served: 'when a channel was served last',
  channel_cursors: 'how far a channel was read',
  desk_counter: 'a number',
  view_cursors: 'how far a view has shown',
  view_anchors: 'where a view shows a case: ids of the platform, nothing of the citizen',
  office_cursors: 'a number an office',
  withdrawals: 'what the knowledge no longer says',
  settings: 'what the database knows about itself',
  rounds: 'when work was done last',
  figure_cells: 'numbers by day, counted over everybody',
  figure_days: 'which days were counted',
  figure_marks: 'how far the counting has read',
  schema_migrations: 'which tables there are',
};

describe.each(BACKENDS)('retention on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  const passDays = (days: number) => world.clock.advance(days * DAY_MS);
  const at = () => new Date(world.clock.now()).toISOString();
  const overdue = async () =>
    (await world.store.ages(PERIODS)).filter((state) => state.overdue > 0).map((state) => state.class);

  /** One of everything, all of it over and done with. */
  async function lived(user: string): Promise<{ person: PersonRef; id: string }> {
    const person = await world.store.remember(CHEN);
    const conversation = await begun(world, user);
    const task = taskId();
    const until = new Date(world.clock.now() + 1_800_000).toISOString();
    const profile = { ...conversation.profile, person: { ref: person, maskedName: '陈*例', until } };
    const id = `k_${user}` as CaseId;
    const opened: Case = {
      id,
      number: `0001-${user}`,
      conversation: conversation.id,
      status: 'open',
      reason: 'asked',
      findings: [],
      transcript: [{ who: 'citizen', text: 'planted words', at: at() }],
      openedAt: at(),
    };
    await world.store.commitTurn(
      commitOf({ ...conversation, profile }, [1], {
        replies: [part('planted words')],
        tasks: [{ id: task, name: 'bind', input: { payer: person } }],
        links: [
          {
            id: `l_${user}` as LinkId,
            tokenDigest: user,
            purpose: 'verify',
            context: {},
            expiresAt: world.clock.now() + 1000,
          },
        ],
        timers: [{ name: 'still_working', dueAt: world.clock.now() + 1000, params: {} }],
        cases: [opened],
        uncertain: { text: `unsure ${user}`, action: 'ask', alternatives: [], knowledge: 'k1' } as never,
      }),
    );
    await world.store.prepareCall(task, `${task}:bind`, 'office.bind');
    await world.store.finishCall(`${task}:bind`, {});
    const application = {
      applicationNo: `A-${user}`,
      task,
      conversation: conversation.id,
      kind: 'bind' as const,
      payer: person,
      state: 'ENDED' as const,
      submittedAt: at(),
      updatedAt: at(),
    };
    await world.store.settleTask(task, { outcome: 'done', result: {}, applications: [application] });
    await world.store.keepPledge({
      person,
      version: '1',
      digest: 'd',
      signature: 'strokes',
      signedAt: at(),
      conversation: conversation.id,
    });
    await world.store.closeCase(id, { by: 'clerk-1' });
    await world.opened.db.updateTable('timers').set({ fired_at: world.clock.now() }).execute();
    for (const { outbound } of await world.store.duePartsOf(conversation.id)) {
      await world.store.markSent(outbound.key);
    }
    const due = await world.store.due(conversation.id);
    const seqs = (due?.items ?? []).map(({ seq }) => seq);
    if (due !== undefined) await world.store.commitTurn(commitOf({ ...due.conversation, profile }, seqs));
    return { person, id: conversation.id };
  }

  test('every class goes when its time is over, and not a day before', async () => {
    await lived('one');
    await world.store.eraseData(
      await world.store.remember({ ...CHEN, documentNumber: '990101199001011233' }),
      {
        task: taskId(),
      },
    );
    const start = world.clock.now();
    for (const days of [...new Set(Object.values(PERIODS))].sort((a, b) => a - b)) {
      passDays(days - (world.clock.now() - start) / DAY_MS - 0.5);
      expect(await overdue(), `half a day before day ${days}`).toEqual([]);
      passDays(1);
      const late = await overdue();
      const gone = (Object.keys(PERIODS) as DataClassId[]).filter((id) => PERIODS[id] === days);
      expect(gone, `on day ${days}`).toEqual(expect.arrayContaining(late));
      const removed = await world.store.expire(PERIODS);
      for (const id of late) expect(removed[id], `${id} on day ${days}`).toBeGreaterThan(0);
      expect(await overdue()).toEqual([]);
      expect((await world.opened.verifyAudit()).broken).toEqual([]);
    }
    const left = await world.store.ages(PERIODS);
    expect(left.filter(({ rows }) => rows > 0).map((state) => state.class)).toEqual([]);
    expect(await world.opened.db.selectFrom('person_keys').select('ref').execute()).toEqual([
      { ref: 'index' },
    ]);
    const addresses = await world.opened.db.selectFrom('addresses').select('conversation_id').execute();
    expect(addresses.map((row) => row.conversation_id).sort()).toEqual(['house', 'knowledge']);
  });

  test('the end of a person takes the key, the strokes and the way to conversations', async () => {
    const { person } = await lived('one');
    passDays(PERIODS.identity + 1);
    expect((await world.store.expire(PERIODS)).identity).toBe(1);
    expect(await world.store.reveal(person)).toBeUndefined();
    expect(await world.store.conversationsOf(person)).toEqual([]);
    expect(await world.store.remember(CHEN)).not.toBe(person);
  });

  test('whoever writes again after a year begins anew, and the old chain can still be checked', async () => {
    const { id } = await lived('one');
    passDays(PERIODS.conversations + 1);
    await world.store.expire(PERIODS);
    expect(await world.store.conversationAt(addressOf('one'))).toBeUndefined();
    await world.store.receive(inbound('one', 'again'));
    expect((await world.store.conversationAt(addressOf('one')))?.id).not.toBe(id);
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
    const rows = await world.opened.db
      .selectFrom('audit')
      .select('n')
      .where('conversation_id', '=', id)
      .execute();
    expect(rows.length).toBeGreaterThan(3);
  });

  test('what is still open is held, said to be held, and goes when it is over', async () => {
    const conversation = await begun(world, 'open');
    passDays(5000);
    const states = await world.store.ages(PERIODS);
    expect(states.find((state) => state.class === 'messages')).toMatchObject({ held: 1, overdue: 0 });
    expect(states.find((state) => state.class === 'conversations')).toMatchObject({ held: 1, overdue: 0 });
    await world.store.expire(PERIODS);
    expect((await world.store.due(conversation.id))?.items).toHaveLength(1);
    const due = await world.store.due(conversation.id);
    await world.store.commitTurn(commitOf(due?.conversation ?? conversation, [1]));
    passDays(5000);
    await world.store.expire(PERIODS);
    expect(await world.store.conversation(conversation.id)).toBeUndefined();
  });

  test('a binding in force keeps its record however old it is', async () => {
    await lived('one');
    await world.opened.db.updateTable('applications').set({ state: 'ACTIVE' }).execute();
    passDays(10_000);
    expect((await world.store.expire(PERIODS)).applications).toBe(0);
    expect((await world.store.ages(PERIODS)).find((state) => state.class === 'applications')).toMatchObject({
      held: 1,
      overdue: 0,
    });
  });

  test('what was removed stands in the audit, as counts only', async () => {
    const { person } = await lived('one');
    passDays(PERIODS.messages + 1);
    const removed = await world.store.expire(PERIODS);
    const row = await world.opened.db
      .selectFrom('audit')
      .select(['data', 'about'])
      .where('action', '=', 'retention.removed')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(row.data)).toEqual(removed);
    expect(row.about).toBeNull();
    expect(row.data).not.toContain(person);
  });

  test('one process a day does it', async () => {
    const claims = await Promise.all([1, 2, 3].map(() => world.store.claimDailyRun()));
    expect(claims.filter(Boolean)).toHaveLength(1);
    passDays(0.9);
    expect(await world.store.claimDailyRun()).toBe(false);
    passDays(0.2);
    expect(await world.store.claimDailyRun()).toBe(true);
  });

  test('every table is in a class, or says nothing of anybody', async () => {
    const names = world.place.url.startsWith('postgres')
      ? sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`
      : sql<{ name: string }>`select name from sqlite_master where type = 'table'`;
    const tables = (await names.execute(world.opened.db)).rows.map(({ name }) => name);
    const classed = SHELVES.map((shelf) => shelf.from.compile(world.opened.db).sql);
    const isClassed = (table: string) => classed.some((from) => new RegExp(`\\b${table}\\b`, 'u').test(from));
    expect(tables.filter((table) => !isClassed(table) && !(table in ABOUT_NOBODY))).toEqual([]);
    expect(new Set(SHELVES.map((shelf) => shelf.class))).toEqual(new Set(DATA_CLASSES));
  });
});
