/**
 * Serves the built pages: the chat at `/`, the secure page's shell at `/s/<secret>`, and their assets. Where
 * other sites may frame the chat, also the chat at `/embed` and the script that puts it there; where staff can
 * log in, the shell of the desk at `/desk`.
 */
import { type Context, Hono } from 'hono';
import { FRAMED_PATH, WIDGET_PATH } from './headers.ts';
import type { PageFile } from './pages.ts';

export interface StaticOptions {
  /** Nothing is served for frames unless somebody may frame us. */
  readonly isEmbeddable: boolean;
  readonly hasDesk: boolean;
}

export function staticRoutes(
  files: ReadonlyMap<string, PageFile>,
  { isEmbeddable, hasDesk }: StaticOptions,
): Hono {
  const app = new Hono();
  app.get('/', (c) => send(c, files.get('/chat/index.html'), 'no-cache'));
  if (isEmbeddable) {
    app.get(FRAMED_PATH, (c) => send(c, files.get('/chat/index.html'), 'no-cache'));
    // Its name never changes, since it stands in the pages of others: asked again after a while.
    app.get(WIDGET_PATH, (c) => send(c, files.get(WIDGET_PATH), 'public, max-age=600'));
  }
  // The same shell for everybody: what is in it is asked for by the script, and answered after a login.
  if (hasDesk) app.get('/desk', (c) => send(c, files.get('/desk/index.html'), 'no-cache'));
  // The same shell for every secret, right or wrong: only the script asks what it opens.
  app.get('/s/:token', (c) => send(c, files.get('/secure/index.html'), 'no-store'));
  // Names of assets carry a hash of their content.
  app.get('/assets/:name', (c) => send(c, files.get(c.req.path), 'public, max-age=31536000, immutable'));
  app.get('/icon.svg', (c) => send(c, files.get('/icon.svg'), 'public, max-age=86400'));
  app.get('/favicon.ico', (c) => c.redirect('/icon.svg', 302));
  return app;
}

function send(c: Context, file: PageFile | undefined, caching: string) {
  if (file === undefined) return c.notFound();
  c.header('Cache-Control', caching);
  c.header('ETag', file.etag);
  c.header('Vary', 'Accept-Encoding');
  if (caching !== 'no-store' && c.req.header('if-none-match') === file.etag) return c.body(null, 304);
  c.header('Content-Type', file.type);
  const takesGzip = /\bgzip\b/u.test(c.req.header('accept-encoding') ?? '');
  if (takesGzip) c.header('Content-Encoding', 'gzip');
  return c.body(takesGzip ? file.gzipped : file.bytes);
}
