/**
 * Chromium from npm, unpacked once per version into node_modules/.cache, with Chinese fonts. The
 * package brings the system libraries it needs but hands them out on AWS only, hence the variable.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const HOUSE = join(import.meta.dirname, '..', '..');
const CACHE = join(HOUSE, 'node_modules', '.cache', 'gongji-chromium');

export interface ChromiumFiles {
  readonly executable: string;
  readonly env: Record<string, string>;
}

/** Where Chromium lies, unpacking it when this version was not yet. Safe to call from several processes. */
export async function chromiumFiles(): Promise<ChromiumFiles> {
  const home = join(CACHE, versionOf('@sparticuz/chromium'));
  if (!existsSync(home)) await unpackInto(home);
  const fonts = join(home, 'fontconfig');
  return {
    executable: join(home, 'chromium'),
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: join(home, 'al2023', 'lib'),
      FONTCONFIG_PATH: fonts,
      HOME: home,
      TMPDIR: join(home, 'tmp'),
    },
  };
}

// Unpacked beside its place and moved there whole: a second process sees all of it or nothing.
async function unpackInto(home: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const nursery = mkdtempSync(join(CACHE, 'unpacking-'));
  const before = { ...process.env };
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs24.x';
  process.env.TMPDIR = nursery;
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    chromium.setGraphicsMode = false;
    await chromium.executablePath();
  } finally {
    for (const name of ['AWS_LAMBDA_JS_RUNTIME', 'TMPDIR', 'FONTCONFIG_PATH', 'HOME', 'LD_LIBRARY_PATH']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
  mkdirSync(join(nursery, 'tmp'));
  writeFontConfig(join(nursery, 'fontconfig'), join(home, 'fontconfig', 'cache'));
  try {
    renameSync(nursery, home);
  } catch {
    rmSync(nursery, { recursive: true, force: true }); // Somebody else was faster.
  }
}

function writeFontConfig(dir: string, cache: string): void {
  const fonts = join(dirname(createRequire(import.meta.url).resolve('@embedpdf/fonts-sc')), '..', 'fonts');
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'fonts.conf'),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <cachedir>${cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Noto Sans Hans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>Noto Sans Hans</family></prefer></alias>
</fontconfig>
`,
  );
}

function versionOf(name: string): string {
  const { version } = createRequire(import.meta.url)(join(HOUSE, 'node_modules', name, 'package.json')) as {
    version: string;
  };
  return version;
}
