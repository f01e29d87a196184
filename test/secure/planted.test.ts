/**
 * A whole binding over HTTP, with values planted that identify people. Afterwards every file of the database, every
 * line of the log and every answer is searched: they may stand in the answers to 我的数据, and nowhere else.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { type App, createApp } from '../../src/app.ts';
import { createWebConnector } from '../../src/connectors/web/index.ts';
import type { IdentityProvider, ProvedIdentity } from '../../src/contracts/identity.ts';
import { digestOf } from '../../src/domain/secure-token.ts';
import { openLibrary } from '../../src/library.ts';
import { createLog } from '../../src/log.ts';
import type { SimulatedOffice } from '../../src/portals/simulated/office.ts';
import { createServer, type WebServer } from '../../src/web/server.ts';
import { countedRandom } from '../store/world.ts';
import { PAGES_DIR } from '../web/scripted-house.ts';

const PHONE = '13800138000';
const START = Date.parse('2026-11-24T02:00:00Z');
const SIGNATURE = '郑凯亲笔';
const random = countedRandom('planted');

let dir: string;
let app: App;
let server: WebServer;
let url: string;
let now = START;
/** Of the talk, and of each page, as a browser keeps them. */
const cookies = new Map<string, string>();
/** What the talk was begun with, by which it is known. */
let first = '';
let said = 0;
const logged: string[] = [];
const answers: { readonly to: string; readonly text: string }[] = [];
const links: string[] = [];
let payer: ProvedIdentity;
let relative: ProvedIdentity;

/** Lists nobody, as a real provider does, so that its page names nobody either. */
function provider(office: SimulatedOffice): IdentityProvider {
  return {
    id: 'test',
    options: async () => [],
    begin: async (choice) => ({ challenge: `for ${choice}` }),
    prove: async (challenge) => person(office, challenge.slice('for '.length)),
  };
}

function person(office: SimulatedOffice, id: string): ProvedIdentity {
  const found = office.personById(id);
  if (found === undefined) throw new Error(`Nobody is called ${id}`);
  const { name, documentType, documentNumber } = found;
  return { subject: id, name, documentType, documentNumber };
}

beforeAll(async () => {
  await buildPages({ force: false });
  dir = await mkdtemp(join(tmpdir(), 'gongji-planted-'));
  const clock = { now: () => now };
  app = await createApp({
    ...openLibrary(),
    storeUrl: `sqlite://${join(dir, 'gongji.sqlite')}`,
    officeFile: ':memory:',
    vaultKey: random.bytes(32),
    clock,
    random,
    log: createLog('debug', { write: (line: string) => void logged.push(line) }),
    identity: provider,
    secureUrl: (token) => {
      links.push(token);
      return `${url}/s/${token}`;
    },
    onFault: (error) => logged.push(String(error)),
  });
  payer = person(app.office, 'zheng-kai');
  relative = person(app.office, 'yang-shufen');
  const web = createWebConnector({ store: app.store, clock, random });
  server = createServer({
    connectors: [web],
    secure: app.secure,
    clock,
    pagesDir: PAGES_DIR,
    health: async () => ({ store: app.store.describe() }),
    onFailure: (failure) => logged.push(JSON.stringify(failure)),
  });
  ({ url } = await server.listen(0, '127.0.0.1'));
  await app.start([web]);
}, 60_000);

