/** A way to a secure page: a fresh secret, whose digest alone is kept. */
import type { SecurePurpose } from '../domain/conversation.ts';
import { makeId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import { digestOf, newSecureToken } from '../domain/secure-token.ts';
import type { Draft } from './draft.ts';

/** A secure link lapses after this: long enough to fetch a relative's ID card from the next room. */
const LINK_LIFETIME_MS = 30 * 60_000;

/** Notes the link with the turn and gives what a reply says of it. */
export function linkTo(draft: Draft, purpose: SecurePurpose, context: JsonObject): JsonObject {
  const token = newSecureToken(draft.context.random);
  draft.links.push({
    id: makeId('link', draft.context.random),
    tokenDigest: digestOf(token),
    purpose,
    context,
    expiresAt: draft.context.now + LINK_LIFETIME_MS,
  });
  return { secure: purpose, url: draft.context.secureUrl(token), minutes: LINK_LIFETIME_MS / 60_000 };
}
