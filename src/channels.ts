/** All channels of this installation, in one list: what the configuration turns on is opened here and nowhere else. */
import type { Config } from './config.ts';
import { createWebConnector } from './connectors/web/index.ts';
import type { Clock, Random } from './contracts/clock.ts';
import type { Connector } from './contracts/connector.ts';
import type { Store } from './contracts/store.ts';
import type { HttpChannel } from './web/server.ts';

export interface ChannelParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Channels {
  /** In the order they are started. */
  readonly connectors: readonly Connector[];
  /** Those that are reached by HTTP. */
  readonly http: readonly HttpChannel[];
}

/**
 * Makes the connectors the configuration asks for; nothing is contacted before they are started.
 * The web chat is always there.
 */
export function openChannels(config: Config, parts: ChannelParts): Channels {
  const { store, clock, random } = parts;
  const web = createWebConnector({
    store,
    clock,
    random,
    publicUrl: config.publicUrl,
    isBehindProxy: config.isBehindProxy,
    wechatAddress: config.wechatAddress,
  });
  return { connectors: [web], http: [web] };
}
