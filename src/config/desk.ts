/** The desk of the staff as web pages, and where staff log in. */
import { z } from 'zod';
import { given, isOfficeAddress, isWhole, type ReadOf, type Variables, wholeNumber } from './variable.ts';

export interface DeskConfig {
  /** What sessions are made with; at least 32 characters. */
  readonly secret?: string;
  /** After so long without a request a login is over. */
  readonly idleMs: number;
  /** After so long it is over in any case. */
  readonly maxMs: number;
  readonly oidc?: OidcConfig;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client, which PKCE alone protects. */
  readonly clientSecret?: string;
  readonly scope: string;
  /** Where in the claims the roles are, with dots for what lies deeper. */
  readonly roleClaim: string;
  readonly nameClaim: string;
  /** Which values of that claim give which role. */
  readonly roles: { readonly [Role in 'clerk' | 'curator' | 'lead' | 'auditor']?: readonly string[] };
}

const ROLE_PAIR = /^(clerk|curator|lead|auditor)=([^\s,=]{1,100})$/u;
/** `lead=desk-leads clerk=desk-clerks`; a role may be named several times. */
const roleMap = z
  .string()
  .transform((list) => list.trim().split(/[\s,]+/u))
  .pipe(z.array(z.string().regex(ROLE_PAIR)).min(1).max(40))
  .transform((pairs): OidcConfig['roles'] => {
    const parts = pairs.map((pair) => pair.split('=') as [keyof OidcConfig['roles'], string]);
    const byRole = Map.groupBy(parts, ([role]) => role);
    return Object.fromEntries([...byRole].map(([role, found]) => [role, found.map(([, value]) => value)]));
  })
  .optional();
const claimPath = z.string().regex(/^[\w:/-]{1,100}(?:\.[\w:/-]{1,100}){0,5}$/u);

export const DESK_VARIABLES = {
  GONGJI_DESK_SECRET: {
    expects:
      'what the sessions of staff are made with: at least 32 characters of chance, the same for all processes',
    example: 'what-openssl-rand-hex-32-has-printed',
    schema: z.string().min(32).max(200).optional(),
  },
  GONGJI_DESK_IDLE_MINUTES: {
    expects: 'after how many minutes without a request staff have to log in again, from 5 to 480',
    example: '30',
    schema: wholeNumber(5, 480, 30),
  },
  GONGJI_DESK_HOURS: {
    expects: 'after how many hours staff have to log in again in any case, from 1 to 24',
    example: '10',
    schema: wholeNumber(1, 24, 10),
  },
  GONGJI_OIDC_ISSUER: {
    expects: 'the issuer at which staff log in (OpenID Connect): https, or http on this very machine',
    example: 'https://login.example.cn/realms/desk',
    schema: z.string().refine(isOfficeAddress).optional(),
  },
  GONGJI_OIDC_CLIENT_ID: {
    expects: 'the id under which that issuer knows us',
    example: 'gongji-desk',
    schema: z.string().min(1).max(200).optional(),
  },
  GONGJI_OIDC_CLIENT_SECRET: {
    expects: 'the secret of that client (absent: a public client)',
    example: 'what-the-issuer-shows',
    schema: z.string().min(8).max(400).optional(),
  },
  GONGJI_OIDC_SCOPE: {
    expects: "what is asked of the issuer, 'openid' included",
    example: 'openid profile groups',
    schema: z
      .string()
      .regex(/^(?=.*\bopenid\b)[\w:./ -]{1,300}$/u)
      .default('openid profile'),
  },
  GONGJI_OIDC_ROLE_CLAIM: {
    expects: 'the claim that holds groups or roles, with dots for what lies deeper',
    example: 'realm_access.roles',
    schema: claimPath.default('groups'),
  },
  GONGJI_OIDC_NAME_CLAIM: {
    expects: 'the claim that holds the name colleagues see',
    example: 'name',
    schema: claimPath.default('name'),
  },
  GONGJI_OIDC_ROLES: {
    expects:
      'which value of that claim gives which of our roles clerk, curator, lead and auditor; whoever has none may not log in',
    example: 'clerk=desk-clerks lead=desk-leads curator=knowledge auditor=audit',
    schema: roleMap,
  },
} as const satisfies Variables;

/** Logging in at an issuer is on when anything that only it needs is given. */
export function readDesk(read: ReadOf<typeof DESK_VARIABLES>, problems: string[]): DeskConfig {
  const secret = read('GONGJI_DESK_SECRET');
  const roles = read('GONGJI_OIDC_ROLES');
  const values = {
    issuer: read('GONGJI_OIDC_ISSUER'),
    clientId: read('GONGJI_OIDC_CLIENT_ID'),
    clientSecret: read('GONGJI_OIDC_CLIENT_SECRET'),
    roles: roles && 'given',
  };
  const settings = {
    scope: read('GONGJI_OIDC_SCOPE'),
    roleClaim: read('GONGJI_OIDC_ROLE_CLAIM'),
    nameClaim: read('GONGJI_OIDC_NAME_CLAIM'),
  };
  const isOn = isWhole(
    values,
    problems,
    {
      issuer: 'GONGJI_OIDC_ISSUER',
      clientId: 'GONGJI_OIDC_CLIENT_ID',
      roles: 'GONGJI_OIDC_ROLES',
    },
    DESK_VARIABLES,
  );
  return {
    idleMs: read('GONGJI_DESK_IDLE_MINUTES') * 60_000,
    maxMs: read('GONGJI_DESK_HOURS') * 3_600_000,
    ...(secret === undefined ? {} : { secret }),
    ...(isOn ? { oidc: { ...given(values), ...settings, roles: roles ?? {} } as OidcConfig } : {}),
  };
}
