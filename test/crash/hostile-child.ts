/**
 * A house fed with deliveries on standard input. Acknowledges each as a channel is answered, works them
 * off, and at the end of the input reports what its tables say.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Connector } from '../../src/contracts/connector.ts';
import { createManager } from '../../src/dialog/manager.ts';
import { createOutbox } from '../../src/dialog/outbox.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { digestOf } from '../../src/domain/secure-token.ts';
import { openLibrary } from '../../src/library.ts';
import { openStore } from '../../src/store/open.ts';

const [dir = ''] = process.argv.slice(2);
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };
const library = openLibrary({ cacheDir: join(dir, '..') });
const { store, engine, db, verifyAudit, close } = await openStore({
  url: `sqlite://${join(dir, 'hostile.sqlite')}`,
  clock,
  random,
  vaultKey: new Uint8Array(32).fill(7),
});
const connector: Connector = {
  id: 'converse',
  start: async () => {},
  deliver: async () => ({ state: 'sent' }),
  stop: async () => {},
};
const manager = createManager({
  store,
  clock,
  random,
  knowledge: () => library.knowledge,
  understander: () => library.understander,
  secureUrl: (token) => token,
});
const outbox = createOutbox({ store, clock, connectors: new Map([['converse', connector]]) });
engine.work('address', (key) => manager.process(key as ConversationId));
engine.work('outbox', (key) => outbox.deliverTo(key as ConversationId));
engine.work('task', async () => {});
await engine.sweep();

const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  const { id, user, text, forged } = JSON.parse(line) as {
    id: string;
    user: string;
    text: string;
    forged?: string;
  };
  if (forged !== undefined) {
    tell({ forgery: await store.completeLink(digestOf(forged), { person: 'p_forged' }) });
    continue;
  }
  await store.receive({
    address: { channel: 'converse', account: 'hostile', user },
    messageId: id,
    receivedAt: new Date(clock.now()).toISOString(),
    content: { kind: 'text', text, masked: [] },
  });
  tell({ ack: id });
}
await engine.idle();

const items = await db
  .selectFrom('inbox')
  .selectAll()
  .where('channel', '=', 'converse')
  .orderBy('seq')
  .execute();
const turns = await db.selectFrom('turns').selectAll().orderBy('version').execute();
const done = new Map<string, number>();
const outOfOrder: string[] = [];
const newest = new Map<string, number>();
for (const { conversation_id: conversation, seqs } of turns) {
  for (const seq of JSON.parse(seqs) as number[]) {
    const key = `${conversation}:${seq}`;
    done.set(key, (done.get(key) ?? 0) + 1);
    if (seq < (newest.get(conversation) ?? 0)) outOfOrder.push(key);
    newest.set(conversation, seq);
  }
}
const misdone = items
  .filter((item) => done.get(`${item.conversation_id}:${item.seq}`) !== 1)
  .map((item) => item.message_id);
tell({
  report: {
    heard: items.map((item) => item.message_id),
    misdone,
    open: items.filter((item) => item.closed_at === null).length,
    outOfOrder,
    broken: (await verifyAudit()).broken,
  },
});
await close();
