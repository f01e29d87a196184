/**
 * Several processes of one official account on one database: each has a connector, an address of its own and its
 * own way to the tables, and can be broken at any crossing of that way: from then on nothing it does gets
 * further, and its connections are cut.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import {
  createOaConnector,
  type OaConnector,
  type OaParts,
} from '../../../src/connectors/wechat/oa/index.ts';
import type { Receive } from '../../../src/contracts/connector.ts';
import type { Signals } from '../../../src/contracts/signals.ts';
import type { Outbound } from '../../../src/domain/conversation.ts';
import type { ConversationId } from '../../../src/domain/ids.ts';
import { type OpenedStore, openStore } from '../../../src/store/open.ts';
import { openWechat, type Wechat } from '../../doubles/wechat/index.ts';
import type { Phone } from '../../doubles/wechat/phone.ts';
import type { TestBackend } from '../../store/backends.ts';
import { countedRandom, START, VAULT_KEY } from '../../store/world.ts';
import { WORDS } from './oa-bench.ts';

/** Real time of a second of WeChat's: it hangs up after five. */
const SECOND_MS = 120;
const PATIENCE_MS = 350;
const HAND_OVER_MS = 150;

export interface Process {
  readonly name: string;
  readonly url: string;
  readonly connector: OaConnector;
  deliver: OaConnector['deliverAll'];
  /** Resolves when it has broken at its n-th crossing, counted from now. */
  breakAt(crossing: number): Promise<void>;
  crossed(): number;
}

export interface Rig {
  readonly wechat: Wechat;
  readonly clock: { now(): number; advance(ms: number): void };
  readonly lin: Phone;
  readonly parts: readonly Outbound[];
  open(name: string, receive?: Receive, given?: Partial<OaParts>): Promise<Process>;
  /** Nudges are lost from now on. */
  deafen(): void;
  close(): Promise<void>;
}

export async function openRig(backend: TestBackend): Promise<Rig> {
  const place = await backend.newPlace();
  let time = START;
  const clock = {
    now: () => time,
    advance(ms: number) {
      time += ms;
    },
  };
  const wechat = await openWechat({ clock, secondMs: SECOND_MS });
  const lin = wechat.phone('lin');
  const closing: (() => Promise<unknown>)[] = [];
  const bus = createBus();
  let isDeaf = false;
  let shared: OpenedStore | undefined;

  /** One process alone may open a file; there the processes share it, and a bus stands for the notices. */
  async function openTables(name: string): Promise<OpenedStore> {
    const isOne = backend.name !== 'PostgreSQL';
    if (isOne && shared !== undefined) return { ...shared, signals: bus.join() };
    const random = countedRandom(name);
    const opened = await openStore({ url: place.url, clock, random, vaultKey: VAULT_KEY, connections: 4 });
    closing.push(opened.close);
    if (!isOne) return opened;
    shared = opened;
    return { ...opened, signals: bus.join() };
  }

  return {
    wechat,
    clock,
    lin,
    parts: ['第一段', '第二段'].map((text, index) => ({
      key: `c_1:1:${index}`,
      conversation: 'c_1' as ConversationId,
      address: { channel: 'wechat-oa', account: wechat.account.appid, user: lin.openid },
      part: { id: 'test.said', params: {}, text },
    })),
    deafen() {
      isDeaf = true;
    },
    async open(name, receive = async () => 'stored', given = {}) {
      const { store, signals } = await openTables(name);
      const { account } = wechat;
      const breaker = createBreaker(store);
      const ears: Signals = {
        send: (topic) => signals.send(topic),
        hear: (listener) =>
          signals.hear((topic) => {
            if (!isDeaf && !breaker.isBroken()) listener(topic);
          }),
      };
      const connector = createOaConnector({
        settings: {
          appId: account.appid,
          secret: account.secret,
          token: account.token,
          aesKey: account.aesKey,
          apiBase: wechat.url,
          allowPlain: false,
          canPush: true,
          isCertified: true,
          oauth: false,
        },
        store: breaker.store,
        signals: ears,
        clock,
        random: countedRandom(`${name} of the rig`),
        publicUrl: () => 'https://gongji.example.invalid',
        words: (id) => WORDS[id] ?? '',
        placeIn: () => undefined,
        noticeValues: () => ({}),
        patienceMs: PATIENCE_MS,
        handOverMs: HAND_OVER_MS,
        ...given,
      });
      const server = createServer(getRequestListener((request) => connector.http.routes.fetch(request)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      await connector.start(receive);
      closing.unshift(async () => {
        await connector.stop();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      });
      return {
        name,
        url,
        connector,
        deliver: (outbounds) => connector.deliverAll(outbounds),
        crossed: breaker.crossed,
        async breakAt(crossing) {
          await breaker.breakAt(crossing);
          server.closeAllConnections();
        },
      };
    },
    async close() {
      for (const close of closing) await close();
      await wechat.close();
      await place.remove();
    },
  };
}

/** Each hears what the others say, a little later. */
function createBus() {
  const all = new Map<Signals, ((topic: string) => void)[]>();
  return {
    join(): Signals {
      const listeners: ((topic: string) => void)[] = [];
      const one: Signals = {
        send(topic) {
          for (const [other, ears] of all) {
            if (other !== one) for (const ear of ears) setImmediate(() => ear(topic));
          }
        },
        hear: (listener) => void listeners.push(listener),
      };
      all.set(one, listeners);
      return one;
    },
  };
}

/** Every call is crossed going in and coming out. From the n-th crossing on all of them hang. */
function createBreaker<Store extends object>(store: Store) {
  const happened = Promise.withResolvers<void>();
  let crossed = 0;
  let limit = Number.POSITIVE_INFINITY;

  async function cross(): Promise<void> {
    crossed += 1;
    if (crossed < limit) return;
    happened.resolve();
    await new Promise(() => {});
  }
  const wrapped = new Proxy(store, {
    get(target, name) {
      const found = Reflect.get(target, name) as unknown;
      if (typeof found !== 'function') return found;
      return async (...given: unknown[]) => {
        await cross();
        const result = await (Reflect.apply(found, target, given) as Promise<unknown>);
        await cross();
        return result;
      };
    },
  });
  return {
    store: wrapped,
    isBroken: () => crossed >= limit,
    crossed: () => crossed,
    breakAt(crossing: number): Promise<void> {
      limit = crossed + crossing;
      return happened.promise;
    },
  };
}
