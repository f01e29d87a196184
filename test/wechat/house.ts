/**
 * The whole house, official account in safe mode, at the double of the WeChat side: real HTTP both ways, real
 * store in a file, simulated office. The time of day is set by hand; citizens write, tap and open pages.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPages } from '../../scripts/build-pages.ts';
import { type App, createApp } from '../../src/app.ts';
import { openChannels } from '../../src/channels.ts';
import { readConfig } from '../../src/config.ts';
import type { OaSettings } from '../../src/connectors/wechat/oa/index.ts';
import { createOaConnector, type OaConnector } from '../../src/connectors/wechat/oa/index.ts';
import type { HistoryLine } from '../../src/contracts/store.ts';
import type { Address, Conversation } from '../../src/domain/conversation.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { type Library, openLibrary } from '../../src/library.ts';
import { createLog } from '../../src/log.ts';
import { createDemoIdentity } from '../../src/secure/demo-identity.ts';
import { createServer, type HttpChannel, type WebServer } from '../../src/web/server.ts';
import { openWechat, type Wechat, type WechatOptions } from '../doubles/wechat/index.ts';
import type { Phone } from '../doubles/wechat/phone.ts';

const START = Date.parse('2026-11-22T01:00:00Z');
const PAGES = join(import.meta.dirname, '..', '..', 'dist', 'pages');
/** The one installation all tests read from: reading and fitting it takes longest. */
let library: Library | undefined;

export interface HouseOptions {
  /** How long the house waits for an answer before it says that it will come; its own default unless given. */
  readonly patienceMs?: number;
  readonly secondMs?: number;
  readonly account?: NonNullable<WechatOptions['account']>;
  /** Variables beside those that name the account. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface House {
  readonly wechat: Wechat;
  readonly app: App;
  readonly url: string;
  /** Lets time go by; what became due is done when it resolves. */
  pass(ms: number): Promise<void>;
  /** Nothing is due any more, on either side. */
  settled(): Promise<void>;
  /** What both sides said in the talk of this phone, the oldest first. */
  history(phone: Phone): Promise<readonly HistoryLine[]>;
  conversation(phone: Phone): Promise<Conversation | undefined>;
  /** Ends the running process as a restart does, and begins another on the same files. */
  restart(): Promise<void>;
  /**
   * Breaks the process at its n-th crossing between house and store: nothing it does gets further. Resolves
   * when that has happened.
   */
  crashAt(crossing: number): Promise<void>;
  /** Calls off a break that has not come yet. */
  spare(): void;
  /** Whether the process broke while a customer message was on its way: whether that arrives, nobody can know. */
  wasSending(): boolean;
  /** Begins another process on what the broken one left on the disk. */
  revive(): Promise<void>;
  /** From now on nothing passes here, until it is released. */
  hold(method: 'receive' | 'commitTurn'): () => void;
  /** Opens the newest secure page on this phone, as whoever holds the phone. */
  proveAs(phone: Phone, person: string): Promise<void>;
  nameRelative(phone: Phone, relative: string): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly app: App;
  readonly server: WebServer;
  readonly url: string;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  await buildPages({ force: false });
  const dir = mkdtempSync(join(tmpdir(), 'gongji-wechat-'));
  let time = START;
  const clock = { now: () => time };
  const wechat = await openWechat({ clock, ...options });
  let code = '';
  let current = join(dir, '0');
  mkdirSync(current);
  const start = () =>
    run({
      dir: current,
      clock,
      wechat,
      env: options.env ?? {},
      patienceMs: options.patienceMs,
      tell: (line) => {
        code = /\d{6}/u.exec(line)?.[0] ?? code;
      },
    });
  let broken: ReturnType<typeof breakAt> | undefined;
  const ghosts: Running[] = [];
  let running = await start();

  const settled = async () => {
    await running.app.idle();
    await wechat.settled();
    await running.app.idle();
  };

  const conversation = (phone: Phone) => running.app.store.conversationAt(addressOf(wechat, phone));

  /** As the page does: it asks what it is about, and then posts what was filled in. */
  async function submit(phone: Phone, page: string, fields: JsonObject): Promise<JsonObject> {
    const { pathname, origin } = new URL(page);
    const address = `${origin}/api/secure/${pathname.split('/').at(-1)}`;
    await phone.open(address);
    const { status, body } = await phone.post(address, fields);
    if (status !== 200) throw new Error(`The page refused with ${status}: ${body}`);
    return JSON.parse(body) as JsonObject;
  }

