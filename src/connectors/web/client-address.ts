/** Who calls, as far as the network tells: the key of limits that many people may share. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/**
 * The caller's address. `X-Forwarded-For` is believed only behind a proxy of ours, and then only its
 * last entry, which that proxy wrote itself.
 */
export function clientAddress(c: Context, isBehindProxy: boolean): string {
  const forwarded = isBehindProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  if (forwarded) return forwarded;
  // Requests made without a socket, as tests do, have no address.
  const env = c.env as { readonly incoming?: unknown } | undefined;
  return env?.incoming === undefined ? 'unknown' : (getConnInfo(c).remote.address ?? 'unknown');
}
