/**
 * The whole house in a process of its own that can be made to die. Reads one JSON operation a line,
 * answers each with one line when nothing is due any more. With `crashAt` it kills itself, without a
 * chance to clean up, at the n-th boundary between the house and its database or the office. Told to
 * `open` another folder, it leaves the house it has and starts the one that is there.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { type App, createApp } from '../../src/app.ts';
import type { Connector } from '../../src/contracts/connector.ts';
import type { Address } from '../../src/domain/conversation.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { openLibrary } from '../../src/library.ts';
import { createLog } from '../../src/log.ts';
import { createDemoIdentity } from '../../src/secure/demo-identity.ts';

const [dir = '', crashAt = '0'] = process.argv.slice(2);
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };
const library = openLibrary({ cacheDir: join(dir, '..') });
const said: { key: string; id: string; url?: string | undefined }[] = [];
let code = '';
let boundaries = 0;

async function open(folder: string): Promise<App> {
  const opened = await createApp({
    ...library,
    clock,
    random,
    log: createLog('silent'),
    storeUrl: pathToFileURL(join(folder, 'gongji.sqlite')).href.replace('file:', 'sqlite:'),
    officeFile: join(folder, 'office.sqlite'),
    vaultKey: new Uint8Array(32).fill(7),
    identity: (office) =>
      createDemoIdentity({
        people: office.people(),
        clock,
        random,
        tell: (line) => {
          code = /\d{6}/u.exec(line)?.[0] ?? '';
        },
      }),
    secureUrl: (token) => token,
  });
  boundaries = 0;
  said.length = 0;
  mine(opened.store, [
    'receive',
    'due',
    'commitTurn',
    'duePartsOf',
    'markSent',
    'openTask',
    'prepareCall',
    'finishCall',
    'settleTask',
    'recordChanges',
    'completeLink',
  ]);
  mine(opened.office, ['act', 'outcomeOf', 'bindings', 'changes']);
  await opened.start([connector]);
  await opened.idle();
  return opened;
}

/** Counts a boundary before and after every call; dies at the one it was told. */
function mine<T extends object>(target: T, methods: readonly (keyof T & string)[]): void {
  for (const method of methods) {
    const original = target[method] as unknown as (...args: unknown[]) => Promise<unknown>;
    const wrapped = async (...args: unknown[]): Promise<unknown> => {
      cross();
      const result = await original.apply(target, args);
      cross();
      return result;
    };
    Object.assign(target, { [method]: wrapped });
  }
}
function cross(): void {
  boundaries += 1;
  if (boundaries === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
}

const address: Address = { channel: 'converse', account: 'crash', user: 'citizen' };
const connector: Connector = {
  id: 'converse',
  start: async () => {},
  deliver: async ({ key, part }) => {
    said.push({ key, id: part.id, url: part.secure?.url });
    return { state: 'sent' };
  },
  stop: async () => {},
};

async function perform(app: App, op: JsonObject): Promise<object> {
  if (op.kind === 'text') {
    const receivedAt = new Date().toISOString();
    const content = { kind: 'text' as const, text: String(op.text), masked: [] };
    return { stored: await app.receive({ address, messageId: String(op.id), receivedAt, content }) };
  }
  if (op.kind === 'secure') {
    const token = String(op.token);
    const fields = op.fields as JsonObject;
    const first = await app.secure.submit(token, fields);
    if (!('challenge' in first)) return first;
    return app.secure.submit(token, { ...fields, challenge: first.challenge, code });
  }
  return {};
}

const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
let app = await open(dir);
tell({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const op = JSON.parse(line) as JsonObject;
  if (op.kind === 'open') {
    await app.stop();
    app = await open(String(op.dir));
    tell({ ready: true });
    continue;
  }
  const result = await perform(app, op);
  await app.idle();
  const conversation = await app.store.conversationAt(address);
  const history = conversation === undefined ? [] : await app.store.history(conversation.id, 0, 1_000);
  tell({
    result,
    asking: conversation?.asking?.slot ?? null,
    token: history.findLast(({ part }) => part.secure?.url !== undefined)?.part.secure?.url ?? null,
    heard: history.filter(({ who }) => who === 'citizen').map(({ part }) => part.text),
    said: history.filter(({ who }) => who === 'bot').map(({ part }) => part.id),
    delivered: said.map(({ key }) => key),
    acts: app.office.acts(),
    boundaries,
    brokenAudit: (await app.verifyAudit()).broken,
  });
}
await app.stop();
