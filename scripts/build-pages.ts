/**
 * Builds the pages into dist/pages when their sources changed, or always with --force. What they
 * were built from is kept as one hash beside them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pagesConfig, widgetConfig } from '../web/vite.config.ts';

const HOUSE = join(import.meta.dirname, '..');
const SOURCES = join(HOUSE, 'web');
const TARGET = join(HOUSE, 'dist', 'pages');
const STAMP = '.built-from';

/** Resolves to what was done; Vite is loaded only when there is something to do. */
export async function buildPages({ force }: { force: boolean }): Promise<'built' | 'unchanged'> {
  const stamp = hashOfSources();
  if (!force && isBuiltFrom(stamp)) return 'unchanged';
  const { build } = await import('vite');
  const fresh = `${TARGET}-${process.pid}`;
  await build(pagesConfig({ root: SOURCES, outDir: fresh }));
  await build(widgetConfig({ root: SOURCES, outDir: fresh }));
  writeFileSync(join(fresh, STAMP), stamp);
  putInPlace(fresh);
  return 'built';
}

// Built beside their place and moved there whole: two builds at once, or one cut short, leave whole pages.
function putInPlace(fresh: string): void {
  const old = `${fresh}-old`;
  try {
    if (existsSync(TARGET)) renameSync(TARGET, old);
    renameSync(fresh, TARGET);
  } catch (error) {
    if (!existsSync(join(TARGET, STAMP))) throw error; // Otherwise somebody else was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

function isBuiltFrom(stamp: string): boolean {
  const built = join(TARGET, STAMP);
  return existsSync(built) && readFileSync(built, 'utf8') === stamp;
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
