/**
 * One of several processes on one PostgreSQL, whole but for the web: it can be killed at any moment. Reads
 * one JSON operation a line and answers each with one line that names it.
 */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createApp } from '../../src/app.ts';
import type { Connector } from '../../src/contracts/connector.ts';
import type { Address } from '../../src/domain/conversation.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { openLibrary } from '../../src/library.ts';
import { createLog } from '../../src/log.ts';
import { createHttpOffice } from '../../src/portals/http/client.ts';
import { createDemoIdentity, type DemoPerson } from '../../src/secure/demo-identity.ts';

export interface Setting {
  readonly storeUrl: string;
  readonly cacheDir: string;
  readonly officeUrl: string;
  readonly secret: string;
  readonly people: readonly DemoPerson[];
}

const setting = JSON.parse(process.argv[2] ?? '{}') as Setting;
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };
const CODE = '246810';
const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const app = await createApp({
  ...openLibrary({ cacheDir: setting.cacheDir }),
  clock,
  random,
  log: createLog('silent'),
  storeUrl: setting.storeUrl,
  connections: 8,
  portal: createHttpOffice({
    url: setting.officeUrl,
    signing: { keyId: 'assistant', secret: setting.secret },
    clock,
    random,
  }),
  identity: createDemoIdentity({ people: setting.people, clock, random, tell: () => {}, fixedCode: CODE }),
  vaultKey: new Uint8Array(32).fill(7),
  secureUrl: (token) => token,
});

const addressOf = (user: string): Address => ({ channel: 'converse', account: 'several', user });
const connector: Connector = {
  id: 'converse',
  start: async () => {},
  deliver: async ({ key }) => {
    tell({ delivered: key });
    return { state: 'sent' };
  },
  stop: async () => {},
};

async function perform(op: JsonObject): Promise<object> {
  const address = addressOf(String(op.user));
  if (op.text !== undefined) {
    const content = { kind: 'text' as const, text: String(op.text), masked: [] };
    const receivedAt = new Date().toISOString();
    return { stored: await app.receive({ address, messageId: String(op.id), receivedAt, content }) };
  }
  if (op.token !== undefined) {
    const fields = op.fields as JsonObject;
    const first = await app.secure.submit(String(op.token), fields);
    if (!('challenge' in first)) return { page: first };
    return {
      page: await app.secure.submit(String(op.token), {
        ...fields,
        challenge: first.challenge,
        code: CODE,
      }),
    };
  }
  const conversation = await app.store.conversationAt(address);
  const history = conversation === undefined ? [] : await app.store.history(conversation.id, 0, 1_000);
  return {
    asking: conversation?.asking?.slot ?? null,
    token: history.findLast(({ part }) => part.secure?.url !== undefined)?.part.secure?.url ?? null,
    said: history.filter(({ who }) => who === 'bot').map(({ part }) => part.id),
  };
}

await app.start([connector]);
tell({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const op = JSON.parse(line) as JsonObject;
  // Side by side, as requests come in; what fails is sent again by whoever sent it.
  perform(op).then(
    (answer) => tell({ op: op.op, ...answer }),
    (error: unknown) => tell({ op: op.op, failed: error instanceof Error ? error.message : 'unknown' }),
  );
}
await app.stop();
