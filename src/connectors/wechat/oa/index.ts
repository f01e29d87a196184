/** An official account (公众号) as a channel, over Tencent's HTTP callback. See ../NOTES.md. */
import { Hono } from 'hono';
import type { ChannelLedger } from '../../../contracts/channel-ledger.ts';
import type { Clock, Random } from '../../../contracts/clock.ts';
import type { Connector, Delivery, Receive } from '../../../contracts/connector.ts';
import type { Signals } from '../../../contracts/signals.ts';
import type { SpeechRecogniser } from '../../../contracts/speech.ts';
import type { Store } from '../../../contracts/store.ts';
import type { Outbound } from '../../../domain/conversation.ts';
import { AppError } from '../../../errors.ts';
import { createEnvelope } from '../crypto.ts';
import { createOaAccount } from './account.ts';
import { loginAddress, loginRoutes } from './login.ts';
import { createRelay } from './relay.ts';
import type { RenderParts } from './render.ts';
import { pushRoutes } from './routes.ts';
import { createSender, type NoticeParts } from './sender.ts';
import type { Refusal } from './verify.ts';
import { createVisits } from './visits.ts';

export interface OaSettings {
  readonly appId: string;
  readonly secret: string;
  readonly token: string;
  /** Absent only where plain pushes are allowed. */
  readonly aesKey?: string;
  /** Still accepted while keys change. */
  readonly previousAesKey?: string;
  readonly apiBase: string;
  /** Pushes without encryption: for a test account, never for citizens. */
  readonly allowPlain: boolean;
  /** May send customer-service messages; without it everything late waits for the next message. */
  readonly canPush: boolean;
  /** Certified service account: may send menus, and knows who opens its pages (OAuth). */
  readonly isCertified: boolean;
  readonly oauth: boolean;
  /** Notices when the reply window is shut. */
  readonly templateId?: string;
  readonly subscriptionId?: string;
  /** A linked mini program that opens secure pages: its appid, and the path with `{token}` where the secret goes. */
  readonly miniAppId?: string;
  readonly miniPath?: string;
}

export interface OaParts {
  readonly settings: OaSettings;
  readonly store: ChannelLedger & Pick<Store, 'linkByDigest' | 'conversation' | 'conversationAt'>;
  /** To the other processes, which may have the answer to a push this one holds. Absent: there are none. */
  readonly signals?: Signals;
  readonly clock: Clock;
  readonly random: Random;
  /** The address citizens use, known once the server listens. */
  readonly publicUrl: () => string;
  /** Wording by reply id, of the knowledge in use. */
  readonly words: (id: string) => string;
  readonly placeIn: (label: string) => string | undefined;
  readonly noticeValues: NoticeParts['values'];
  readonly speech?: SpeechRecogniser | undefined;
  /** How long an answer is waited for before `success` is said; WeChat hangs up after five seconds. */
  readonly patienceMs?: number;
  /** How long an answer laid ready for another process may lie there. */
  readonly handOverMs?: number;
  readonly onEvent?: (event: OaEvent) => void;
}

/** What operators want to know; codes only. */
export type OaEvent =
  | { readonly kind: 'push_refused'; readonly reason: string }
  | { readonly kind: 'call'; readonly path: string; readonly outcome: string }
  | { readonly kind: 'trouble'; readonly what: string; readonly code: string };

