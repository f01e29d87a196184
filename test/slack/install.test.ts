/**
 * Installing by our page, and working with exactly the permissions of the manifest: at `emulate`, a Slack nobody of
 * us wrote that hands out tokens and refuses what their scopes do not cover. It cannot press, type or send
 * commands; that is shown elsewhere.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator } from 'emulate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlackApi } from '../../src/connectors/slack/client.ts';
import { createSlackView, type SlackView } from '../../src/connectors/slack/index.ts';
import { createLibraryLogger } from '../../src/connectors/slack/logger.ts';
import { INSTALL_PATH, REDIRECT_PATH, scopesFor } from '../../src/connectors/slack/manifest.ts';
import { createTinyDesk, type TinyDesk } from '../connectors/slack/tiny-desk.ts';
import { SIGNING_SECRET, SlackDouble } from '../doubles/slack/double.ts';
import { revokedEvent } from '../doubles/slack/payloads.ts';
import { sendEvent } from '../doubles/slack/people.ts';
import { BACKENDS, type TestBackend } from '../store/backends.ts';
import { openWorld, type World } from '../store/world.ts';

const CLIENT = { id: '1234567890.0987654321', secret: 'client-secret-of-the-example' };
const ADMIN = 'xoxp-of-the-admin';
const SCOPES = Object.keys(scopesFor({ channel: 'private', groups: 'no' }));

let slack: Emulator;
let world: World;
let desk: TinyDesk;
let web: Server;
let view: SlackView;
let channel: string;
let told: string[];
let log: { readonly name: string; readonly fields: object }[];

beforeEach(async () => {
  world = await openWorld(BACKENDS[0] as TestBackend);
  desk = createTinyDesk(world.clock);
  told = [];
  log = [];
  web = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    const found = view.listeners.find((one) => one.path === path);
    if (found === undefined) response.writeHead(404).end();
    else found.listener(request, response);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  slack = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      slack: {
        strict_scopes: true,
        team: { name: '示例医保局', domain: 'example-team' },
        users: [{ name: 'lin', real_name: '林悦（示例）' }],
        channels: [{ name: 'triage', is_private: true }],
        oauth_apps: [
          {
            client_id: CLIENT.id,
            client_secret: CLIENT.secret,
            name: '共济助手客服台',
            redirect_uris: [`${home()}${REDIRECT_PATH}`],
            scopes: SCOPES,
          },
        ],
        tokens: [
          {
            token: ADMIN,
            user: 'admin',
            scopes: ['groups:read', 'groups:write', 'groups:history', 'users:read'],
          },
        ],
      },
    },
  });
  const { channels } = (await asAdmin('conversations.list', { types: 'private_channel' })) as {
    channels: readonly { readonly id: string; readonly name: string }[];
  };
  channel = channels.find(({ name }) => name === 'triage')?.id ?? '';
  view = open();
  await view.start();
});

afterEach(async () => {
  await view.stop();
  await slack.close();
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
  await world.end();
});

const home = () => `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
const apiUrl = () => `${slack.url}/api/`;

function open(): SlackView {
  return createSlackView({
    options: {
      mode: 'http',
      signingSecret: SIGNING_SECRET,
      install: {
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        publicUrl: home(),
        channelKind: 'private',
      },
      channel,
      everyMs: 0,
      apiUrl: apiUrl(),
      roles: { lead: [], curator: [], auditor: [] },
    },
    desk,
    inbox: world.store,
    installations: world.store,
    clock: world.clock,
    event: (name, fields) => log.push({ name, fields }),
    tell: (line) => told.push(line),
  });
}

async function asAdmin(method: string, args: Record<string, string>): Promise<unknown> {
  const answer = await fetch(`${apiUrl()}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(args),
  });
  return answer.json();
}

/** An administrator in a browser: our page, Slack's consent, and back. */
async function walk({
  cookie: hasCookie = true,
} = {}): Promise<{ status: number; text: string; scopes: string[] }> {
  const begun = await fetch(`${home()}${INSTALL_PATH}`, { redirect: 'manual' });
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const consent = new URL(begun.headers.get('location') ?? '');
  expect(consent.origin).toBe(slack.url);
  const shown = await (await fetch(consent)).text();
  const fields = [...shown.matchAll(/name="(\w+)" value="([^"]*)"/gu)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll('&amp;', '&'),
  ]);
  const agreed = await fetch(`${slack.url}/oauth/v2/authorize/callback`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(Object.fromEntries(fields) as Record<string, string>),
  });
  const back = await fetch(agreed.headers.get('location') ?? '', {
    headers: hasCookie ? { cookie } : {},
    redirect: 'manual',
  });
  return {
    status: back.status,
    text: await back.text(),
    scopes: (consent.searchParams.get('scope') ?? '').split(','),
  };
}

