/**
 * Logging in at an issuer: authorization code with PKCE, state and nonce. The issuer is looked up at the first
 * login and not at the start: when it is away, citizens are served all the same. What comes back are a
 * subject, a name and roles; whoever has none of our roles stays outside.
 */
import type { Configuration } from 'openid-client';
import type { OidcConfig } from '../config/desk.ts';
import type { Random } from '../contracts/clock.ts';
import type { Staff, StaffRole } from '../contracts/desk.ts';
import { newSecureToken } from '../domain/secure-token.ts';

const TIMEOUT_S = 10;
const NAME_CHARS = 40;

export interface OidcParts {
  readonly config: OidcConfig;
  readonly random: Random;
  /** Where the issuer sends people back to, and where they land after a logout. */
  readonly callbackUrl: () => string;
  readonly homeUrl: () => string;
}

/** What has to be remembered between going there and coming back. */
export interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export type Arrival =
  | { readonly ok: true; readonly staff: Staff; readonly idToken: string }
  | { readonly ok: false; readonly reason: 'no_role' | 'refused' };

export interface Oidc {
  /** @throws when the issuer cannot be reached */
  begin(): Promise<{ readonly url: string; readonly journey: Journey }>;
  arrive(query: string, journey: Journey): Promise<Arrival>;
  /** Where to end the login at the issuer too; undefined when it has no such place. */
  farewell(idToken: string): Promise<string | undefined>;
}

type Client = typeof import('openid-client');
type Claims = { readonly [claim: string]: unknown };

export function createOidc({ config, random, callbackUrl, homeUrl }: OidcParts): Oidc {
  let found: Promise<{ readonly client: Client; readonly issuer: Configuration }> | undefined;

  function issuerOf() {
    found ??= discover(config);
    found.catch(() => {
      found = undefined;
    });
    return found;
  }

  return {
    async begin() {
      const { client, issuer } = await issuerOf();
      const secret = () => newSecureToken((size) => random.bytes(size));
      const journey = { state: secret(), nonce: secret(), verifier: secret() };
      const url = client.buildAuthorizationUrl(issuer, {
        redirect_uri: callbackUrl(),
        scope: config.scope,
        state: journey.state,
        nonce: journey.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(journey.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, journey };
    },
    async arrive(query, { state, nonce, verifier }) {
      const { client, issuer } = await issuerOf();
      try {
        const tokens = await client.authorizationCodeGrant(issuer, new URL(`${callbackUrl()}${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const told = tokens.claims();
        if (told === undefined || tokens.id_token === undefined) return { ok: false, reason: 'refused' };
        const claims = await allClaims(client, issuer, told, tokens.access_token);
        const staff = staffOf(claims, told.sub, config);
        return staff === undefined
          ? { ok: false, reason: 'no_role' }
          : { ok: true, staff, idToken: tokens.id_token };
      } catch (error) {
        if (isAway(error)) throw error;
        return { ok: false, reason: 'refused' };
      }
    },
    async farewell(idToken) {
      const { client, issuer } = await issuerOf();
      if (issuer.serverMetadata().end_session_endpoint === undefined) return undefined;
      return client.buildEndSessionUrl(issuer, {
        id_token_hint: idToken,
        post_logout_redirect_uri: homeUrl(),
      }).href;
    },
  };

  /** Many issuers put groups where only the access token leads to. */
  async function allClaims(
    client: Client,
    issuer: Configuration,
    told: Claims & { readonly sub: string },
    accessToken: string,
  ): Promise<Claims> {
    if (issuer.serverMetadata().userinfo_endpoint === undefined) return told;
    if (claimAt(told, config.roleClaim) !== undefined && claimAt(told, config.nameClaim) !== undefined)
      return told;
    // The signed token goes before what was asked afterwards.
    return { ...(await client.fetchUserInfo(issuer, accessToken, told.sub)), ...told };
  }
}

async function discover(config: OidcConfig) {
  const client = await import('openid-client');
  const { clientSecret, clientId } = config;
  const issuer = await client.discovery(
    new URL(config.issuer),
    clientId,
    undefined,
    clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret),
    {
      timeout: TIMEOUT_S,
      // The configuration allows http on this very machine only.
      ...(config.issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}),
    },
  );
  return { client, issuer };
}

/** No answer, as against one that says no. */
function isAway(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && /Timeout|Abort/u.test(error.name));
}

function staffOf(claims: Claims, subject: string, config: OidcConfig): Staff | undefined {
  const values = new Set(valuesOf(claimAt(claims, config.roleClaim)));
  const roles = (Object.entries(config.roles) as [StaffRole, readonly string[]][])
    .filter(([, wanted]) => wanted.some((value) => values.has(value)))
    .map(([role]) => role);
  if (roles.length === 0) return undefined;
  const name = claimAt(claims, config.nameClaim);
  const shown = typeof name === 'string' && name.trim() !== '' ? name.trim() : subject;
  return { id: `oidc:${subject}`, displayName: [...shown].slice(0, NAME_CHARS).join(''), roles };
}

function valuesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(/[\s,]+/u);
  return Array.isArray(claim) ? claim.map(String) : [];
}

/** A claim by its whole name, else by what lies deeper, as in `realm_access.roles`. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Claims)[part]
          : undefined,
      claims,
    );
}
