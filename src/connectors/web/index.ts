/**
 * The web chat as a channel. It keeps no talk: what was said is in the store's history, and `deliver`
 * only wakes the pages that look at it. A second delivery of the same part therefore shows nothing twice.
 */
import type { Context, Hono } from 'hono';
import type { Clock, Random } from '../../contracts/clock.ts';
import type { Connector, Receive } from '../../contracts/connector.ts';
import type { Signals } from '../../contracts/signals.ts';
import type { Store } from '../../contracts/store.ts';
import type { WebSessions } from '../../contracts/web-sessions.ts';
import type { ConversationId } from '../../domain/ids.ts';
import { createHub, type Hub, joinHubs } from './hub.ts';
import { chatRoutes } from './routes.ts';
import { createTalkSessions, type WhoseTalk } from './talk-sessions.ts';

export interface WebConnectorParts {
  readonly store: Pick<Store, 'conversation' | 'conversationAt' | 'history'> & WebSessions;
  /** To the other processes: pages may be looking there. Absent: there are none. */
  readonly signals?: Signals;
  readonly clock: Clock;
  readonly random: Random;
  /** The address citizens use, such as `https://…`: behind a proxy the asked host may differ. HTTPS makes cookies `Secure`. */
  readonly publicUrl?: string | undefined;
  /** Believe `X-Forwarded-For`: only where a proxy of ours is the only way in. */
  readonly isBehindProxy?: boolean;
  /** What the QR code of our official account says, such as `https://weixin.qq.com/r/…`; absent: none is offered. */
  readonly wechatAddress?: string | undefined;
}

export interface WebConnector extends Connector {
  readonly id: 'web';
  /** Where and what the HTTP server mounts for this channel. */
  readonly http: { readonly path: string; readonly routes: Hono };
  /** Somebody has verified in a talk, by this request: the talk's session is renewed. */
  proved(c: Context, conversation: ConversationId): Promise<void>;
  /** Whether this is the browser of that talk; a secure page opens in no other. */
  whoseTalk(c: Context, conversation: ConversationId): Promise<WhoseTalk>;
  /** Pages that are looking at a talk right now. */
  openStreams(): number;
}

export function createWebConnector(parts: WebConnectorParts): WebConnector {
  const hub: Hub = joinHubs(createHub(), parts.signals);
  let receive: Receive | undefined;
  const isHttps = parts.publicUrl?.startsWith('https:') ?? false;
  const sessions = createTalkSessions({ ...parts, hub, isHttps });
  const routes = chatRoutes({
    ...parts,
    sessions,
    hub,
    isBehindProxy: parts.isBehindProxy ?? false,
    receive: () => receive,
  });
  return {
    id: 'web',
    http: { path: '/api/chat', routes },
    async start(given) {
      receive = given;
    },
    async deliver({ address }) {
      hub.wake(address.user);
      return { state: 'sent' };
    },
    async stop() {
      receive = undefined;
      hub.close();
    },
    proved: sessions.proved,
    whoseTalk: sessions.whoseTalk,
    openStreams: () => hub.count(),
  };
}
