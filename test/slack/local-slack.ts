/**
 * `local-slack` in a test: a Slack nobody of us wrote, as a program of its own, with people who press, fill in and
 * type. It takes more than Slack does (old triggers, too many blocks, late acknowledgements); what Slack refuses
 * is the business of our own double.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

const BINARY = join(
  import.meta.dirname,
  '..',
  '..',
  'node_modules',
  'local-slack-linux-x64',
  'bin',
  'local-slack',
);
/** Free for sure: it is started apart, where nobody else is. */
const PORT = 3000;

export const WORKSPACE = {
  channel: 'C0TRIAGE1',
  bot: 'U0BOT',
  botToken: 'xoxb-of-local-slack',
  appToken: 'xapp-of-local-slack',
  signingSecret: 'signing-secret-of-local-slack',
  clerk: { id: 'U0CLERK01', name: '林悦' },
  second: { id: 'U0CLERK02', name: '周敏' },
  stranger: { id: 'U0STRANGE', name: '郑强' },
} as const;

export const isHere = (): boolean => existsSync(BINARY);

export interface Element {
  readonly type: string;
  readonly action_id: string;
  readonly value?: string;
  readonly text?: unknown;
  readonly options?: readonly { readonly value: string }[];
}

export interface Shown {
  readonly ts: string;
  readonly text: string;
  readonly thread_ts?: string;
  readonly user?: string;
  readonly subtype?: string;
  readonly ephemeral_to?: string;
  readonly blocks?: readonly { readonly type: string; readonly elements?: readonly Element[] }[];
}

interface View {
  readonly id: string;
  readonly title?: { readonly text: string };
  readonly blocks: readonly { readonly block_id?: string; readonly element?: Element }[];
}

export interface LocalSlack {
  readonly url: string;
  readonly apiUrl: string;
  messages(): Promise<readonly Shown[]>;
  /** The first message of the channel that is no answer. */
  card(): Promise<Shown | undefined>;
  /** All words below the card. */
  thread(): Promise<string>;
  /** A button, or one entry of a menu. Throws when it is not on the message. */
  press(by: string, message: Shown, action: string, choice?: string): Promise<void>;
  say(by: string, text: string, thread?: string): Promise<void>;
  command(by: string, text: string): Promise<void>;
  openHome(by: string): Promise<void>;
  /** The form that is on the screen; undefined when there is none. */
  form(): View | undefined;
  submit(by: string, values: Readonly<Record<string, string>>): void;
  home(user: string): string;
  /** Everything that went between the workspace and the app. */
  log(): Promise<string>;
  close(): Promise<void>;
}

