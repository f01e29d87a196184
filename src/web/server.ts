/** The HTTP server: mounts what rooms hand in, adds headers and limits, and holds no logic of its own. */
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { WhoseTalk } from '../connectors/web/talk-sessions.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ConversationId } from '../domain/ids.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { SecureDesk } from '../secure/secure-desk.ts';
import { securityHeaders } from './headers.ts';
import { type Ops, opsRoutes } from './ops-routes.ts';
import { loadPages } from './pages.ts';
import { secureRoutes } from './secure-routes.ts';
import { staticRoutes } from './static-routes.ts';

export interface HttpChannel {
  readonly id: string;
  readonly http: { readonly path: string; readonly routes: Hono };
  /** Told when somebody has verified in a talk, by the request that did it. */
  readonly proved?: (c: Context, conversation: ConversationId) => Promise<void>;
  /** Whether the browser of a request is that of a conversation; absent: the channel cannot tell. */
  readonly whoseTalk?: (c: Context, conversation: ConversationId) => Promise<WhoseTalk>;
}

export interface ServerParts {
  /** Channels that are reached by HTTP, each mounted at its own path. */
  readonly connectors: readonly HttpChannel[];
  /** Handlers of plain Node, each with a path of its own: for libraries that want the request untouched. */
  readonly listeners?: readonly { readonly path: string; readonly listener: RequestListener }[];
  readonly secure: SecureDesk;
  /** The desk of the staff, when anybody could log in. */
  readonly desk?: { readonly routes: Hono } | undefined;
  readonly clock: Clock;
  /** Where `scripts/build-pages.ts` put the pages. */
  readonly pagesDir: string;
  readonly publicUrl?: string | undefined;
  readonly isBehindProxy?: boolean;
  /** Origins whose pages may frame the chat, such as `https://ybj.example.cn`; none unless given. */
  readonly embedOrigins?: readonly string[] | undefined;
  /** What those who run the house ask: `/readyz` and `/metrics`; absent: neither is there. */
  readonly ops?: Ops | undefined;
  readonly metricsToken?: string | undefined;
  /** What `/healthz` says beside `ok`; throwing makes it say 503. */
  readonly health?: () => Promise<Record<string, string | number | boolean>>;
  /** Told of failed requests: the route's pattern and a code, never an address, a secret or a body. */
  readonly onFailure?: (failure: { readonly route: string; readonly code: ErrorCode | 'internal' }) => void;
}

export interface WebServer {
  /** The application itself, for tests that need no port. */
  readonly app: Hono;
  /** Port 0 takes any free one. */
  listen(port: number, host: string): Promise<{ readonly url: string }>;
  /** Takes no new requests, lets running ones end, and resolves when the port is free. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 3_000;
/** For programs; people are told to come back in a few minutes. */
const RETRY_AFTER_S = '30';
/** A request must have arrived whole within this time. */
const REQUEST_MS = 30_000;

export function createServer(parts: ServerParts): WebServer {
  const app = createApp(parts);
  let server: Server | undefined;
  return {
    app,
    listen: async (port, host) => {
      server = createHttpServer(byPath(parts.listeners ?? [], getRequestListener(app.fetch)));
      server.requestTimeout = REQUEST_MS;
      return { url: await listening(server, port, host) };
    },
    close: async () => {
      if (server !== undefined) await closing(server);
      server = undefined;
    },
  };
}

function createApp(parts: ServerParts): Hono {
  const { secure, clock, publicUrl } = parts;
  const isBehindProxy = parts.isBehindProxy ?? false;
  const app = new Hono();
  const embedOrigins = parts.embedOrigins ?? [];
  app.use(securityHeaders({ isHttps: publicUrl?.startsWith('https:') ?? false, embedOrigins }));
  app.get('/healthz', async (c) => {
    c.header('Cache-Control', 'no-store');
    try {
      return c.json({ ok: true, ...(await parts.health?.()) });
    } catch {
      return c.json({ ok: false }, 503);
    }
  });
  if (parts.ops !== undefined) app.route('/', opsRoutes({ ops: parts.ops, token: parts.metricsToken }));
  for (const { http } of parts.connectors) app.route(http.path, http.routes);
  const proved = async (c: Context, conversation: ConversationId) => {
    for (const channel of parts.connectors) await channel.proved?.(c, conversation);
  };
  const whoseTalk = async (c: Context, conversation: ConversationId): Promise<WhoseTalk> => {
    for (const channel of parts.connectors) {
      const whose = await channel.whoseTalk?.(c, conversation);
      if (whose !== undefined && whose !== 'unknown') return whose;
    }
    return 'unknown';
  };
  app.route('/api/secure', secureRoutes({ secure, clock, publicUrl, isBehindProxy, proved, whoseTalk }));
  if (parts.desk !== undefined) app.route('/desk', parts.desk.routes);
  const isEmbeddable = embedOrigins.length > 0;
  app.route(
    '/',
    staticRoutes(loadPages(parts.pagesDir), { isEmbeddable, hasDesk: parts.desk !== undefined }),
  );
  app.notFound((c) => c.json({ error: 'not_found' }, 404));
  app.onError((error, c) => {
    const isWorld = error instanceof AppError;
    parts.onFailure?.({ route: c.req.routePath, code: isWorld ? error.code : 'internal' });
    if (!isWorld || error.retry === 'never') return c.json({ error: 'failed' }, 500);
    c.header('Retry-After', RETRY_AFTER_S);
    return c.json({ error: 'later' }, 503);
  });
  return app;
}

/** Beside the application, not inside it: what reads the body itself must be the first to see it. */
function byPath(
  listeners: NonNullable<ServerParts['listeners']>,
  application: ReturnType<typeof getRequestListener>,
): RequestListener {
  const own = new Map(listeners.map(({ path, listener }) => [path, listener]));
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const listener = own.get(path);
    if (listener === undefined) void application(request, response);
    else listener(request, response);
  };
}

function listening(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint = error.code === 'EADDRINUSE' ? '; another program uses it, choose another port' : '';
      reject(new AppError('bad_config', `Cannot listen on ${host}:${port}${hint}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const { port: given } = server.address() as AddressInfo;
      const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
      resolve(`http://${shown.includes(':') ? `[${shown}]` : shown}:${given}`);
    });
  });
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
