/** The desk's HTTP, mounted at `/desk`: the ways in, then everything behind a login, each part behind its roles. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Advice } from '../contracts/advice.ts';
import type { Clock, Random } from '../contracts/clock.ts';
import type { Desk } from '../contracts/desk.ts';
import type { Store } from '../contracts/store.ts';
import type { Editions } from '../editions.ts';
import { dayAt } from '../knowledge/working-time.ts';
import { type Area, areasOf } from './desk-access.ts';
import { applicationRoutes } from './desk-applications.ts';
import { auditRoutes, type Verified } from './desk-audit.ts';
import { bookRoutes } from './desk-books.ts';
import { caseRoutes } from './desk-cases.ts';
import { gapRoutes } from './desk-gaps.ts';
import { type DeskEnv, loggedIn, within } from './desk-guard.ts';
import { createLive } from './desk-live.ts';
import type { DeskSecret } from './desk-secret.ts';
import { createDeskDoor } from './desk-sessions.ts';
import { talkRoutes } from './desk-talks.ts';
import type { Links } from './login-link.ts';
import type { Oidc } from './login-oidc.ts';
import { loginRoutes } from './login-routes.ts';

const BODY_MAX_BYTES = 32 * 1024;

/** A part of the desk that another room brings along. */
export interface MoreDesk {
  readonly path: `/${string}`;
  readonly area: Area;
  readonly routes: Hono<DeskEnv>;
}

export interface DeskRoutesParts {
  readonly desk: Desk;
  readonly advice: Advice;
  readonly store: Store;
  readonly editions: Editions;
  readonly verify: () => Promise<Verified>;
  readonly refresh: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly secret: DeskSecret;
  readonly idleMs: number;
  readonly maxMs: number;
  readonly publicUrl?: string | undefined;
  readonly isBehindProxy: boolean;
  readonly oidc?: Oidc | undefined;
  readonly links?: Links | undefined;
  readonly more?: readonly MoreDesk[];
  readonly onRefused: (code: string) => void;
}

export interface DeskRoutes {
  readonly routes: Hono;
  /** Ends open streams. */
  close(): void;
}

export function deskRoutes(parts: DeskRoutesParts): DeskRoutes {
  const { desk, advice, store, editions, clock, secret, publicUrl, oidc, links } = parts;
  const door = createDeskDoor({ ...parts, sessions: store });
  const knowledge = () => editions.of().knowledge;
  const today = () => dayAt(clock.now());
  const live = createLive({ desk, door });

  const api = new Hono<DeskEnv>();
  // Set afterwards: the stream sets a weaker one of its own.
  api.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  // Tells nothing but how to get in: the page asks before anybody is logged in.
  api.get('/door', (c) => c.json({ oidc: oidc !== undefined, link: links !== undefined }));
  api.use(bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => c.json({ error: 'too_long' }, 413) }));
  api.use(loggedIn(door, clock));
  api.get('/me', (c) => {
    const { staff, csrf, session } = c.var.entered;
    const { id, displayName, roles } = staff;
    const endsAt = new Date(session.endsAt).toISOString();
    return c.json({ id, name: displayName, roles, areas: areasOf(roles), csrf, endsAt });
  });
  const mount = (path: string, area: Area, routes: Hono<DeskEnv>): void => {
    api.use(path, within(area));
    api.use(`${path}/*`, within(area));
    api.route(path, routes);
  };
  mount('/events', 'cases', live.routes);
  mount('/cases', 'cases', caseRoutes({ desk, advice, knowledge }));
  mount('/conversations', 'conversations', talkRoutes({ store, knowledge }));
  mount('/knowledge', 'knowledge', bookRoutes({ editions, store, refresh: parts.refresh, today }));
  mount('/gaps', 'gaps', gapRoutes({ advice }));
  mount('/applications', 'applications', applicationRoutes({ store, knowledge }));
  mount('/audit', 'audit', auditRoutes({ store, verify: parts.verify, clock }));
  for (const { path, area, routes } of parts.more ?? []) mount(path, area, routes);

  const app = new Hono();
  const isHttps = publicUrl?.startsWith('https:') ?? false;
  app.route('/', loginRoutes({ ...parts, door, sessions: store, secret, isHttps }));
  app.route('/api', api);
  return { routes: app, close: () => live.close() };
}