export interface OaHealth {
  /** Undefined while there was none. WeChat pushes menus and follows too: a day without any is a sign. */
  readonly lastPushAgeMs: number | undefined;
  readonly tokenAgeMs: number | undefined;
  readonly pushes: number;
  readonly refusedPushes: Readonly<Record<string, number>>;
  /** Calls by what came of them: `done`, `lost`, `unreached`, or Tencent's code. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface OaConnector extends Connector {
  readonly id: 'wechat-oa';
  readonly http: { readonly path: string; readonly routes: Hono };
  deliverAll(outbounds: readonly Outbound[]): Promise<readonly Delivery[]>;
  health(): OaHealth;
}

export const OA_PATH = '/wechat/oa';
const PATIENCE_MS = 3_500;
/** Without the right to send messages, all three tries are waited for: some fifteen seconds. */
const LONG_PATIENCE = 4;
/** Where people prove who they are; the API has other hosts. */
const AUTHORIZE_BASE = 'https://open.weixin.qq.com';
/** Of an account that has no key; what is sealed with it nobody opens. */
const NO_KEY = 'A'.repeat(43);

export function createOaConnector(parts: OaParts): OaConnector {
  const { settings, store, clock } = parts;
  const { envelope, client, health, count } = foundation(parts);
  const patienceMs = (parts.patienceMs ?? PATIENCE_MS) * (settings.canPush ? 1 : LONG_PATIENCE);
  const relay = relayOf(parts, patienceMs);
  const visits = createVisits(patienceMs, relay?.look);
  relay?.listen(visits);
  const render = renderParts(parts);
  let receive: Receive | undefined;
  const send = createSender({
    ledger: store,
    client,
    visits,
    relay,
    render,
    clock,
    canPush: settings.canPush,
    notices: {
      templateId: settings.templateId,
      subscriptionId: settings.subscriptionId,
      values: parts.noticeValues,
    },
    onTrouble: (what, code) => parts.onEvent?.({ kind: 'trouble', what, code }),
  });
  const routes = new Hono();
  routes.route(
    '/',
    pushRoutes({
      ...parts,
      ...settings,
      envelope,
      ledger: store,
      client,
      visits,
      relay,
      render,
      receive: () => receive,
      isWithStaff: async (address) => (await store.conversationAt(address))?.status === 'human',
      onPush: count,
    }),
  );
  if (settings.oauth) {
    routes.route(
      '/',
      loginRoutes({
        ...parts,
        ...settings,
        client,
        path: OA_PATH,
        authorizeBase: authorizeBase(settings.apiBase),
      }),
    );
  }
  const deliverAll = async (outbounds: readonly Outbound[]): Promise<readonly Delivery[]> => {
    if (receive === undefined) {
      throw new AppError('channel_unavailable', 'The official account is closed; start it, or turn it off');
    }
    return send(outbounds);
  };
  return {
    id: 'wechat-oa',
    http: { path: OA_PATH, routes },
    health,
    async start(given) {
      receive = given;
    },
    deliverAll,
    async deliver(outbound) {
      const [delivery] = await deliverAll([outbound]);
      return delivery as Delivery;
    },
    async stop() {
      receive = undefined;
      visits.close();
    },
  };
}

function relayOf({ store, signals, clock, random, handOverMs }: OaParts, patienceMs: number) {
  if (signals === undefined || signals.isAlone === true) return undefined;
  const me = Buffer.from(random.bytes(12)).toString('base64url');
  return createRelay({ ledger: store, signals, clock, me, patienceMs, waitMs: handOverMs });
}

function foundation({ settings, clock, random, onEvent }: OaParts) {
  const refusedPushes: Record<string, number> = {};
  const calls: Record<string, number> = {};
  let pushes = 0;
  let lastPush: number | undefined;
  const { api, client } = createOaAccount(settings, {
    clock,
    onCall(path, outcome) {
      calls[outcome] = (calls[outcome] ?? 0) + 1;
      onEvent?.({ kind: 'call', path, outcome });
    },
  });
  return {
    client,
    envelope: createEnvelope({
      token: settings.token,
      id: settings.appId,
      aesKey: settings.aesKey ?? NO_KEY,
      previousAesKey: settings.previousAesKey,
      random,
    }),
    count(refused?: Refusal | 'too_long') {
      if (refused !== undefined) {
        refusedPushes[refused] = (refusedPushes[refused] ?? 0) + 1;
        onEvent?.({ kind: 'push_refused', reason: refused });
        return;
      }
      pushes += 1;
      lastPush = clock.now();
    },
    health: (): OaHealth => ({
      lastPushAgeMs: lastPush === undefined ? undefined : clock.now() - lastPush,
      tokenAgeMs: api.tokens.ageMs(),
      pushes,
      refusedPushes: { ...refusedPushes },
      calls: { ...calls },
    }),
  };
}

function renderParts({ settings, random, publicUrl, words }: OaParts): RenderParts {
  const { secret, miniAppId, miniPath } = settings;
  return {
    words,
    get moreWord() {
      return words('wechat.more_word');
    },
    address: settings.oauth ? loginAddress({ secret, random, publicUrl, path: OA_PATH }) : (url) => url,
    hasMenus: settings.isCertified,
    ...(miniAppId === undefined || miniPath === undefined
      ? {}
      : {
          miniProgram: {
            appId: miniAppId,
            path: (url) => miniPath.replace('{token}', url.slice(url.lastIndexOf('/') + 1)),
          },
        }),
  };
}

/** A stand-in on this machine plays both hosts. */
function authorizeBase(apiBase: string): string {
  return apiBase.endsWith('.weixin.qq.com') ? AUTHORIZE_BASE : apiBase;
}
