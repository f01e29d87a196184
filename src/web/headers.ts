/** Headers of every answer: nothing inline, nothing foreign, in nobody's frame. */
import { createMiddleware } from 'hono/factory';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // The address of a secure page is a secret: it is told to no other page.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
} as const;

const A_YEAR_S = 365 * 24 * 3600;

export function securityHeaders({ isHttps }: { isHttps: boolean }) {
  return createMiddleware(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    if (isHttps) c.header('Strict-Transport-Security', `max-age=${A_YEAR_S}`);
  });
}