afterAll(async () => {
  await server?.close();
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function ask(path: string, body?: object): Promise<string> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'Content-Type': 'application/json',
      Origin: url,
      Cookie: `${cookies.get('talk') ?? ''}; ${cookies.get(path) ?? ''}`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  for (const given of response.headers.getSetCookie()) {
    const [pair = ''] = given.split(';');
    cookies.set(pair.startsWith('gongji_talk') ? 'talk' : path, pair);
    first ||= pair;
  }
  const text = `${JSON.stringify([...response.headers])}\n${await response.text()}`;
  answers.push({ to: `${path.split('/').slice(0, 3).join('/')} ${JSON.stringify(body ?? {})}`, text });
  await app.idle();
  return text;
}

async function say(words: { readonly text: string } | { readonly choose: string }): Promise<void> {
  now += 1_000;
  said += 1;
  await ask('/api/chat/messages', { id: `message-${said}`, ...words });
}

/** Everything said so far, as the page is told it. */
async function listen(): Promise<string> {
  const leave = new AbortController();
  const response = await fetch(`${url}/api/chat/events`, {
    headers: { Cookie: cookies.get('talk') ?? '' },
    signal: leave.signal,
  });
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error('No stream');
  const last = (await history()).at(-1)?.position;
  let text = '';
  while (!text.includes(`id: ${last}\n`)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  leave.abort();
  answers.push({ to: '/api/chat/events', text: `${JSON.stringify([...response.headers])}\n${text}` });
  return text;
}

async function history() {
  const rows = await app.store.conversationAt({
    channel: 'web',
    account: 'page',
    user: digestOf(first.split('=')[1] ?? ''),
  });
  return rows === undefined ? [] : app.store.history(rows.id, 0, 1000);
}

async function submit(fields: object): Promise<string> {
  const token = links.at(-1) as string;
  await ask(`/s/${token}`);
  await ask(`/api/secure/${token}`);
  return ask(`/api/secure/${token}`, fields);
}

const files = async (): Promise<string> => {
  const names = (await readdir(dir)).filter((name) => name.startsWith('gongji.sqlite'));
  const bytes = await Promise.all(names.map((name) => readFile(join(dir, name))));
  expect(names).toContain('gongji.sqlite-wal');
  return Buffer.concat(bytes).toString('latin1');
};
const asStored = (text: string): string => Buffer.from(text).toString('latin1');

/** As they are, and as they would stand in base64 that begins with them. */
const planted = (): readonly string[] =>
  [payer.name, payer.documentNumber, relative.name, relative.documentNumber, PHONE, SIGNATURE].flatMap(
    (value) => [value, Buffer.from(value).toString('base64').replace(/=*$/u, '').slice(0, -2)],
  );

test('what identifies people stands in no file, no log and no answer but those that must show it', async () => {
  await ask('/api/chat/open', {});
  await say({ text: `我电话${PHONE}，身份证${payer.documentNumber}` });
  await say({ text: '给妈妈绑定，我在石家庄' });
  await say({ choose: 'yes' });
  await submit({ person: 'zheng-kai', code: '123456' });
  const { name, documentType, documentNumber } = relative;
  const form = { name, documentType, documentNumber, agreed: true, signature: SIGNATURE };
  await submit({ ...form, documentNumber: `${documentNumber.slice(0, -1)}0` });
  await submit(form);
  await say({ choose: 'yes' });
  await say({ text: '我的数据' });
  const pass = Buffer.from(random.bytes(32)).toString('base64url');
  await submit({ act: 'view', pass });
  await submit({ act: 'copy', pass });
  await ask('/healthz');
  await ask('/nothing-here');
  const talk = await listen();
  expect(talk).toContain('my_data');
  expect(talk).toContain('[证件号已隐藏]');
  const [application] = await app.store.applicationsOf(
    await app.store.remember({
      name: payer.name,
      documentType: payer.documentType,
      documentNumber: payer.documentNumber,
    }),
  );
  expect(application).toMatchObject({ kind: 'bind', state: 'ACTIVE' });

  const stored = await files();
  const found: string[] = [];
  for (const value of planted()) {
    if (stored.includes(asStored(value))) found.push(`a file holds ${value}`);
    if (logged.join('\n').includes(value)) found.push(`the log holds ${value}`);
    for (const { to, text } of answers) {
      const mayShow = to.includes('"act":"view"') || to.includes('"act":"copy"');
      if (!mayShow && text.includes(value)) found.push(`the answer to ${to} holds ${value}`);
    }
  }
  expect(found).toEqual([]);
  // The search would find it: these must show it, and the masked number is where it was said.
  const shown = answers.filter(({ to }) => to.includes('"act":"view"') || to.includes('"act":"copy"'));
  expect(shown.map(({ text }) => text.includes(payer.name))).toEqual([true, true]);
  expect(shown[0]?.text).not.toContain(payer.documentNumber);
  expect(stored).toContain(asStored('[证件号已隐藏]'));
  for (const { to, text } of answers.filter((answer) => answer.to.startsWith('/api'))) {
    expect(text.toLowerCase(), to).toMatch(/"cache-control","no-store"/u);
  }
});
