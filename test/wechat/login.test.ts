/** Whose phone opens a secure page: WeChat says so, and only the one whose talk it is may go on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from './house.ts';

let house: House;
let link: string;
beforeAll(async () => {
  house = await openHouse({ env: { GONGJI_WECHAT_OA_OAUTH: 'yes' } });
  const lin = house.wechat.phone('lin');
  await lin.say('我在石家庄参保，想给我妈绑定家庭共济，她也是河北的');
  await house.settled();
  link = lin.link('安全页面');
});
afterAll(() => house?.close());

describe('the link to a secure page', () => {
  it('holds nothing that opens the page by itself', async () => {
    const { url } = await house.wechat.phone('lin').open(link);
    const secret = new URL(url).pathname.split('/').at(-1) ?? '';
    expect(secret.length).toBeGreaterThan(20);
    expect(link).not.toContain(secret);
  });

  it('opens on the phone of the talk, as often as it is opened', async () => {
    for (const _ of [1, 2]) {
      const shown = await house.wechat.phone('lin').open(link);
      expect(shown).toMatchObject({ status: 200, url: expect.stringContaining('/s/') });
    }
  });

  it('opens on no other phone', async () => {
    const shown = await house.wechat.phone('wu').open(link);
    expect(shown.status).toBe(403);
    expect(shown.url).not.toContain('/s/');
  });

  it('opens for no virtual account of a visitor', async () => {
    const { user } = house.wechat.phone('lin');
    user.isSnapshot = true;
    const shown = await house.wechat.phone('lin').open(link);
    user.isSnapshot = false;
    expect(shown.status).toBe(403);
    expect(shown.url).not.toContain('/s/');
  });

  it('opens in no browser outside WeChat', async () => {
    const response = await fetch(link);
    expect(await response.text()).toContain('请在微信客户端打开链接');
  });

  it('takes a way back that somebody else began for nothing', async () => {
    const entered = await fetch(link, { redirect: 'manual' });
    const authorize = entered.headers.get('location') ?? '';
    const { location = '' } = await house.wechat.phone('lin').authorize(authorize);
    // The browser of the attacker began it; the phone of the victim has no such cookie.
    const shown = await house.wechat.phone('lin').open(location);
    expect(shown.status).toBe(403);
    expect(shown.url).not.toContain('/s/');
  });
});
