import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { db } from '../../src/cli/db.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { openDatabase, type Row } from '../../src/store/move.ts';
import { openStore } from '../../src/store/open.ts';
import { LASTING, type TestBackend } from './backends.ts';
import { addressOf, commitOf, inbound, openWorld, part, START, taskId, type World } from './world.ts';

const DAY = 24 * 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'gongji-move-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [sqlite, postgres] = LASTING as [TestBackend, TestBackend | undefined];
const ways: readonly (readonly [string, TestBackend, TestBackend])[] =
  postgres === undefined
    ? [['SQLite to SQLite', sqlite, sqlite]]
    : [
        ['SQLite to PostgreSQL', sqlite, postgres],
        ['PostgreSQL to SQLite', postgres, sqlite],
      ];

/** Runs the command as the shell would. */
async function gongjiDb(...args: string[]) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const status = await db(args, {
    input: new PassThrough(),
    print: (line) => lines.push(line),
    warn: (line) => warnings.push(line),
  });
  return { status, report: JSON.parse(lines.at(-1) ?? '{}'), warnings };
}

interface InFlight {
  readonly conversation: ConversationId;
  readonly task: string;
  readonly person: string;
}

/** A talk in the middle of everything: words waiting, a task to be done, a part put aside, a timer for tomorrow. */
async function begin({ store }: World): Promise<InFlight> {
  await store.receive(inbound('lin', 'lin-1'));
  const conversation = await store.conversationAt(addressOf('lin'));
  if (conversation === undefined) throw new Error('no conversation');
  const task = taskId();
  const person = await store.remember({
    name: '示例 林',
    documentType: 'resident_id',
    documentNumber: '990101198603070110',
  });
  await store.commitTurn(
    commitOf(conversation, [1], {
      replies: [part('said'), part('put aside')],
      tasks: [{ id: task, name: 'bind', input: { relation: 'mother' } }],
      timers: [{ name: 'remind', dueAt: START + DAY, params: { about: 'A1' } }],
    }),
  );
  await store.markSent(`${conversation.id}:1:0`);
  await store.park(`${conversation.id}:1:1`);
  await store.prepareCall(task, `${task}:submit`, 'office.bind');
  await store.receive(inbound('lin', 'lin-2', '等着的话'));
  // More than one page of rows.
  await Promise.all(Array.from({ length: 510 }, (_, n) => store.receive(inbound(`many${n}`, `many${n}`))));
  return { conversation: conversation.id, task, person };
}

/** Goes on where the other database was left: every thing that waited happens, once. */
async function goOn(world: World, { conversation, task, person }: InFlight): Promise<void> {
  const { store, engine, clock } = world;
  const did: string[] = [];
  engine.work('address', async (key) => {
    const due = await store.due(key as ConversationId);
    if (due === undefined) return;
    if (key === conversation) {
      for (const { seq, content } of due.items)
        did.push(content.kind === 'text' ? `${seq} ${content.text}` : `${seq} ${content.kind}`);
    }
    await store.commitTurn(
      commitOf(
        due.conversation,
        due.items.map(({ seq }) => seq),
      ),
    );
  });
  engine.work('task', async (key) => {
    // Written by a run that never came back: the office is asked before anything is done.
    const call = await store.prepareCall(key as never, `${key}:submit`, 'office.bind');
    did.push(`task ${key === task} ${call.state}`);
    await store.settleTask(key as never, { outcome: 'done', result: {}, applications: [] });
  });
  engine.work('outbox', async (key) => {
    for (const { outbound } of await store.duePartsOf(key as ConversationId)) {
      did.push(`sent ${outbound.part.text}`);
      await store.markSent(outbound.key);
    }
  });
  await engine.sweep();
  await engine.idle();
  expect(did.filter((line) => line !== 'sent put aside')).toEqual(
    expect.arrayContaining(['4 等着的话', 'task true unknown']),
  );
  expect(did.some((line) => line.endsWith('task.settled'))).toBe(true);
  await store.receive(inbound('lin', 'lin-3', '又一句'));
  clock.advance(DAY);
  await engine.sweep();
  await engine.idle();
  expect(did.filter((line) => line === 'sent put aside')).toHaveLength(1);
  expect(did.filter((line) => line.endsWith(' timer'))).toHaveLength(1);
  expect(did.filter((line) => line.endsWith('又一句'))).toHaveLength(1);
  expect((await store.reveal(person as never))?.name).toBe('示例 林');
  expect(await store.receive(inbound('lin', 'lin-2'))).toBe('duplicate');
  expect((await world.opened.verifyAudit()).broken).toEqual([]);
}

