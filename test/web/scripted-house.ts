/** The real server, connector and secure desk; behind them a bot that says what a script tells it. */
import { join } from 'node:path';
import { buildPages } from '../../scripts/build-pages.ts';
import { createWebConnector, type WebConnector } from '../../src/connectors/web/index.ts';
import type { Address, Inbound, OutboundPart } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { createServer, type WebServer } from '../../src/web/server.ts';
import { createTinyStore, type TinyStore } from '../connectors/tiny-store.ts';
import { countingRandom, createTinyDesk, type TinyDesk } from '../secure/tiny-desk.ts';

export const PAGES_DIR = join(import.meta.dirname, '..', '..', 'dist', 'pages');

export type ScriptedPart = Partial<OutboundPart> & { readonly text: string };
/** What the bot says to an inbound. */
export type Script = (inbound: Inbound, house: ScriptedHouse) => Promise<readonly ScriptedPart[]>;

export interface ScriptedHouse {
  readonly server: WebServer;
  readonly connector: WebConnector;
  readonly store: TinyStore;
  readonly tiny: TinyDesk;
  /** Says something without being asked. */
  say(address: Address, part: ScriptedPart): Promise<void>;
}

export interface HouseOptions {
  readonly embedOrigins?: readonly string[];
  readonly wechatAddress?: string;
  readonly publicUrl?: string;
}

export async function openScriptedHouse(
  script: Script = async () => [],
  { embedOrigins, wechatAddress, publicUrl }: HouseOptions = {},
): Promise<ScriptedHouse> {
  await buildPages({ force: false });
  const tiny = createTinyDesk();
  const store = createTinyStore();
  const random = countingRandom();
  const connector = createWebConnector({ store, clock: tiny.clock, random, wechatAddress, publicUrl });
  const server = createServer({
    connectors: [connector],
    secure: tiny.desk,
    clock: tiny.clock,
    pagesDir: PAGES_DIR,
    embedOrigins,
    publicUrl,
  });
  let said = 0;

  const house: ScriptedHouse = {
    server,
    connector,
    store,
    tiny,
    async say(address, part) {
      store.say(address, part);
      said += 1;
      await connector.deliver({
        key: `${said}`,
        conversation: 'c_1' as ConversationId,
        address,
        part: { id: 'test.said', params: {}, ...part },
      });
    },
  };
  await connector.start(async (inbound) => {
    const state = await store.receive(inbound);
    if (state === 'stored') setImmediate(() => void answer(inbound));
    return state;
  });
  async function answer(inbound: Inbound): Promise<void> {
    for (const part of await script(inbound, house)) await house.say(inbound.address, part);
  }
  return house;
}
