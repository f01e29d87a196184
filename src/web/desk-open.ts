/**
 * Whether there is a web desk, and who may enter. For trying out on this very machine a one-time link does;
 * everywhere else staff log in at an issuer, over https, with a secret of the installation's own. What is
 * half set up refuses to start: a desk that lets the wrong people in must not be found out by them.
 */
import { isThisMachine } from '../config/variable.ts';
import { type Config, VARIABLES } from '../config.ts';
import type { Random } from '../contracts/clock.ts';
import { AppError } from '../errors.ts';
import { type DeskRoutes, type DeskRoutesParts, deskRoutes } from './desk-routes.ts';
import { createDeskSecret } from './desk-secret.ts';
import { createLinks, LINK_MINUTES, type LinkFor } from './login-link.ts';
import { createOidc } from './login-oidc.ts';

/** Fewer different characters are no chance, whatever the length. */
const DIFFERENT_MIN = 10;

export type WebDeskParts = Omit<
  DeskRoutesParts,
  'secret' | 'idleMs' | 'maxMs' | 'publicUrl' | 'isBehindProxy' | 'oidc' | 'links'
> & {
  /** Known once the server listens. */
  readonly home: () => string;
};

export interface WebDesk extends DeskRoutes {
  /** A fresh one-time link; undefined where there are none. */
  link(who?: LinkFor): Promise<string | undefined>;
  /** For the person at the machine. */
  describe(): Promise<string>;
}

/**
 * Undefined when nobody could log in. Checked before anything is opened: `checkWebDesk`.
 * @throws AppError `bad_config`
 */
export function openWebDesk(config: Config, parts: WebDeskParts): WebDesk | undefined {
  const { oidc: issuer, idleMs, maxMs } = config.desk;
  const isDemo = checkWebDesk(config) === 'demo';
  if (!isDemo && issuer === undefined) return undefined;
  const { random, clock, store } = parts;
  const secret = createDeskSecret(config.desk.secret ?? secretOfOneRun(random), random);
  const homeUrl = () => `${parts.home()}/desk`;
  const oidc =
    issuer === undefined
      ? undefined
      : createOidc({ config: issuer, random, homeUrl, callbackUrl: () => `${homeUrl()}/login/callback` });
  const links = isDemo ? createLinks({ sessions: store, secret, clock, random, homeUrl }) : undefined;
  const { publicUrl, isBehindProxy } = config;
  const routes = deskRoutes({ ...parts, secret, idleMs, maxMs, publicUrl, isBehindProxy, oidc, links });
  return {
    ...routes,
    link: async (who) => links?.make(who),
    describe: async () =>
      links === undefined ? homeUrl() : `${await links.make()}（${LINK_MINUTES} 分钟内有效，只能用一次）`,
  };
}

/**
 * `demo` when office and address are those of this machine alone.
 * @throws AppError `bad_config` when staff are to log in and something that protects it is missing
 */
export function checkWebDesk(config: Config): 'demo' | 'real' {
  const isDemo =
    config.portal === undefined &&
    isLoopback(config.host) &&
    (config.publicUrl === undefined || isThisMachine(config.publicUrl));
  const { oidc, secret } = config.desk;
  if (secret !== undefined) refuseKnown(secret);
  if (isDemo || oidc === undefined) return isDemo ? 'demo' : 'real';
  if (secret === undefined) {
    throw new AppError(
      'bad_config',
      'Staff are to log in at GONGJI_OIDC_ISSUER, and GONGJI_DESK_SECRET is missing. Make one, the same for all processes, with: openssl rand -hex 32',
    );
  }
  const { publicUrl } = config;
  if (publicUrl === undefined || !(publicUrl.startsWith('https:') || isThisMachine(publicUrl))) {
    throw new AppError(
      'bad_config',
      'Staff are to log in at GONGJI_OIDC_ISSUER, which needs an https address to lead back to; set GONGJI_PUBLIC_URL, for example https://gongji.example.cn',
    );
  }
  return 'real';
}

function refuseKnown(secret: string): void {
  const isKnown = secret === VARIABLES.GONGJI_DESK_SECRET.example || new Set(secret).size < DIFFERENT_MIN;
  if (!isKnown) return;
  throw new AppError(
    'bad_config',
    'GONGJI_DESK_SECRET is the one of the manual, or can be guessed; make your own with: openssl rand -hex 32',
  );
}

function isLoopback(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host);
}

/** On this machine alone: a restart ends every login, which is what one wants there. */
function secretOfOneRun(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('hex');
}
