/** What a turn asks of the database, counted: a statement more is paid for at every turn there will ever be. */
import { StatementSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Conversation } from '../../src/domain/conversation.ts';
import { LASTING } from './backends.ts';
import { begun, commitOf, inbound, openWorld, part, type World } from './world.ts';

const [sqlite] = LASTING;
if (sqlite === undefined) throw new Error('SQLite is always there');

let world: World;
let conversation: Conversation;
let asked: string[];

beforeEach(async () => {
  world = await openWorld(sqlite);
  conversation = await begun(world);
  asked = [];
  for (const name of ['run', 'all'] as const) {
    const was = StatementSync.prototype[name];
    const counting = function (this: StatementSync, ...values: unknown[]) {
      asked.push(this.sourceSQL.replaceAll('"', ''));
      return Reflect.apply(was, this, values);
    };
    vi.spyOn(StatementSync.prototype, name).mockImplementation(counting as never);
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.end();
});

const HOLDS = /^(?:begin|commit|rollback|savepoint|release)/u;
const taken = () => {
  const all = asked.splice(0);
  return {
    statements: all.filter((sql) => !HOLDS.test(sql)).map((sql) => sql.split(' ').slice(0, 3).join(' ')),
    commits: all.filter((sql) => sql === 'commit').length,
  };
};

/** Writes a message down, answers and delivers it. */
async function turn(talk: Conversation, messageId: string): Promise<void> {
  await world.store.receive(inbound(talk.address.user, messageId));
  const due = await world.store.due(talk.id);
  if (due === undefined) throw new Error('What was received is due');
  const seqs = due.items.map(({ seq }) => seq);
  await world.store.commitTurn(commitOf(due.conversation, seqs, { replies: [part('one'), part('two')] }));
  const parts = await world.store.duePartsOf(talk.id);
  await world.store.markSent(...parts.map(({ outbound }) => outbound.key));
}

test('a turn of one message takes thirteen statements and three commits, however many parts it has', async () => {
  await turn(conversation, 'second');
  taken();
  await turn(conversation, 'third');
  const { statements, commits } = taken();
  expect(statements).toHaveLength(13);
  expect(commits).toBe(3);
});

test('turns of sixteen people at once take three commits together', async () => {
  const talks: Conversation[] = [];
  for (let n = 0; n < 16; n += 1) talks.push(await begun(world, `p${n}`));
  taken();
  await Promise.all(talks.map((talk, n) => turn(talk, `p${n}-2`)));
  const { statements, commits } = taken();
  // One less each: there is no turn before this one whose hash would be read.
  expect(statements.length).toBeLessThanOrEqual(16 * 13);
  expect(commits).toBe(3);
});
