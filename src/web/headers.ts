/**
 * Headers of every answer: nothing inline, nothing foreign, in nobody's frame. Two addresses differ: the chat
 * made for frames opens within the named sites, and its loader may be fetched by them.
 */
import { createMiddleware } from 'hono/factory';

/** The chat inside a frame of another site. */
export const FRAMED_PATH = '/embed';
/** The script such a site loads. */
export const WIDGET_PATH = '/widget.js';

function policyFor(ancestors: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${ancestors}`,
  ].join('; ');
}

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  // The address of a secure page is a secret: it is told to no other page.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
} as const;

const A_YEAR_S = 365 * 24 * 3600;

export interface HeadersParts {
  readonly isHttps: boolean;
  /** Origins whose pages may frame the chat. */
  readonly embedOrigins: readonly string[];
}

export function securityHeaders({ isHttps, embedOrigins }: HeadersParts) {
  const own = policyFor("'none'");
  const framed = policyFor(embedOrigins.join(' ') || "'none'");
  return createMiddleware(async (c, next) => {
    await next();
    const { path } = c.req;
    const isFramed = path === FRAMED_PATH && embedOrigins.length > 0;
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    c.header('Content-Security-Policy', isFramed ? framed : own);
    // It knows no list, so where a list counts it must be absent.
    if (!isFramed) c.header('X-Frame-Options', 'DENY');
    const isShared = isFramed || path === WIDGET_PATH;
    c.header('Cross-Origin-Resource-Policy', isShared ? 'cross-origin' : 'same-origin');
    if (isHttps) c.header('Strict-Transport-Security', `max-age=${A_YEAR_S}`);
  });
}
