import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, countedRandom, openWorld, VAULT_KEY, type World } from './world.ts';

const BIND = { id: 'bind-somewhere', kind: 'faq', reason: '入口换了', by: 'lin' } as const;

describe.each(BACKENDS)('withdrawals on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  test('what is withdrawn is listed until it is restored', async () => {
    expect(await world.store.withdraw(BIND)).toBe('withdrawn');
    const [found] = await world.store.withdrawn();
    expect(found).toEqual({ ...BIND, at: new Date(world.clock.now()).toISOString() });
    expect(await world.store.restore({ id: BIND.id, by: 'mei' })).toBe('restored');
    expect(await world.store.withdrawn()).toEqual([]);
  });

  test('a second withdrawal and a second restoring change nothing', async () => {
    expect(await world.store.restore({ id: BIND.id, by: 'lin' })).toBe('not_withdrawn');
    await world.store.withdraw(BIND);
    expect(await world.store.withdraw({ ...BIND, by: 'mei' })).toBe('already');
    expect((await world.store.withdrawn()).map(({ by }) => by)).toEqual(['lin']);
  });

  test('a new version of the knowledge is a link of the chain, the same one again is not', async () => {
    for (const version of ['v1', 'v1', 'v2', 'v1']) await world.store.noteKnowledge(version);
    const links = await world.opened.db.selectFrom('audit').select(['action', 'data']).orderBy('n').execute();
    expect(links.map(({ data }) => JSON.parse(data))).toEqual([
      { version: 'v1' },
      { version: 'v2' },
      { version: 'v1' },
    ]);
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  test('of ten at once one withdraws', async () => {
    const done = await Promise.all(Array.from({ length: 10 }, () => world.store.withdraw(BIND)));
    expect(done.filter((outcome) => outcome === 'withdrawn')).toHaveLength(1);
    expect(await world.opened.verifyAudit()).toMatchObject({ rows: 1, broken: [] });
  });

  test('every act is a link of one chain, and a changed link is noticed', async () => {
    await world.store.withdraw(BIND);
    await world.store.restore({ id: BIND.id, by: 'mei' });
    await world.store.withdraw({ ...BIND, reason: '又错了' });
    const links = await world.opened.db.selectFrom('audit').selectAll().orderBy('n').execute();
    expect(links.map(({ action, actor }) => [actor, action])).toEqual([
      ['curator', 'knowledge.withdrawn'],
      ['curator', 'knowledge.restored'],
      ['curator', 'knowledge.withdrawn'],
    ]);
    expect(await world.opened.verifyAudit()).toEqual({ rows: 3, broken: [] });
    await world.opened.db.updateTable('audit').set({ data: '{}' }).where('n', '=', 2).execute();
    expect(await world.opened.verifyAudit()).toMatchObject({ broken: ['knowledge'] });
  });

  test('the history of an entry stays: a row for each time it was withdrawn', async () => {
    await world.store.withdraw(BIND);
    await world.store.restore({ id: BIND.id, by: 'mei' });
    await world.store.withdraw({ ...BIND, reason: '又错了' });
    const rows = await world.opened.db.selectFrom('withdrawals').selectAll().orderBy('n').execute();
    expect(rows.map(({ reason, restored_by }) => [reason, restored_by])).toEqual([
      ['入口换了', 'mei'],
      ['又错了', null],
    ]);
  });

  test('words that wait in the outbox are not said any more, the others are', async () => {
    const conversation = await begun(world);
    const said = (faq: string) => ({ id: 'answer', params: { faq, region: null }, text: faq });
    await world.store.commitTurn(
      commitOf(conversation, [1], { replies: [said(BIND.id), said('bind-elsewhere')] }),
    );
    await world.store.withdraw(BIND);
    const due = await world.store.duePartsOf(conversation.id);
    expect(due.map(({ outbound }) => outbound.part.text)).toEqual(['bind-elsewhere']);
  });
});

describe.each(BACKENDS.filter(({ name }) => name === 'PostgreSQL'))('two processes on $name', (backend) => {
  test('what one withdraws the other sees', async () => {
    const one = await openWorld(backend);
    const { clock, place } = one;
    const random = countedRandom('other process');
    const other = await openStore({ url: place.url, clock, random, vaultKey: VAULT_KEY });
    await one.store.withdraw(BIND);
    expect((await other.store.withdrawn()).map(({ id }) => id)).toEqual([BIND.id]);
    await other.store.restore({ id: BIND.id, by: 'mei' });
    expect(await one.store.withdrawn()).toEqual([]);
    await other.close();
    await one.end();
  });
});
