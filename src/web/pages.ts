/**
 * The built pages, read into memory once: a few small files, so a request never names a path on
 * disk, and each is compressed and given its tag only once.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AppError } from '../errors.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** Files by path such as `/chat/index.html`. Throws `bad_config` when the pages were never built. */
export function loadPages(dir: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of filesIn(dir)) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(`/${relative(dir, name).split(sep).join('/')}`, readPage(name, type));
  }
  for (const page of ['/chat/index.html', '/secure/index.html', '/desk/index.html', '/widget.js']) {
    if (!files.has(page)) {
      throw new AppError(
        'bad_config',
        `Page ${page} is missing in ${dir}; build the pages by 'npm run pages'`,
      );
    }
  }
  return files;
}

function readPage(name: string, type: string): PageFile {
  const bytes = new Uint8Array(readFileSync(name));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type, etag, bytes, gzipped: new Uint8Array(gzipSync(bytes, { level: 9 })) };
}

function filesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