async function invite(): Promise<void> {
  const [installed] = await world.store.installations('slack');
  const { token } = JSON.parse(installed?.secret ?? '{}') as { token: string };
  const answer = await fetch(`${apiUrl()}auth.test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const { user_id: bot } = (await answer.json()) as { user_id: string };
  await asAdmin('conversations.invite', { channel, users: bot });
}

const messages = async () =>
  ((await asAdmin('conversations.history', { channel })) as { messages: readonly { text: string }[] })
    .messages;

test('before it is installed it says where to go, and nobody waits for it', async () => {
  expect(view.status()).toMatchObject({ refused: 'not_installed' });
  expect(told.at(-1)).toContain(`${home()}${INSTALL_PATH}`);
});

test('it is installed with exactly the permissions of the manifest, and works with them', async () => {
  desk.open();
  const { status, text, scopes } = await walk();
  expect({ status, scopes: scopes.toSorted() }).toEqual({ status: 200, scopes: SCOPES.toSorted() });
  expect(text).toContain('安装好了');
  await invite();
  await view.settle();
  expect((await messages()).map((message) => message.text)).toEqual([expect.stringContaining('待认领')]);
  expect(JSON.stringify(log)).not.toMatch(/xox|client-secret/u);
});

test('a restart needs no second visit, and the token stands nowhere in the clear', async () => {
  await walk();
  await invite();
  await view.stop();
  view = open();
  await view.start();
  expect(view.status()).not.toHaveProperty('refused');
  const rows = await world.opened.db.selectFrom('installations').selectAll().execute();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('xoxb');
});

test('whoever comes back without having set out in the same browser installs nothing', async () => {
  expect((await walk({ cookie: false })).status).toBe(400);
  expect(await world.store.installations('slack')).toEqual([]);
});

test('another workspace does not take the place of the first', async () => {
  await world.store.keepInstallation({ platform: 'slack', id: 'T0OTHER', secret: '{"token":"xoxb-other"}' });
  const { status, text } = await walk();
  expect(status).toBe(409);
  expect(text).toContain('另一个工作区');
  expect((await world.store.installations('slack')).map(({ id }) => id)).toEqual(['T0OTHER']);
});

test('a workspace that takes the app out takes its token along; another one does not', async () => {
  await walk();
  const [{ id: team } = { id: '' }] = await world.store.installations('slack');
  const sender = new SlackDouble();
  sender.target = `${home()}/slack/events`;
  await sendEvent(sender, revokedEvent, { team: 'T0OTHER' });
  expect(view.status()).not.toHaveProperty('refused');
  expect((await sendEvent(sender, revokedEvent, { team })).status).toBe(200);
  await expect.poll(() => world.store.installations('slack')).toEqual([]);
  expect(view.status()).toMatchObject({ refused: 'token_revoked' });
  expect(await world.opened.db.selectFrom('person_keys').select('ref').execute()).toEqual([{ ref: 'index' }]);
});

describe('every permission is needed: without', () => {
  const api = (token: string) =>
    createSlackApi({ token, apiUrl: apiUrl(), logger: createLibraryLogger(() => {}), onRefused: () => {} });
  const mark = { case: 'k_1', what: 'card' };

  /** Emulate checks no scope for commands. */
  const USES: Record<string, (token: string) => Promise<unknown>> = {
    'chat:write': (token) => api(token).post({ channel }, { text: 'a', blocks: [] }),
    'users:read': (token) => api(token).nameOf('U000000001'),
    'groups:read': (token) => api(token).channel(channel),
    'groups:history': (token) => api(token).find({ channel, sinceMs: 0, mark }),
  };

  test.each(Object.keys(USES))('%s a call of ours is refused, with it none is', async (scope) => {
    const use = USES[scope] as (token: string) => Promise<unknown>;
    const { token } = await tokenWith(SCOPES.filter((one) => one !== scope));
    await expect(use(token)).rejects.toMatchObject({ slack: 'missing_scope' });
    const { token: whole } = await tokenWith(SCOPES);
    await asAdmin('conversations.invite', { channel, users: (await api(whole).identity()).bot });
    await expect(use(whole)).resolves.not.toThrow();
  });

  /** By Slack's own consent, for these scopes alone. */
  async function tokenWith(scopes: readonly string[]): Promise<{ token: string }> {
    const redirect = `${home()}${REDIRECT_PATH}`;
    const agreed = await fetch(`${slack.url}/oauth/v2/authorize/callback`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({
        user_id: 'U000000001',
        redirect_uri: redirect,
        scope: scopes.join(','),
        client_id: CLIENT.id,
      }),
    });
    const code = new URL(agreed.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const answer = await fetch(`${apiUrl()}oauth.v2.access`, {
      method: 'POST',
      body: new URLSearchParams({
        code,
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uri: redirect,
      }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return { token };
  }
});
