/** All channels of this installation, in one list: what the configuration turns on is opened here and nowhere else. */
import { join } from 'node:path';
import type { Config } from './config.ts';
import { createWebConnector } from './connectors/web/index.ts';
import type { KfConnector } from './connectors/wechat/kf/index.ts';
import type { OaConnector } from './connectors/wechat/oa/index.ts';
import type { WechatyState } from './connectors/wechaty/index.ts';
import type { Clock, Random } from './contracts/clock.ts';
import type { Connector } from './contracts/connector.ts';
import type { Signals } from './contracts/signals.ts';
import type { Store } from './contracts/store.ts';
import { placeIn } from './knowledge/place-in.ts';
import type { Log } from './log.ts';
import type { HttpChannel } from './web/server.ts';

export interface ChannelParts {
  readonly store: Store;
  /** To the other processes of this installation. */
  readonly signals: Signals;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Words of `knowledge/replies` that channels set around what is said. */
  readonly words: (id: string) => string;
  /** The address citizens use; known once the server listens. */
  readonly publicUrl: () => string;
  /** Where lines for the person at the machine go. */
  readonly tell: (line: string) => void;
}

export interface Channels {
  /** In the order they are started. */
  readonly connectors: readonly Connector[];
  /** Those that are reached by HTTP. */
  readonly http: readonly HttpChannel[];
  /** Pages that look at a talk right now. */
  readonly openStreams: () => number;
}

/**
 * Makes the connectors the configuration asks for; nothing is contacted before they are started, and nothing
 * loaded that is not wanted. The web chat is always there.
 */
export async function openChannels(config: Config, parts: ChannelParts): Promise<Channels> {
  const { store, signals, clock, random } = parts;
  const web = createWebConnector({
    store,
    signals,
    clock,
    random,
    publicUrl: config.publicUrl,
    isBehindProxy: config.isBehindProxy,
    wechatAddress: config.wechatAddress,
  });
  const wechat = [...(await openOa(config, parts)), ...(await openKf(config, parts))];
  return {
    connectors: [web, ...wechat, ...(await openWechaty(config, parts))],
    http: [web, ...wechat],
    openStreams: web.openStreams,
  };
}

async function openOa({ wechatOa }: Config, parts: ChannelParts): Promise<readonly OaConnector[]> {
  if (wechatOa === undefined) return [];
  const { createOaConnector } = await import('./connectors/wechat/oa/index.ts');
  const { log, words } = parts;
  const channel = 'wechat-oa';
  const connector = createOaConnector({
    ...parts,
    settings: wechatOa,
    placeIn,
    noticeValues: (now) => noticeValues(words('wechat.notice'), now),
    onEvent(event) {
      if (event.kind === 'push_refused') log.event('channel.refused', { channel, code: event.reason });
      if (event.kind === 'trouble') {
        log.event('channel.failed', { channel, code: `${event.what}:${event.code}` });
      }
    },
  });
  return [connector];
}

/** Lines such as `thing1=…` into the fields of a notice. */
function noticeValues(lines: string, now: number): Readonly<Record<string, string>> {
  const time = new Date(now + CHINA_OFFSET_MS).toISOString().slice(0, 16).replace('T', ' ');
  const pairs = lines.split('\n').map((line) => line.split(/=(.*)/su) as [string, string]);
  return Object.fromEntries(
    pairs.map(([name, value]) => [name.trim(), value.replace('{time}', time).trim()]),
  );
}

// The whole country keeps one time, UTC+8 without summer time.
const CHINA_OFFSET_MS = 8 * 3_600_000;

async function openKf({ wecomKf }: Config, parts: ChannelParts): Promise<readonly KfConnector[]> {
  if (wecomKf === undefined) return [];
  const { createKfConnector } = await import('./connectors/wechat/kf/index.ts');
  const { log, words } = parts;
  const connector = createKfConnector({
    ...parts,
    ...wecomKf,
    words: () => ({
      openPage: words('channel.open_page'),
      handedOver: words('channel.handed_over'),
      handedOverAgain: words('channel.handed_over_again'),
      choose: words('channel.choose'),
      more: words('channel.more'),
    }),
    onFailure: (code) => log.event('channel.failed', { channel: 'wecom-kf', code }),
  });
  return [connector];
}

async function openWechaty({ wechaty, dataDir }: Config, parts: ChannelParts): Promise<readonly Connector[]> {
  if (wechaty === undefined) return [];
  const { createWechatyConnector } = await import('./connectors/wechaty/index.ts');
  const channel = 'wechaty';
  const connector = createWechatyConnector({
    ...parts,
    ...wechaty,
    puppet: wechaty.puppet === 'mock' ? 'wechaty-puppet-mock' : wechaty.puppet,
    memoryFile: join(dataDir, 'wechaty'),
    onFailure: (code) => parts.log.event('channel.failed', { channel, code }),
    onState(state, detail) {
      parts.log.event('channel.state', { channel, state });
      const line = WECHATY_LINES[state]?.(detail ?? '');
      if (line !== undefined) parts.tell(line);
    },
  });
  return [connector];
}

/** What the person at the machine has to know or do. */
const WECHATY_LINES: { readonly [state in WechatyState]?: (detail: string) => string } = {
  missing: () => 'Wechaty 没有安装（npm install wechaty），这个渠道没有打开，其他照常。',
  scan: (address) => `Wechaty 要登录：请用手机微信扫码 ${address}`,
  logged_in: () => 'Wechaty 已登录。',
  logged_out: () => 'Wechaty 已退出登录。',
};
