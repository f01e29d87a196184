import { spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { openWechat, type Wechat } from '../doubles/wechat/index.ts';

let wechat: Wechat | undefined;
afterEach(async () => {
  await wechat?.close();
  wechat = undefined;
});

async function gongji(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['src/cli/gongji.ts', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, output };
}

describe('gongji wechat menu', () => {
  it('puts the shipped menu in place', async () => {
    wechat = await openWechat({ clock: { now: () => Date.now() } });
    const { appid, secret, token, aesKey } = wechat.account;
    const ran = await gongji(['wechat', 'menu'], {
      GONGJI_WECHAT_OA_APPID: appid,
      GONGJI_WECHAT_OA_SECRET: secret,
      GONGJI_WECHAT_OA_TOKEN: token,
      GONGJI_WECHAT_OA_AES_KEY: aesKey,
      GONGJI_WECHAT_OA_API_BASE: wechat.url,
    });
    expect(ran).toEqual({ status: 0, output: '{"menu":"created","buttons":3}\n' });
    expect(wechat.world.menu.map(({ name }) => name)).toEqual(['办理', '查一查', '转人工']);
  });

  it('says what is missing when no account is configured', async () => {
    expect(await gongji(['wechat', 'menu'])).toMatchObject({
      status: 1,
      output: expect.stringContaining('GONGJI_WECHAT_OA_APPID'),
    });
  });
});
