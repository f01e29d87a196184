/** What a start with no configuration loads, and what it has no use for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'gongji-start-'));
const { scripts } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
let loaded: readonly string[] = [];

/** Runs a script of package.json until it can be talked to, then tells it to stop. */
async function loadedBy(script: 'start' | 'chat'): Promise<readonly string[]> {
  const file = join(dir, script);
  const [, ...args] = (scripts[script] as string).split(' ');
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('GONGJI_'));
  const child: ChildProcess = spawn(process.execPath, ['--import', here('./start-loaded.mjs'), ...args], {
    cwd: here('..'),
    env: { ...Object.fromEntries(clean), GONGJI_DATA: dir, GONGJI_PORT: '0', LOADED: file },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  if (script === 'chat') child.stdin?.end();
  else child.stdout?.on('data', (said) => String(said).includes('Ctrl-C') && child.kill('SIGTERM'));
  child.stdout?.resume();
  expect(await ended).toEqual([0, null]);
  return readFileSync(file, 'utf8').split('\n');
}

beforeAll(async () => {
  // The first one may have to compile; it is the second that shows what is loaded from start to start.
  await loadedBy('start');
  loaded = await loadedBy('start');
}, 180_000);
afterAll(() => rmSync(dir, { recursive: true }));

describe('a start with no configuration', () => {
  it('loads the house', () => {
    expect(loaded.filter((name) => name.endsWith('/src/app.ts'))).toHaveLength(1);
    expect(loaded.length).toBeGreaterThan(300);
  });

  it.each([
    'fast-xml-parser',
    '@slack/bolt',
    '@slack/web-api',
    'wechaty',
    'pg',
    'pg-boss',
    '@opentelemetry/api',
    '@opentelemetry/sdk-trace',
    'openid-client',
    'natural',
    'typescript',
  ])('does without %s', (library) => {
    expect(loaded.filter((name) => name.includes(`/node_modules/${library}/`))).toEqual([]);
  });

  it.each([
    'connectors/wechat/oa/',
    'connectors/wechat/kf/',
    'connectors/wechaty/',
    'connectors/slack/',
    'connectors/console/',
    'portals/http/',
    'store/postgres.ts',
    'store/engine-boss.ts',
  ])('does without our own %s', (part) => {
    expect(loaded.filter((name) => name.includes(`/src/${part}`))).toEqual([]);
  });

  it('finds its own code compiled, and does not load what takes types out of it', () => {
    expect(loaded.filter((name) => name.includes('amaro'))).toEqual([]);
  });

  it('is the same for a talk in the terminal, but for the terminal', async () => {
    await loadedBy('chat');
    const chat = await loadedBy('chat');
    const more = chat
      .filter((name) => name.includes('/src/') && !loaded.includes(name))
      .map((name) => name.slice(name.indexOf('/src/')))
      .filter((name) => !name.startsWith('/src/connectors/console/'));
    expect(more.sort()).toEqual(['/src/cli/chat.ts', '/src/cli/command.ts', '/src/cli/gongji.ts']);
    expect(chat.filter((name) => name.includes('amaro'))).toEqual([]);
  }, 180_000);
});
