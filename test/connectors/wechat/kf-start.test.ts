/** What `npm start` opens with the variables of both channels: the address WeCom calls, and a bot that waits for its login. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { startGongji } from '../../../src/main.ts';
import { openKf } from '../../doubles/wechat/kf/index.ts';

async function start(env: Readonly<Record<string, string>>) {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-kf-'));
  const lines: string[] = [];
  const base = { GONGJI_DATA: dir, GONGJI_PORT: '0', GONGJI_LOG: 'silent' };
  const running = await startGongji(readConfig({ ...base, ...env }), (line) => lines.push(line));
  onTestFinished(async () => {
    await running.stop();
    rmSync(dir, { recursive: true });
  });
  return { running, lines };
}

it('serves customer service under /wechat/kf, and answers a citizen', async () => {
  const kf = await openKf({ clock: { now: () => Date.now() } });
  onTestFinished(() => kf.close());
  const { running } = await start({
    GONGJI_WECOM_KF_CORP_ID: kf.account.corpid,
    GONGJI_WECOM_KF_SECRET: kf.account.secret,
    GONGJI_WECOM_KF_TOKEN: kf.account.token,
    GONGJI_WECOM_KF_AES_KEY: kf.account.aesKey,
    GONGJI_WECOM_KF_API_BASE: kf.url,
    GONGJI_WECHATY_PUPPET: 'mock',
  });
  kf.connect(`${running.url}/wechat/kf`);
  expect(await kf.verify()).toMatchObject({ isAccepted: true });
  const lin = kf.phone('lin');
  await lin.say('给我妈绑定');
  for (let turns = 0; lin.reads().length === 0; turns += 1) {
    if (turns > 1_000) throw new Error('nothing was said');
    await kf.settled();
    await running.app.idle();
    await new Promise(setImmediate);
  }
  await running.app.idle();
  expect(lin.reads().join()).toContain('哪个市');
});

it('starts without a channel whose puppet is not there', async () => {
  const { running } = await start({ GONGJI_WECHATY_PUPPET: 'wechaty-puppet-that-nobody-installed' });
  expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
});