  return {
    wechat,
    get app() {
      return running.app;
    },
    get url() {
      return running.url;
    },
    async pass(ms) {
      time += ms;
      running.app.office.tick();
      await running.app.engine.sweep();
      await settled();
    },
    settled,
    conversation,
    async history(phone) {
      const found = await conversation(phone);
      return found === undefined ? [] : running.app.store.history(found.id, 0, 1_000);
    },
    async restart() {
      await stop(running);
      running = await start();
    },
    crashAt: (crossing) => {
      broken = breakAt(running.app, crossing);
      return broken.happened;
    },
    spare: () => broken?.spare(),
    wasSending: () => broken?.isSending() ?? false,
    async revive() {
      const ghost = running;
      ghosts.push(ghost);
      const copy = join(dir, `${ghosts.length}`);
      cpSync(current, copy, { recursive: true });
      current = copy;
      running = await start();
      // Only now: whoever still waits for the broken process goes to the new one.
      broken?.end();
    },
    hold: (method) => hold(running.app, method),
    async proveAs(phone, person) {
      const { url: page } = await phone.open(phone.link(PAGE));
      const { challenge } = await submit(phone, page, { person });
      await submit(phone, page, { person, challenge: challenge ?? '', code });
      await settled();
    },
    async nameRelative(phone, relative) {
      const found = running.app.office.personById(relative);
      if (found === undefined) throw new Error(`There is no ${relative}`);
      const { name, documentType, documentNumber } = found;
      const { url: page } = await phone.open(phone.link(PAGE));
      await submit(phone, page, { name, documentType, documentNumber, agreed: true, signature: name });
      await settled();
    },
    async close() {
      for (const ghost of ghosts) await stop(ghost).catch(() => undefined);
      await stop(running);
      await wechat.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What links to secure pages say. */
const PAGE = '安全页面';

export function addressOf(wechat: Wechat, phone: Phone): Address {
  return { channel: 'wechat-oa', account: wechat.account.appid, user: phone.openid };
}

async function run(parts: {
  readonly dir: string;
  readonly clock: { now(): number };
  readonly wechat: Wechat;
  readonly env: Readonly<Record<string, string>>;
  readonly patienceMs: number | undefined;
  readonly tell: (line: string) => void;
}): Promise<Running> {
  const { dir, clock, wechat, tell } = parts;
  const { account } = wechat;
  const config = readConfig({
    GONGJI_DATA: dir,
    GONGJI_WECHAT_OA_APPID: account.appid,
    GONGJI_WECHAT_OA_SECRET: account.secret,
    GONGJI_WECHAT_OA_TOKEN: account.token,
    GONGJI_WECHAT_OA_AES_KEY: account.aesKey,
    GONGJI_WECHAT_OA_CERTIFIED: 'yes',
    GONGJI_WECHAT_OA_API_BASE: wechat.url,
    ...parts.env,
  });
  library ??= openLibrary();
  const random = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };
  const log = createLog('silent');
  let url = '';
  const app = await createApp({
    ...library,
    clock,
    random,
    log,
    storeUrl: pathToFileURL(join(dir, 'gongji.sqlite')).href.replace('file:', 'sqlite:'),
    officeFile: join(dir, 'office.sqlite'),
    vaultKey: new Uint8Array(32).fill(7),
    identity: (office) => createDemoIdentity({ people: office.everybody(), clock, random, tell }),
    secureUrl: (token) => `${url}/s/${token}`,
  });
  const words = (id: string) => library?.knowledge.replies.get(id)?.text.trim() ?? '';
  const shared = { store: app.store, clock, random, words, publicUrl: () => url };
  const connector =
    parts.patienceMs === undefined
      ? (await openChannels(config, { ...shared, signals: app.signals, log, tell })).http.find(isOa)
      : createOaConnector({
          ...shared,
          settings: config.wechatOa as OaSettings,
          placeIn: () => undefined,
          noticeValues: () => ({}),
          patienceMs: parts.patienceMs,
        });
  if (connector === undefined) throw new Error('The configuration turns no official account on');
  const server = createServer({ connectors: [connector], secure: app.secure, clock, pagesDir: PAGES });
  ({ url } = await server.listen(0, '127.0.0.1'));
  wechat.connect(`${url}/wechat/oa`);
  await app.start([connector]);
  return { app, server, url };
}

const isOa = (channel: HttpChannel): channel is OaConnector => channel.id === 'wechat-oa';

async function stop({ app, server }: Running): Promise<void> {
  await server.close();
  await app.stop();
}

function hold(app: App, method: 'receive' | 'commitTurn'): () => void {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const original = app.store[method] as (...args: unknown[]) => Promise<unknown>;
  const held = async (...args: unknown[]) => {
    await gate;
    return original.apply(app.store, args);
  };
  Object.assign(app.store, { [method]: held });
  return () => {
    Object.assign(app.store, { [method]: original });
    release();
  };
}

/** Calls between a push, its answer and what is done about it; each is crossed going in and coming out. */
const CROSSED = [
  'beginPush',
  'talkOf',
  'receive',
  'due',
  'commitTurn',
  'duePartsOf',
  'sendStates',
  'rememberTalk',
  'answerPush',
  'settlePush',
  'reserveSend',
  'settleSend',
  'markSent',
  'openTask',
  'prepareCall',
  'finishCall',
  'settleTask',
  'recordChanges',
] as const;

/** From the n-th crossing on every call hangs, and fails once the broken process is given up. */
function breakAt(app: App, crossing: number) {
  let tellHappened = (): void => {};
  let end = (): void => {};
  const happened = new Promise<void>((resolve) => {
    tellHappened = resolve;
  });
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(new Error('This process is no more'));
  });
  ended.catch(() => undefined);
  let crossed = 0;
  let sending = 0;
  let sendingThen = 0;
  let isSpared = false;
  async function cross(): Promise<void> {
    crossed += 1;
    if (isSpared || crossed < crossing) return;
    if (crossed === crossing) sendingThen = sending;
    tellHappened();
    await ended;
  }
  for (const method of CROSSED) {
    const original = app.store[method] as (...args: unknown[]) => Promise<unknown>;
    const wrapped = async (...args: unknown[]) => {
      await cross();
      const result = await original.apply(app.store, args);
      if (method === 'reserveSend' && result === 'reserved') sending += 1;
      if (method === 'settleSend') sending -= 1;
      await cross();
      return result;
    };
    Object.assign(app.store, { [method]: wrapped });
  }
  const spare = () => {
    isSpared = true;
  };
  return { happened, end, spare, isSending: () => sendingThen > 0 };
}
