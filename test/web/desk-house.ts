/** The desk's pages over a real house: citizens who write, staff who log in by one-time links, a clock moved by hand. */
import { buildPages } from '../../scripts/build-pages.ts';
import type { StaffRole } from '../../src/contracts/desk.ts';
import { type DeskRoutes, deskRoutes } from '../../src/web/desk-routes.ts';
import { createDeskSecret } from '../../src/web/desk-secret.ts';
import { figuresRoutes } from '../../src/web/figures-routes.ts';
import { createLinks, type Links } from '../../src/web/login-link.ts';
import { createOidc } from '../../src/web/login-oidc.ts';
import { createServer, type WebServer } from '../../src/web/server.ts';
import { type DeskWorld, openDesk } from '../desk/world.ts';
import { countedRandom } from '../store/world.ts';
import type { Issuer } from './desk-issuer.ts';
import { PAGES_DIR } from './scripted-house.ts';

export const HOST = 'http://localhost';
export const IDLE_MINUTES = 30;
export const MAX_HOURS = 10;

export interface Visitor {
  readonly cookie: string;
  readonly csrf: string;
  get(path: string): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The answer's JSON. */
  read<T>(path: string): Promise<T>;
  act(
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly said: Record<string, unknown> }>;
}

export interface DeskHouse {
  readonly world: DeskWorld;
  readonly server: WebServer;
  readonly links: Links;
  readonly routes: DeskRoutes;
  /** Codes of logins that were refused. */
  readonly refused: string[];
  request(path: string, init?: RequestInit): Promise<Response>;
  login(roles: readonly StaffRole[], name?: string): Promise<Visitor>;
  /** Somebody with a cookie and a token of one's own choice. */
  visitor(cookie: string, csrf: string): Visitor;
  end(): Promise<void>;
}

export interface DeskHouseOptions {
  readonly publicUrl?: string;
  readonly issuer?: Pick<Issuer, 'url' | 'clientId' | 'clientSecret'>;
  readonly roleClaim?: string;
}

export async function openDeskHouse(options: DeskHouseOptions = {}): Promise<DeskHouse> {
  await buildPages({ force: false });
  const world = await openDesk();
  const { app } = world;
  const clock = { now: () => world.now() };
  const random = countedRandom('web-desk');
  const secret = createDeskSecret('a secret of the tests, long enough', random);
  const home = options.publicUrl ?? HOST;
  const links = createLinks({ sessions: app.store, secret, clock, random, homeUrl: () => `${home}/desk` });
  const refused: string[] = [];
  const { issuer } = options;
  const routes = deskRoutes({
    desk: app.desk,
    advice: app.advice,
    store: app.store,
    editions: app.editions,
    verify: app.verifyAudit,
    refresh: () => app.refreshWithdrawals(),
    clock,
    random,
    secret,
    idleMs: IDLE_MINUTES * 60_000,
    maxMs: MAX_HOURS * 3_600_000,
    publicUrl: options.publicUrl,
    isBehindProxy: false,
    links,
    more: [
      {
        path: '/figures',
        area: 'figures',
        routes: figuresRoutes({ store: app.store, editions: app.editions, clock }),
      },
    ],
    oidc: issuer && createOidc(oidcParts(issuer, options.roleClaim ?? 'groups', home, random)),
    onRefused: (code) => refused.push(code),
  });
  const server = createServer({
    connectors: [],
    secure: app.secure,
    desk: routes,
    clock,
    pagesDir: PAGES_DIR,
    publicUrl: options.publicUrl,
  });
  const request = async (path: string, init?: RequestInit) => server.app.request(`${home}${path}`, init);

  function visitor(cookie: string, csrf: string): Visitor {
    const post: Visitor['post'] = (path, body = {}, headers = {}) =>
      request(path, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Origin: home,
          Cookie: cookie,
          'X-Gongji-Desk': csrf,
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    const get = (path: string) => request(path, { headers: { Cookie: cookie } });
    return {
      cookie,
      csrf,
      get,
      post,
      read: async <T>(path: string) => (await (await get(path)).json()) as T,
      async act(path, body) {
        const answer = await post(path, body);
        return { status: answer.status, said: (await answer.json()) as Record<string, unknown> };
      },
    };
  }

  return {
    world,
    server,
    links,
    routes,
    refused,
    request,
    visitor,
    async login(roles, name = roles.join('-')) {
      const token = (await links.make({ name, roles: [...roles] })).split('/').at(-1) ?? '';
      const answer = await visitor('', '').post('/desk/api/link', { token });
      const cookie = cookieOf(answer);
      const me = (await (await request('/desk/api/me', { headers: { Cookie: cookie } })).json()) as {
        readonly csrf: string;
      };
      return visitor(cookie, me.csrf);
    },
    async end() {
      routes.close();
      await server.close();
      await world.end();
    },
  };
}

function oidcParts(
  issuer: NonNullable<DeskHouseOptions['issuer']>,
  roleClaim: string,
  home: string,
  random: Parameters<typeof createOidc>[0]['random'],
): Parameters<typeof createOidc>[0] {
  return {
    config: {
      issuer: issuer.url,
      clientId: issuer.clientId,
      clientSecret: issuer.clientSecret,
      scope: 'openid profile groups',
      roleClaim,
      nameClaim: 'name',
      roles: { clerk: ['desk-clerks'], lead: ['desk-leads'] },
    },
    random,
    callbackUrl: () => `${home}/desk/login/callback`,
    homeUrl: () => `${home}/desk`,
  };
}

export function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}
