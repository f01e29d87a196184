/** What `npm start` opens of the desk: a link on this machine, nothing where nobody could log in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { desk } from '../../src/cli/desk.ts';
import { readConfig } from '../../src/config.ts';
import { type Running, startGongji } from '../../src/main.ts';

let dir: string;
let running: Running | undefined;
let printed: string[];
const io = { input: Readable.from([]), print: (line: string) => void printed.push(line), warn: () => {} };

beforeEach(async () => {
  await buildPages({ force: false });
  dir = mkdtempSync(join(tmpdir(), 'gongji-start-'));
  printed = [];
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(dir, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<Running> {
  const base = { GONGJI_DATA: dir, GONGJI_PORT: '0', GONGJI_LOG: 'silent' };
  running = await startGongji(readConfig({ ...base, ...env }), () => {});
  return running;
}

async function useLink(address: string) {
  const url = new URL(address);
  const entered = await fetch(`${url.origin}/desk/api/link`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url.origin },
    body: JSON.stringify({ token: url.hash.split('/').at(-1) }),
  });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const me = await fetch(`${url.origin}/desk/api/me`, { headers: { Cookie: cookie } });
  return (await me.json()) as { readonly name: string; readonly roles: readonly string[] };
}

describe('on this machine alone', () => {
  it('the address of the desk is told at the start, and a command gives another for somebody in a role', async () => {
    const { desk: pages, url } = await start();
    const told = (await pages?.describe()) ?? '';
    expect(told).toMatch(/^http:\S+\/desk#\/link\/[\w-]{43}（10 分钟内有效/u);
    expect((await useLink(told.split('（')[0] ?? '')).roles).toHaveLength(4);
    expect(await desk(['link', '--data', dir, '--name', '王审计', '--role', 'auditor'], io)).toBe(0);
    expect(printed[0]?.startsWith(`${url}/desk#/link/`)).toBe(true);
    expect(await useLink(printed[0] ?? '')).toMatchObject({ name: '王审计', roles: ['auditor'] });
  });

  it('the command says so when nothing runs', async () => {
    await expect(desk(['link', '--data', dir], io)).rejects.toThrow(/No server runs/u);
  });
});

describe('where others can reach it', () => {
  it('there is no desk at all without a login of the bureau', async () => {
    const { desk: pages, url } = await start({ GONGJI_HOST: '0.0.0.0' });
    expect(pages).toBeUndefined();
    for (const path of ['/desk', '/desk/login', '/desk/api/me', '/desk/api/door']) {
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 404]);
    }
    await expect(desk(['link', '--data', dir], io)).rejects.toThrow(/log in at their issuer/u);
  });

  it('it refuses to start before it leaves a trace when the secret is missing', async () => {
    const fresh = join(dir, 'fresh');
    const env = {
      GONGJI_DATA: fresh,
      GONGJI_HOST: '0.0.0.0',
      GONGJI_PUBLIC_URL: 'https://gongji.example.cn',
      GONGJI_OIDC_ISSUER: 'https://login.example.cn',
      GONGJI_OIDC_CLIENT_ID: 'gongji-desk',
      GONGJI_OIDC_ROLES: 'clerk=a',
    };
    await expect(start(env)).rejects.toThrow(/GONGJI_DESK_SECRET is missing/u);
    expect(() => rmSync(fresh)).toThrow(/ENOENT/u);
  });
});
