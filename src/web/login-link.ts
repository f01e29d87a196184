/**
 * One-time links for trying the desk out on this very machine. The secret stands behind the `#` of the
 * address, which browsers send to nobody; the page hands it over, and from then on it opens nothing.
 */
import { z } from 'zod';
import type { Clock, Random } from '../contracts/clock.ts';
import type { Staff, StaffRole } from '../contracts/desk.ts';
import type { DeskSessions } from '../contracts/desk-sessions.ts';
import { isSecureToken, newSecureToken } from '../domain/secure-token.ts';
import type { DeskSecret } from './desk-secret.ts';

export const LINK_MINUTES = 10;
const EVERYTHING: readonly StaffRole[] = ['clerk', 'curator', 'lead', 'auditor'];

export const linkSchema = z.object({
  name: z.string().trim().min(1).max(40).default('示例坐席'),
  roles: z
    .array(z.enum(['clerk', 'curator', 'lead', 'auditor']))
    .min(1)
    .default([...EVERYTHING]),
});
export type LinkFor = z.input<typeof linkSchema>;

export interface LinkParts {
  readonly sessions: DeskSessions;
  readonly secret: DeskSecret;
  readonly clock: Clock;
  readonly random: Random;
  readonly homeUrl: () => string;
}

export interface Links {
  /** A fresh address. */
  make(who?: LinkFor): Promise<string>;
  /** Undefined when it was used, has lapsed, or never was. */
  use(token: string): Promise<Staff | undefined>;
}

export function createLinks({ sessions, secret, clock, random, homeUrl }: LinkParts): Links {
  return {
    async make(who = {}) {
      const { name, roles } = linkSchema.parse(who);
      const token = newSecureToken((size) => random.bytes(size));
      await sessions.keepDeskLogin({
        key: secret.digest('link', token),
        data: JSON.stringify({ name, roles }),
        expiresAt: clock.now() + LINK_MINUTES * 60_000,
      });
      return `${homeUrl()}#/link/${token}`;
    },
    async use(token) {
      if (!isSecureToken(token)) return undefined;
      const login = await sessions.takeDeskLogin(secret.digest('link', token));
      if (login === undefined) return undefined;
      const { name, roles } = linkSchema.parse(JSON.parse(login.data));
      return { id: `demo:${name}`, displayName: name, roles };
    },
  };
}
