/** What the desk keeps of somebody who has had everything deleted; and cases from before there was a desk. */
import { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import * as first from '../../src/store/migrations/0001-first-tables.ts';
import * as deskTables from '../../src/store/migrations/0005-desk.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { LI, openDesk } from './world.ts';

test('no word of the talk stays in the case, its events, its replies or its reveals', async () => {
  const world = await openDesk();
  try {
    const [person] = world.app.office.everybody();
    await world.says('lin', '我家的事情是秘密一');
    await world.says('lin', '转人工');
    await world.verifies('lin', String(person?.id));
    const id = await world.caseOf('lin');
    await world.app.desk.claim(world.act(LI, id));
    await world.settle();
    await world.says('lin', '还有秘密二');
    await world.app.desk.reply({ ...world.act(LI, id), text: '知道了秘密三' });
    await world.app.desk.note({ ...world.act(LI, id), text: '秘密四' });
    await world.app.desk.reveal({ ...world.act(LI, id), reason: '核对秘密五' });
    await world.settle();
    expect(JSON.stringify(await world.app.desk.caseView(id))).toMatch(/秘密一.*秘密五/su);
    const conversation = await world.conversation('lin');
    const ref = conversation.profile.person?.ref;
    if (ref === undefined) throw new Error('nobody has verified');
    await world.app.store.eraseData(ref, { task: 't_none' as never });
    const view = await world.app.desk.caseView(id);
    expect(JSON.stringify(view)).not.toMatch(/秘密[一二三四五]/u);
    expect(view?.events.map(({ kind }) => kind)).toContain('noted');
    expect((await world.app.verifyAudit()).broken).toEqual([]);
  } finally {
    await world.end();
  }
});

test('cases opened before there was a desk are taken in: open ones wait, closed ones stay closed', async () => {
  const { dialect } = openSqlite(':memory:');
  const db = new Kysely<Record<string, Record<string, unknown>>>({ dialect });
  try {
    await first.up(db as never);
    const address = {
      channel: 'web',
      account: 'main',
      user_id: 'lin',
      conversation_id: 'c_1',
      seq: 0,
      audit_n: 0,
    };
    await db.insertInto('addresses').values(address).execute();
    const closed = { at: '2026-11-02T00:00:00.000Z', by: 'clerk-7' };
    for (const [id, data] of [
      ['k_1', { region: '320500', symptom: 'not_shown' }],
      ['k_2', { closed }],
    ] as const) {
      const row = { id, number: id, conversation_id: 'c_1', status: 'open', opened_at: 1_000 };
      await db
        .insertInto('cases')
        .values({ ...row, data: JSON.stringify(data) })
        .execute();
    }
    await deskTables.up(db as never);
    const rows = await db.selectFrom('cases').selectAll().orderBy('id').execute();
    expect(rows).toMatchObject([
      {
        region: '320500',
        symptom: 'not_shown',
        channel: 'web',
        waiting_since: 1_000,
        wake_at: 1_000,
        closed_at: null,
      },
      { closed_at: Date.parse(closed.at), closed_by: 'clerk-7', wake_at: null, priority: 2 },
    ]);
  } finally {
    await db.destroy();
  }
});
