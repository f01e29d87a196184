/** What is stored about a person can be counted, and destroyed so that nothing leads back. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboundPart } from '../../src/domain/conversation.ts';
import type { PersonRef, TaskId } from '../../src/domain/ids.ts';
import { BACKENDS, LASTING } from './backends.ts';
import { begun, commitOf, inbound, openWorld, type World } from './world.ts';

const CHEN = { name: '陈示例', documentType: 'resident_id', documentNumber: '990101199001011232' } as const;
const part: OutboundPart = { id: 'greet.hello', params: { who: '陈*例' }, text: '陈*例，您好' };

describe.each(BACKENDS)('what is stored about a person on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  /** A conversation in which Chen has verified, said something and signed something. */
  async function talked(user: string): Promise<{ person: PersonRef; id: string }> {
    const person = await world.store.remember(CHEN);
    const conversation = await begun(world, user);
    await world.store.receive(inbound(user, `${user}-2`, 'planted words'));
    const until = '2026-11-24T09:00:00.000Z';
    const profile = { ...conversation.profile, person: { ref: person, maskedName: '陈*例', until } };
    const due = await world.store.due(conversation.id);
    const seqs = (due?.items ?? []).map(({ seq }) => seq);
    await world.store.commitTurn(commitOf({ ...conversation, profile }, seqs, { replies: [part] }));
    for (const { outbound } of await world.store.duePartsOf(conversation.id)) {
      await world.store.markSent(outbound.key);
    }
    const signedAt = '2026-11-24T08:00:00.000Z';
    await world.store.keepPledge({ person, version: '1', digest: 'd', signature: 'strokes', signedAt });
    return { person, id: conversation.id };
  }

  const everything = async (): Promise<string> => {
    const { db } = world.opened;
    const tables = [
      'inbox',
      'outbox',
      'conversations',
      'persons',
      'pledges',
      'cases',
      'tasks',
      'timers',
    ] as const;
    const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
    return JSON.stringify(rows);
  };

  test('is counted class by class', async () => {
    const { person } = await talked('one');
    expect(await world.store.dataOf(person)).toEqual({
      identity: 1,
      pledges: 1,
      conversations: 1,
      messages: 3,
      applications: 0,
      cases: 0,
    });
  });

  test('is gone after deletion: identity, signature, words, and the way to conversations', async () => {
    const { person } = await talked('one');
    const misspelt = await world.store.remember({ ...CHEN, name: '陈示列' });
    expect(await world.store.eraseData(person, { task: 't_1' as TaskId })).toMatchObject({
      destroyed: { identity: 1 },
    });
    expect(await world.store.reveal(person)).toBeUndefined();
    expect(await world.store.reveal(misspelt)).toBeUndefined();
    expect(await world.store.conversationsOf(person)).toEqual([]);
    const left = await everything();
    for (const planted of ['陈', 'planted words', CHEN.documentNumber]) {
      expect(left).not.toContain(planted);
    }
    expect(await world.store.dataOf(person)).toMatchObject({ identity: 0, pledges: 0, conversations: 0 });
  });

  test('makes a turn stale that was thought over what is gone', async () => {
    const { person, id } = await talked('one');
    const before = await world.store.conversation(id as never);
    await world.store.eraseData(person, { task: 't_1' as TaskId });
    if (before === undefined) throw new Error('No conversation');
    expect(await world.store.commitTurn(commitOf(before, []))).toBe('stale');
    const after = await world.store.conversation(id as never);
    expect(after?.profile).toEqual({ facts: {} });
  });

  test('is not touched while another task of that person is open', async () => {
    const { person, id } = await talked('one');
    const conversation = await world.store.conversation(id as never);
    if (conversation === undefined) throw new Error('No conversation');
    const task = { id: 't_open' as TaskId, name: 'bind', input: {} };
    await world.store.commitTurn(commitOf(conversation, [], { tasks: [task] }));
    expect(await world.store.eraseData(person, { task: 't_1' as TaskId })).toBe('busy');
    expect(await world.store.reveal(person)).toMatchObject(CHEN);
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
    // Its own task may be open: it is the one that erases.
    expect(await world.store.eraseData(person, { task: 't_open' as TaskId })).toMatchObject({
      destroyed: { identity: 1 },
    });
  });

  test('leaves everybody else alone, and the audit whole', async () => {
    const { person } = await talked('one');
    await world.store.receive(inbound('two', 'two-first'));
    const other = await world.store.remember({ ...CHEN, name: '林示例', documentNumber: 'E99900017' });
    await world.store.eraseData(person, { task: 't_1' as TaskId });
    await world.store.eraseData(person, { task: 't_1' as TaskId });
    expect(await world.store.reveal(other)).toMatchObject({ name: '林示例' });
    expect(await everything()).toContain('two-first');
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });
});

test('a deletion leaves neither what was sealed nor its key in the file, also not in pages that are free', async () => {
  const backend = LASTING.find(({ name }) => name === 'SQLite file');
  if (backend === undefined) throw new Error('No file');
  const world = await openWorld(backend);
  const person = await world.store.remember(CHEN);
  for (let n = 0; n < 50; n += 1) await world.store.remember({ ...CHEN, name: `${CHEN.name}${n}` });
  const { db } = world.opened;
  const keys = await db.selectFrom('person_keys').select('wrapped').where('ref', '<>', 'index').execute();
  const persons = await db.selectFrom('persons').select('sealed').execute();
  const secrets = [...keys.map(({ wrapped }) => wrapped), ...persons.map(({ sealed }) => sealed)];
  const file = new URL(world.place.url.replace('sqlite:', 'file:'));
  await world.reopen();
  expect((await readFile(file, 'latin1')).includes(secrets[0] as string)).toBe(true);
  const done = await world.store.eraseData(person, { task: 't_1' as TaskId });
  expect(done).toMatchObject({ destroyed: { keys: 51 } });
  await world.opened.close();
  const left = await readFile(file, 'latin1');
  expect(secrets.filter((secret) => left.includes(secret))).toEqual([]);
  await world.place.remove();
});
