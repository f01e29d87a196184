/** Ours: the whole house, understanding and diagnosing included, on its file or on PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createApp } from '../../src/app.ts';
import { openLibrary } from '../../src/library.ts';
import { createLog } from '../../src/log.ts';
import { dir, serve } from './serve.mjs';

const [, , , url] = process.argv;
const waiting = new Map();
const counted = new Map();
const app = await createApp({
  ...openLibrary(),
  storeUrl: url ?? pathToFileURL(join(dir, 'ours.sqlite')).href.replace('file:', 'sqlite:'),
  officeFile: join(dir, 'office.sqlite'),
  identity: () => ({}),
  vaultKey: new Uint8Array(32).fill(7),
  clock: { now: () => Date.now() },
  random: { bytes: (size) => new Uint8Array(randomBytes(size)) },
  secureUrl: (token) => token,
  log: createLog('silent'),
});
const address = (user) => ({ channel: 'console', account: 'bench', user });
const connector = {
  id: 'console',
  start: async () => {},
  stop: async () => {},
  // The first part of a turn is the answer to the message the turn was about, which its key names by its place in the talk.
  async deliver({ key, address: { user }, part }) {
    const [conversation, seq, index] = key.split(':');
    if (index === '0')
      waiting.get(`${user}:${await whichMessage(user, conversation, Number(seq))}`)?.(part.id);
    return { state: 'sent' };
  },
};
await app.start([connector]);

/** The messages of a talk are counted; after a restart the count is read from the talk itself. */
async function whichMessage(user, conversation, seq) {
  const last = counted.get(user);
  if (last?.seq === seq) return last.n;
  const n = last === undefined ? await countedUpTo(conversation, seq) : last.n + 1;
  counted.set(user, { seq, n });
  return n;
}

async function countedUpTo(conversation, seq) {
  const lines = await app.store.history(conversation, 0, 100);
  return lines.filter(({ who, position }) => who === 'citizen' && position <= seq).length;
}

/** What was said to the n-th message before, by a process that was killed before it could pass it on. */
async function saidBefore(c, n) {
  const conversation = await app.store.conversationAt(address(c));
  if (conversation === undefined) return undefined;
  const lines = await app.store.history(conversation.id, 0, 100);
  const heard = lines.filter(({ who }) => who === 'citizen')[n - 1];
  if (heard === undefined) return undefined;
  return lines.find(({ who, position }) => who === 'bot' && position > heard.position)?.part.id;
}

serve(
  async (c, n, text) => {
    const told = new Promise((resolve) => waiting.set(`${c}:${n}`, resolve));
    const state = await app.receive({
      address: address(c),
      messageId: `${c}:${n}`,
      receivedAt: new Date().toISOString(),
      content: { kind: 'text', text, masked: [] },
    });
    const before = state === 'duplicate' ? await saidBefore(c, n) : undefined;
    const reply = before ?? (await told);
    waiting.delete(`${c}:${n}`);
    return reply;
  },
  async (c) => {
    const conversation = await app.store.conversationAt(address(c));
    return conversation === undefined ? 0 : (await app.store.casesOf(conversation.id)).length;
  },
);
