/**
 * A house in which one word kills the process that thinks about it, as an endless loop under a watchdog or too
 * little memory would. Says `thinking` before each turn, and `idle` with what its tables say if it lives to see that.
 */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Connector } from '../../src/contracts/connector.ts';
import { createManager } from '../../src/dialog/manager.ts';
import { createOutbox } from '../../src/dialog/outbox.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { openLibrary } from '../../src/library.ts';
import { openStore } from '../../src/store/open.ts';
import { POISON_TEXT } from './poison-text.ts';

export interface Poisoned {
  readonly storeUrl: string;
  readonly cacheDir: string;
  /** Written down first, each by its user. */
  readonly messages: readonly { readonly user: string; readonly text: string }[];
}

const { storeUrl, cacheDir, messages } = JSON.parse(process.argv[2] ?? '{}') as Poisoned;
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };
const library = openLibrary({ cacheDir });
// Synchronous: what is said last must be heard although the process dies.
const tell = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);
const { store, engine, db, close } = await openStore({
  url: storeUrl,
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
  understander: () => ({
    ...library.understander,
    understand(text, context) {
      if (text.includes(POISON_TEXT)) {
        tell({ thinking: 'poison' });
        process.kill(process.pid, 'SIGKILL');
        // The signal may take a moment.
        for (;;);
      }
      return library.understander.understand(text, context);
    },
  }),
  secureUrl: (token) => token,
});
const outbox = createOutbox({ store, clock, connectors: new Map([['converse', connector]]) });
for (const [index, { user, text }] of messages.entries()) {
  await store.receive({
    address: { channel: 'converse', account: 'poison', user },
    messageId: `${user}:${index}`,
    receivedAt: new Date().toISOString(),
    content: { kind: 'text', text, masked: [] },
  });
}
// All are there before anybody thinks: the ill one is among neighbours.
engine.work('address', (key, how) => manager.process(key as ConversationId, how));
engine.work('outbox', (key) => outbox.deliverTo(key as ConversationId));
engine.work('task', async () => {});
await engine.sweep();
await engine.idle();
const dead = await db.selectFrom('inbox').select('content').where('dead', '=', 1).execute();
const open = await db.selectFrom('inbox').select('seq').where('closed_at', 'is', null).execute();
const cases = await db.selectFrom('cases').select('id').execute();
const said = await db
  .selectFrom('outbox')
  .innerJoin('addresses', 'addresses.conversation_id', 'outbox.conversation_id')
  .select(['addresses.user_id', 'outbox.part'])
  .execute();
tell({
  idle: { dead: dead.length, open: open.length, cases: cases.length, spoken: said.map((row) => row.user_id) },
});
await close();