describe.each(ways)('moving from %s', (_, from, to) => {
  test('a talk in the middle of everything goes on where it was', async () => {
    const source = await openWorld(from);
    const left = await begin(source);
    await source.opened.close();
    const place = await to.newPlace();

    const { status, report, warnings } = await gongjiDb(
      'move',
      '--from',
      source.place.url,
      '--to',
      place.url,
    );
    expect(status).toBe(0);
    expect(report.tables.inbox.rows).toBe(512);
    expect(report.tables.inbox.sum).toMatch(/^[0-9a-f]{64}$/u);
    expect(warnings.join()).toMatch(/same vault key/u);

    const opened = await openWorld({ ...to, readyPlace: async () => place });
    await goOn(opened, left);
    await opened.end();
    await source.place.remove();
  });

  test('there by a file and back again is the same', async () => {
    const source = await openWorld(from);
    await begin(source);
    await source.opened.close();
    const [there, back] = [await to.newPlace(), await from.newPlace()];
    const file = join(folder, 'there.jsonl');
    const first = await gongjiDb('export', file, '--from', source.place.url);
    expect(statSync(file).mode & 0o077).toBe(0);
    const arrived = await gongjiDb('import', file, '--to', there.url);
    const returned = await gongjiDb('move', '--from', there.url, '--to', back.url);
    expect(arrived.report.tables).toEqual(first.report.tables);
    expect(returned.report.tables).toEqual(first.report.tables);
    for (const place of [source.place, there, back]) await place.remove();
  });

  test('a database in use is not overwritten, and not changed', async () => {
    const source = await openWorld(from);
    await begin(source);
    await source.opened.close();
    const target = await openWorld(to);
    await target.store.receive(inbound('wang', 'here before'));
    await target.opened.close();
    await expect(
      gongjiDb('move', '--from', source.place.url, '--to', target.place.url),
    ).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(/in use already .*inbox/u),
    });
    await target.reopen();
    expect(await target.store.receive(inbound('wang', 'here before'))).toBe('duplicate');
    await target.end();
    await source.place.remove();
  });

  test('a file that was cut off or changed leaves nothing behind', async () => {
    const source = await openWorld(from);
    await begin(source);
    await source.opened.close();
    const file = join(folder, 'whole.jsonl');
    await gongjiDb('export', file, '--from', source.place.url);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const place = await to.newPlace();
    const tryFile = async (changed: readonly string[]) => {
      writeFileSync(join(folder, 'changed.jsonl'), `${changed.join('\n')}\n`);
      return gongjiDb('import', join(folder, 'changed.jsonl'), '--to', place.url);
    };
    await expect(tryFile(lines.slice(0, -1))).rejects.toThrow(/cut off/u);
    await expect(tryFile(lines.filter((_line, index) => index !== 40))).rejects.toThrow(/not what was sent/u);
    const changed = lines.map((line) => line.replace('等着的话', '别的话'));
    await expect(tryFile(changed)).rejects.toThrow(/not what was sent \(inbox\)/u);
    await expect(
      tryFile([...lines.slice(0, 1).map((line) => line.replace('0001', '0000')), ...lines.slice(1)]),
    ).rejects.toThrow(/another version/u);
    const whole = await tryFile(lines);
    expect(whole.report.tables.inbox.rows).toBe(512);
    await place.remove();
    await source.place.remove();
  });
});

test('every table has a key to be read by, and nothing is left out by mistake', async () => {
  for (const backend of LASTING) {
    const place = await backend.newPlace();
    const database = await openDatabase(place.url, { now: () => START });
    const sums = await database.read(async (_table: string, _rows: readonly Row[]) => {});
    expect(Object.keys(sums)).toEqual(
      expect.arrayContaining(['addresses', 'audit', 'inbox', 'persons', 'settings']),
    );
    await database.close();
    await place.remove();
  }
});

test('a mistyped file is not an empty database', async () => {
  await expect(
    gongjiDb('export', join(folder, 'x.jsonl'), '--from', `sqlite://${join(folder, 'absent.sqlite')}`),
  ).rejects.toThrow(/There is no file .*absent/u);
});

describe.each(postgres === undefined ? [] : [postgres])('with servers at work on $name', (backend) => {
  test('it is not moved away and nothing is moved into it, but it can be exported', async () => {
    const place = await backend.newPlace();
    const server = await openStore({
      url: place.url,
      clock: { now: () => Date.now() },
      random: { bytes: (size) => crypto.getRandomValues(new Uint8Array(size)) },
      vaultKey: new Uint8Array(32).fill(1),
    });
    await server.store.receive(inbound('lin', 'm1'));
    const other = await sqlite.newPlace();
    const isBusy = { code: 'store_locked', message: expect.stringMatching(/stop every server/u) };
    await expect(gongjiDb('move', '--from', place.url, '--to', other.url)).rejects.toMatchObject(isBusy);
    const file = join(folder, 'running.jsonl');
    const { report } = await gongjiDb('export', file, '--from', place.url);
    expect(report.tables.inbox.rows).toBe(1);
    await expect(gongjiDb('import', file, '--to', place.url)).rejects.toMatchObject(isBusy);
    await server.close();
    expect((await gongjiDb('move', '--from', place.url, '--to', `${other.url}2`)).status).toBe(0);
    await other.remove();
    await place.remove();
  });
});
