/**
 * Run by the kill test in a process of its own: writes messages of three people and a turn now and
 * then, and prints a line for each one that was acknowledged. It never ends by itself.
 */
import { randomBytes } from 'node:crypto';
import type { Store } from '../../src/contracts/store.ts';
import { openStore } from '../../src/store/open.ts';
import { addressOf, commitOf, inbound, part, VAULT_KEY } from './world.ts';

const [url = '', round = ''] = process.argv.slice(2);
const { store } = await openStore({
  url,
  clock: { now: () => Date.now() },
  random: { bytes: (size) => randomBytes(size) },
  vaultKey: VAULT_KEY,
});
await Promise.all(['lin', 'wang', 'zhao'].map((user) => talk(store, user)));

async function talk(to: Store, user: string): Promise<void> {
  for (let n = 0; ; n += 1) {
    const messageId = `${user}-${round}-${n}`;
    await to.receive(inbound(user, messageId));
    process.stdout.write(`received ${messageId}\n`);
    if (n % 3 === 2) await turn(to, user);
  }
}

async function turn(to: Store, user: string): Promise<void> {
  const conversation = await to.conversationAt(addressOf(user));
  const due = conversation && (await to.due(conversation.id));
  if (due === undefined) return;
  const seqs = due.items.map((item) => item.seq);
  await to.commitTurn(commitOf(due.conversation, seqs, { replies: [part('one'), part('two')] }));
  process.stdout.write(`committed ${due.conversation.id} ${due.conversation.version + 1}\n`);
}
