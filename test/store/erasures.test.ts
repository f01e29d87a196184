/** A backup brings nobody back who was deleted after it. */
import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PersonRef, TaskId } from '../../src/domain/ids.ts';
import {
  createErasureList,
  ERASURES_FILE,
  readErasures,
  repeatErasures,
} from '../../src/store/erasure-list.ts';
import { BACKENDS, LASTING } from './backends.ts';
import { begun, commitOf, inbound, openWorld, type World } from './world.ts';

const CHEN = { name: '陈示例', documentType: 'resident_id', documentNumber: '990101199001011232' } as const;

async function talked(world: World, user: string): Promise<{ person: PersonRef; id: string }> {
  const person = await world.store.remember(CHEN);
  const conversation = await begun(world, user);
  await world.store.receive(inbound(user, `${user}-2`, 'planted words'));
  const until = '2026-11-24T09:00:00.000Z';
  const profile = { ...conversation.profile, person: { ref: person, maskedName: '陈*例', until } };
  await world.store.commitTurn(commitOf({ ...conversation, profile }, [1, 2]));
  return { person, id: conversation.id };
}

const words = async (world: World): Promise<string> =>
  JSON.stringify(await world.opened.db.selectFrom('inbox').select('content').execute());

describe.each(BACKENDS)('a deletion that this database does not know of, on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  test('is carried out again, once, under the same receipt, which the audit proves', async () => {
    const { person, id } = await talked(world, 'one');
    const erasure = { receipt: 'SC-1A2B-3C4D', at: world.clock.now(), person, conversation: id };
    expect(await world.store.repeatErasure(erasure)).toBe('repeated');
    expect(await world.store.reveal(person)).toBeUndefined();
    expect(await words(world)).not.toContain('planted words');
    expect(await world.store.checkReceipt('SC-1A2B-3C4D')).toMatchObject({ holds: true });
    expect(await world.store.repeatErasure(erasure)).toBe('done');
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  test('of somebody who is not there is noted all the same', async () => {
    const gone = { receipt: 'SC-0000-0001', at: 1, person: 'p_nobody', conversation: 'c_none' };
    expect(await world.store.repeatErasure(gone)).toBe('repeated');
    expect(await world.store.repeatErasure(gone)).toBe('done');
    expect(await world.store.erasuresSince(0)).toEqual([
      { receipt: 'SC-0000-0001', at: world.clock.now(), person: 'p_nobody' },
    ]);
  });

  test('takes the words of a talk in which nobody had verified yet at the time of the backup', async () => {
    const conversation = await begun(world, 'two');
    await world.store.receive(inbound('two', 'two-2', 'planted words'));
    await world.store.commitTurn(commitOf(conversation, [1, 2]));
    const later = { receipt: 'SC-0000-0002', at: 1, person: 'p_later', conversation: conversation.id };
    await world.store.repeatErasure(later);
    expect(await words(world)).not.toContain('planted words');
  });
});

describe('the list beside the database', () => {
  test('deletes again in a restored file whoever was deleted after the backup, and nobody else', async () => {
    const backend = LASTING.find(({ name }) => name === 'SQLite file');
    if (backend === undefined) throw new Error('There is no SQLite');
    const world = await openWorld(backend);
    const database = fileURLToPath(world.place.url.replace('sqlite:', 'file:'));
    const list = join(dirname(database), ERASURES_FILE);
    const { person } = await talked(world, 'one');
    const other = await world.store.remember({ ...CHEN, documentNumber: '990101199001012228' });

    await world.opened.close();
    cpSync(database, `${database}.backup`);
    await world.reopen();
    const before = createErasureList(world.store, list);
    expect(await before.open()).toBe(0);
    await world.store.eraseData(person, { task: 't_1' as TaskId });
    await before.note();
    expect(readFileSync(list, 'utf8')).not.toMatch(/陈|990101/u);
    // A crash in the middle of a line.
    appendFileSync(list, '{"receipt":"SC-');

    await world.opened.close();
    cpSync(`${database}.backup`, database);
    await world.reopen();
    expect(await world.store.reveal(person)).toMatchObject({ name: CHEN.name });
    expect(await createErasureList(world.store, list).open()).toBe(1);
    expect(await world.store.reveal(person)).toBeUndefined();
    expect(await world.store.reveal(other)).toMatchObject({ name: CHEN.name });
    expect(await words(world)).not.toContain('planted words');
    expect(await repeatErasures(world.store, list)).toBe(0);
    expect(readErasures(list)).toHaveLength(1);
    await world.end();
  });
});