export async function startLocalSlack(mode: 'http' | 'socket', requestUrl: string): Promise<LocalSlack> {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-local-slack-'));
  const file = join(dir, 'workspace.json');
  writeFileSync(file, JSON.stringify(workspace(mode, requestUrl)));
  const child = spawn(BINARY, ['--config', file, '--port', String(PORT), '--base-host', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += String(data);
    });
  }
  const url = `http://127.0.0.1:${PORT}`;
  await until('local-slack answers', () => answers(`${url}/_control/state`)).catch((error: unknown) => {
    child.kill('SIGTERM');
    throw new Error(`${String(error)}\n${said}`);
  });
  const screen = await openScreen(url);

  async function control<T>(path: string, body?: object): Promise<T> {
    const answer = await fetch(`${url}/_control/${path}`, {
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
    });
    if (!answer.ok) throw new Error(`local-slack answered ${path} with ${answer.status}`);
    return (await answer.json()) as T;
  }

  const messages = async () =>
    (await control<{ messages: readonly Shown[] }>(`messages/${WORKSPACE.channel}`)).messages;
  const card = async () =>
    (await messages()).find(({ thread_ts: of, subtype }) => of === undefined && subtype === undefined);
  return {
    url,
    apiUrl: `${url}/api/`,
    messages,
    card,
    async thread() {
      const root = await card();
      return (await messages())
        .filter(({ thread_ts: of }) => of !== undefined && of === root?.ts)
        .map((message) => wordsOf(message))
        .join('\n');
    },
    async press(user, message, action, choice) {
      const element = elementOf(message, action);
      const option = element.options?.find(({ value }) => value.startsWith(choice ?? ''));
      if (choice !== undefined && option === undefined) throw new Error(`There is no ${choice} in ${action}`);
      await control('interact', {
        channel: WORKSPACE.channel,
        messageTs: message.ts,
        user,
        action: { ...element, ...(option === undefined ? {} : { selected_option: option }) },
      });
    },
    say: async (user, text, thread) =>
      void (await control('message', {
        channel: WORKSPACE.channel,
        user,
        text,
        ...(thread === undefined ? {} : { thread_ts: thread }),
      })),
    command: async (user, text) =>
      void (await control('command', { channel: WORKSPACE.channel, user, command: '/gongji', text })),
    openHome: async (user) => void (await control('open-home', { user })),
    form: () => screen.view(),
    submit(user, values) {
      const view = screen.view();
      if (view === undefined) throw new Error('There is no form on the screen');
      screen.send({ t: 'view_submit', user, values: filledIn(view, values) });
    },
    home: (user) => JSON.stringify(screen.home(user) ?? {}),
    log: async () => JSON.stringify(await control('log')),
    async close() {
      screen.close();
      await ended(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function workspace(mode: 'http' | 'socket', requestUrl: string) {
  const { channel, bot, botToken, appToken, signingSecret, clerk, second, stranger } = WORKSPACE;
  const people = [clerk, second, stranger].map(({ id, name }) => ({
    id,
    name,
    real_name: name,
    tz: 'Asia/Shanghai',
  }));
  return {
    workspace: { name: '示例医保局', domain: 'example-team', teamId: 'T0EXAMPLE' },
    app: {
      appId: 'A0GONGJI',
      botUserId: bot,
      botName: 'gongji',
      botToken,
      appToken,
      signingSecret,
      mode: mode === 'http' ? 'events' : 'socket',
      requestUrl,
    },
    users: people,
    channels: [
      { id: channel, name: '共济客服台', is_private: true, members: [clerk.id, second.id, bot] },
      { id: 'C0GENERAL', name: '闲聊', members: people.map(({ id }) => id) },
    ],
  };
}

/** What its page sees and does: forms are sent there, and nowhere else. */
async function openScreen(url: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ui`);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  let stack: readonly View[] = [];
  const homes = new Map<string, unknown>();
  socket.on('message', (data) => {
    const told = JSON.parse(String(data)) as {
      t: string;
      stack?: readonly View[];
      user?: string;
      view?: unknown;
    };
    if (told.t === 'view' && told.stack !== undefined) stack = told.stack;
    if (told.t === 'home' && told.user !== undefined) homes.set(told.user, told.view);
  });
  return {
    view: () => stack.at(-1),
    home: (user: string) => homes.get(user),
    send: (message: object) => socket.send(JSON.stringify(message)),
    close: () => socket.terminate(),
  };
}

function elementOf({ blocks = [], text }: Shown, action: string): Element {
  const found = blocks.flatMap(({ elements = [] }) => elements).find(({ action_id: id }) => id === action);
  if (found === undefined) throw new Error(`There is no ${action} on ${text}`);
  return found;
}

function filledIn({ blocks }: View, values: Readonly<Record<string, string>>) {
  const filled: Record<string, Record<string, object>> = {};
  for (const [field, value] of Object.entries(values)) {
    const element = blocks.find(({ block_id: id }) => id === field)?.element;
    if (element === undefined) throw new Error(`There is no field ${field}`);
    const { type, options } = element;
    const option = options?.find((offered) => offered.value === value);
    if (options !== undefined && option === undefined) throw new Error(`${value} is not offered`);
    filled[field] = {
      [element.action_id]:
        type === 'static_select'
          ? { type, selected_option: option }
          : type === 'users_select'
            ? { type, selected_user: value }
            : { type, value },
    };
  }
  return filled;
}

/** All words a person sees. */
export function wordsOf(shown: unknown): string {
  if (Array.isArray(shown)) return shown.map(wordsOf).join('\n');
  if (typeof shown !== 'object' || shown === null) return '';
  const { text, blocks, elements, fields } = shown as Record<string, unknown>;
  return [
    typeof text === 'string' ? text : wordsOf(text),
    wordsOf(blocks),
    wordsOf(elements),
    wordsOf(fields),
  ]
    .filter((words) => words !== '')
    .join('\n');
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Looks again and again; gives what was found. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  withinMs = 20_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  throw new Error(`Not within ${withinMs} ms: ${what}`);
}

/** Told to end, and waited for. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
  await gone;
  clearTimeout(timer);
}
