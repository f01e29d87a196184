/**
 * Builds the pages into dist/pages when their sources changed, or always with --force. What they
 * were built from is kept as one hash beside them.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pagesConfig } from '../web/vite.config.ts';

const HOUSE = join(import.meta.dirname, '..');
const SOURCES = join(HOUSE, 'web');
const TARGET = join(HOUSE, 'dist', 'pages');
const STAMP = join(TARGET, '.built-from');

/** Resolves to what was done; Vite is loaded only when there is something to do. */
export async function buildPages({ force }: { force: boolean }): Promise<'built' | 'unchanged'> {
  const stamp = hashOfSources();
  if (!force && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return 'unchanged';
  const { build } = await import('vite');
  await build(pagesConfig({ root: SOURCES, outDir: TARGET }));
  mkdirSync(TARGET, { recursive: true });
  writeFileSync(STAMP, stamp);
  return 'built';
}

// The lock file stands for the versions of everything that is bundled.
function hashOfSources(): string {
  const hash = createHash('sha256');
  const names = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const name of [...names.sort(), join(HOUSE, 'package-lock.json'), import.meta.filename]) {
    hash
      .update(`${relative(HOUSE, name)}\0`)
      .update(readFileSync(name))
      .update('\0');
  }
  return hash.digest('hex');
}

if (import.meta.main) {
  const began = performance.now();
  const done = await buildPages({ force: process.argv.includes('--force') });
  if (done === 'built') console.log(`pages: built in ${Math.round(performance.now() - began)} ms`);
}
