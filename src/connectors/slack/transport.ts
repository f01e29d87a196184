/**
 * How Slack reaches us. Bolt's receivers check signatures, hold the socket and send the acknowledgement;
 * what comes in goes to our door, not through Bolt's App: its listeners run after the acknowledgement and
 * not at all after a crash, while the door writes down first.
 *
 * HTTP is ready from the first request. The socket is connecting -> connected -> lost -> connecting …,
 * or refused for good when Slack does not know our token. The library's own reconnecting is off: it
 * gives up when the network is away for a moment, by a rejection nobody catches.
 */
import type { RequestListener } from 'node:http';
import {
  type App,
  HTTPReceiver,
  type HTTPReceiverOptions,
  type Logger,
  type ReceiverEvent,
  SocketModeReceiver,
  webApi,
} from '@slack/bolt';
import type { Clock } from '../../contracts/clock.ts';
import { SLACK_PATH } from './manifest.ts';

const BODY_MAX_BYTES = 512 * 1024;
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 30_000;
/** Slack's own list of what cannot become good by waiting. */
const HOPELESS = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'user_removed_from_team',
  'team_disabled',
  'token_revoked',
  'missing_scope',
  'not_allowed_token_type',
]);

export type Door = (event: ReceiverEvent) => Promise<void>;
export type LinkState = 'idle' | 'connecting' | 'connected' | 'lost' | 'refused';

export interface Transport {
  /** What the HTTP server mounts at `SLACK_PATH`; absent in socket mode. */
  readonly listener?: RequestListener;
  start(): Promise<void>;
  stop(): Promise<void>;
  state(): LinkState;
}

export type TransportOptions =
  | { readonly mode: 'http'; readonly signingSecret: string }
  | { readonly mode: 'socket'; readonly appToken: string; readonly apiUrl?: string | undefined };

export interface TransportParts {
  readonly options: TransportOptions;
  readonly door: Door;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onState: (state: LinkState, code?: string) => void;
  /** What makes the receiver serve the pages of installing; HTTP only. */
  readonly installing?: Partial<HTTPReceiverOptions> | undefined;
}

export function createTransport(parts: TransportParts): Transport {
  return parts.options.mode === 'http' ? overHttp(parts, parts.options) : overSocket(parts, parts.options);
}

function overHttp(
  { door, logger, onState, installing }: TransportParts,
  { signingSecret }: Extract<TransportOptions, { mode: 'http' }>,
): Transport {
  let state: LinkState = 'idle';
  const receiver = new HTTPReceiver({
    ...installing,
    signingSecret,
    endpoints: SLACK_PATH,
    bodyLimit: BODY_MAX_BYTES,
    logger,
    // Not written down: Slack must bring it again.
    processEventErrorHandler: async ({ response }) => {
      if (!response.headersSent) response.writeHead(500).end();
      return true;
    },
  });
  receiver.init({ processEvent: door } as unknown as App);
  return {
    listener(request, response) {
      if (state === 'idle') return void response.writeHead(503).end();
      try {
        receiver.requestListener(request, response);
      } catch {
        // Bolt throws for what is no POST to its path.
        response.writeHead(404).end();
      }
    },
    async start() {
      state = 'connected';
      onState(state);
    },
    async stop() {
      state = 'idle';
    },
    state: () => state,
  };
}

function overSocket(
  { door, logger, onState }: TransportParts,
  { appToken, apiUrl }: Extract<TransportOptions, { mode: 'socket' }>,
): Transport {
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
        retryConfig: { retries: 0 },
      },
    },
    // Not written down, so not acknowledged: Slack must bring it again.
    processEventErrorHandler: async () => false,
  });
  receiver.init({ processEvent: door } as unknown as App);
  const { client } = receiver;
  let state: LinkState = 'idle';
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopping = false;

  function become(next: LinkState, code?: string): void {
    if (state === next) return;
    state = next;
    onState(next, code);
  }

  async function connect(): Promise<void> {
    become('connecting');
    try {
      await client.start();
      failures = 0;
      become('connected');
    } catch (error) {
      const code = codeOf(error);
      if (HOPELESS.has(code)) return become('refused', code);
      rest(code);
    }
  }

  function rest(code: string): void {
    if (isStopping || state === 'refused') return;
    become('lost', code);
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), Math.min(FIRST_REST_MS * 2 ** failures, LONGEST_REST_MS));
    failures += 1;
  }

  client.on('disconnected', () => {
    // A start that failed says so by itself.
    if (state === 'connected') rest('disconnected');
  });
  return {
    start: connect,
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      if (state === 'connected') await receiver.stop();
      become('idle');
    },
    state: () => state,
  };
}

function codeOf(error: unknown): string {
  if (error instanceof webApi.WebAPIPlatformError) return error.data.error;
  if (error instanceof webApi.WebAPIHTTPError) return `http_${error.statusCode}`;
  return error instanceof Error ? error.name : 'disconnected';
}
