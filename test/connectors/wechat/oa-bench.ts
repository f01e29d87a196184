/** One official account beside the double of WeChat, with the real store; what the house says is said by the test. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import {
  createOaConnector,
  type OaConnector,
  type OaEvent,
  type OaParts,
  type OaSettings,
} from '../../../src/connectors/wechat/oa/index.ts';
import type { Receive } from '../../../src/contracts/connector.ts';
import type { Address, Inbound, Outbound, OutboundPart } from '../../../src/domain/conversation.ts';
import type { ConversationId } from '../../../src/domain/ids.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Account } from '../../doubles/wechat/account.ts';
import { openWechat, type Wechat } from '../../doubles/wechat/index.ts';
import type { Phone } from '../../doubles/wechat/phone.ts';

export const START = Date.parse('2026-11-25T02:00:00Z');
export const HOUR = 3_600_000;
/** A second of WeChat's patience takes so long here. */
const SECOND_MS = 400;
export const PATIENCE_MS = 120;

export const WORDS: Readonly<Record<string, string>> = {
  'channel.open_page': '打开安全页面',
  'wechat.more_word': '更多',
  'wechat.more': '回复“{word}”接着看。',
  'wechat.patience': '还在办，请回复“{word}”看结果。',
  'wechat.said_again': '再发一遍：',
  'wechat.login.lapsed': '打不开了',
  'wechat.login.other': '不是发给您的',
  'wechat.login.snapshot': '请使用完整服务',
};

export interface OaBench {
  readonly wechat: Wechat;
  readonly clock: { now(): number; pass(ms: number): void };
  readonly connector: OaConnector;
  readonly store: Awaited<ReturnType<typeof openStore>>['store'];
  readonly inbounds: readonly Inbound[];
  readonly events: readonly OaEvent[];
  readonly url: string;
  readonly lin: Phone;
  addressOf(phone: Phone): Address;
  /** What the house does with each message from now on; its answer is delivered as the outbox would. */
  answers(answer: (inbound: Inbound) => readonly Partial<OutboundPart>[] | undefined): void;
  /** Delivers parts as the outbox would; gives the states. */
  say(phone: Phone, ...parts: readonly Partial<OutboundPart>[]): Promise<readonly string[]>;
  /** The next delivery has the keys of the one before. */
  outbounds(phone: Phone, ...parts: readonly Partial<OutboundPart>[]): readonly Outbound[];
  start(): Promise<void>;
  /** A new connector on the same store, as after a restart. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface OaBenchOptions {
  readonly account?: Partial<Account>;
  readonly settings?: Partial<OaSettings>;
  readonly parts?: Partial<OaParts>;
}

export async function oaBench({
  account = {},
  settings = {},
  parts = {},
}: OaBenchOptions = {}): Promise<OaBench> {
  let now = START;
  const clock = {
    now: () => now,
    pass(ms: number) {
      now += ms;
    },
  };
  const wechat = await openWechat({ clock, account, secondMs: SECOND_MS });
  const opened = await openStore({ url: ':memory:', clock, random, vaultKey: new Uint8Array(32).fill(7) });
  const { store } = opened;
  const inbounds: Inbound[] = [];
  const events: OaEvent[] = [];
  let url = '';
  let answer: (inbound: Inbound) => readonly Partial<OutboundPart>[] | undefined = () => undefined;
  let count = 0;

  const make = (): OaConnector =>
    createOaConnector({
      settings: {
        appId: wechat.account.appid,
        secret: wechat.account.secret,
        token: wechat.account.token,
        aesKey: wechat.account.aesKey,
        apiBase: wechat.url,
        allowPlain: false,
        canPush: true,
        isCertified: true,
        oauth: false,
        ...settings,
      },
      store,
      clock,
      random,
      publicUrl: () => url,
      words: (id) => WORDS[id] ?? '',
      placeIn: (label) => (label.includes('示例市') ? '示例市' : undefined),
      noticeValues: () => ({ thing1: '您办的事项', phrase2: '有新消息', time3: '2026-11-25 10:00' }),
      patienceMs: PATIENCE_MS,
      onEvent: (event) => void events.push(event),
      ...parts,
    });
  let connector = make();
  const listener = getRequestListener((request) => {
    const path = new URL(request.url);
    path.pathname = path.pathname.replace('/wechat/oa', '') || '/';
    return connector.http.routes.fetch(new Request(path, request));
  });
  const server: Server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  wechat.connect(`${url}/wechat/oa`);

  const receive: Receive = async (inbound) => {
    const stored = await store.receive(inbound);
    if (stored === 'duplicate') return stored;
    inbounds.push(inbound);
    const said = answer(inbound);
    if (said !== undefined) {
      const { user } = inbound.address;
      const phone = [...phones].find(({ openid }) => openid === user) as Phone;
      setImmediate(() => void bench.say(phone, ...said));
    }
    return stored;
  };
  const phones = new Set<Phone>();
  const lin = wechat.phone('lin');
  phones.add(lin);

  const bench: OaBench = {
    wechat,
    clock,
    store,
    inbounds,
    events,
    url,
    lin,
    get connector() {
      return connector;
    },
    addressOf: (phone) => ({ channel: 'wechat-oa', account: wechat.account.appid, user: phone.openid }),
    answers(given) {
      answer = given;
    },
    outbounds(phone, ...said) {
      count += 1;
      return said.map((part, index) => ({
        key: `c_1:${count}:${index}`,
        conversation: 'c_1' as ConversationId,
        address: bench.addressOf(phone),
        part: { id: 'test.said', params: {}, text: '', ...part },
      }));
    },
    async say(phone, ...said) {
      const deliveries = await connector.deliverAll(bench.outbounds(phone, ...said));
      return deliveries.map(({ state }) => state);
    },
    start: () => connector.start(receive),
    async restart() {
      await connector.stop();
      connector = make();
      await connector.start(receive);
    },
    async close() {
      await connector.stop();
      await wechat.close();
      await new Promise((resolve) => server.close(resolve));
      await opened.close();
    },
  };
  return bench;
}

let drawn = 0;
const random = {
  bytes(size: number): Uint8Array {
    drawn += 1;
    return Uint8Array.from({ length: size }, (_, index) => (drawn * 31 + index * 7) % 256);
  },
};
