/**
 * The secret in the address of a secure page. Only its digest is stored, so a copy of the database
 * opens no page.
 */
import { createHash } from 'node:crypto';
import type { RandomBytes } from './ids.ts';

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/u;

/** A new secret: 32 random bytes, base64url, 43 characters. */
export function newSecureToken(random: RandomBytes): string {
  return Buffer.from(random(TOKEN_BYTES)).toString('base64url');
}

/** SHA-256 of a secret, in hex: what rows are found by. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether a string has the form of our secrets; anything else need not be looked up. */
export function isSecureToken(text: string): boolean {
  return TOKEN.test(text);
}
