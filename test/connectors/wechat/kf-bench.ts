/** A whole house behind the double of WeCom's customer service: real store, dialogue, outbox, HTTP on loopback. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { type App, createApp } from '../../../src/app.ts';
import {
  createKfConnector,
  type KfConnector,
  type KfParts,
} from '../../../src/connectors/wechat/kf/index.ts';
import type { Connector } from '../../../src/contracts/connector.ts';
import type { Inbound } from '../../../src/domain/conversation.ts';
import { openLibrary } from '../../../src/library.ts';
import { createLog } from '../../../src/log.ts';
import { createDemoIdentity } from '../../../src/secure/demo-identity.ts';
import { type Kf, openKf } from '../../doubles/wechat/kf/index.ts';
import { countedRandom, START } from '../../store/world.ts';

const library = openLibrary();

export const WORDS = {
  openPage: '打开安全页面',
  choose: '请选一个：',
  more: '（回复“更多”接着看）',
  handedOver: '登记号：{caseNumber} 正在转给工作人员',
  handedOverAgain: '正在转给工作人员',
};

export interface House {
  readonly app: App;
  readonly kf: Kf;
  readonly clock: { now(): number; advance(ms: number): void };
  readonly connector: KfConnector;
  readonly failures: string[];
  /** Everything that was handed to the front door, duplicates included. */
  readonly handed: readonly Inbound[];
  readonly address: string;
  /** Until nothing moves any more, here or at WeCom. */
  calm(): Promise<void>;
  /** Another process over the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openHouse(given: Partial<KfParts> = {}): Promise<House> {
  let now = START;
  const clock = {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
  const random = countedRandom('kf');
  const failures: string[] = [];
  const handed: Inbound[] = [];
  const kf = await openKf({ clock, secondMs: 200 });
  const app = await createApp({
    ...library,
    storeUrl: ':memory:',
    officeFile: ':memory:',
    vaultKey: random.bytes(32),
    clock,
    random,
    log: createLog('silent'),
    identity: (office) =>
      createDemoIdentity({ people: office.everybody(), clock, random, tell: () => undefined }),
    secureUrl: (token) => `https://gongji.example.invalid/s/${token}`,
  });
  const make = (): KfConnector =>
    createKfConnector({
      corpId: kf.account.corpid,
      secret: kf.account.secret,
      token: kf.account.token,
      aesKey: kf.account.aesKey,
      apiBase: kf.url,
      store: app.store,
      words: () => WORDS,
      clock,
      random,
      onFailure: (code) => failures.push(code),
      ...given,
    });
  let connector = make();
  // The list of the house is made once; a restart puts a new connector in the same place.
  const standing: Connector = {
    id: 'wecom-kf',
    start: (receive) =>
      connector.start((inbound) => {
        handed.push(inbound);
        return receive(inbound);
      }),
    deliver: (outbound) => connector.deliver(outbound),
    stop: () => connector.stop(),
  };
  const routes = new Hono();
  routes.all('/wechat/kf', (context) =>
    new Hono().route('/wechat/kf', connector.http.routes).fetch(context.req.raw),
  );
  const server = createAdaptorServer({ fetch: routes.fetch }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat/kf`;
  kf.connect(address);
  await app.start([standing]);

  return {
    app,
    kf,
    clock,
    failures,
    handed,
    address,
    get connector() {
      return connector;
    },
    async calm() {
      for (let rounds = 0; rounds < 3; rounds += 1) {
        await kf.settled();
        await connector.settled();
        await app.idle();
      }
    },
    async restart() {
      await connector.stop();
      connector = make();
      await standing.start((inbound) => app.receive(inbound));
    },
    async close() {
      await app.stop();
      await kf.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
