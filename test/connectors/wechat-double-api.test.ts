/** The rest of the double's API: media, menu, codes, notices, login, and the other ways to push. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { amrSeconds } from '../doubles/wechat/api-media.ts';
import { ATTACKS } from '../doubles/wechat/attacks.ts';
import { encrypt, sign } from '../doubles/wechat/crypto.ts';
import type { Wechat } from '../doubles/wechat/index.ts';
import { keysOf } from '../doubles/wechat/reply.ts';
import { readXml } from '../doubles/wechat/xml.ts';
import { bureau, call, closing, HOUR, START, wechatWith } from './wechat-double-rig.ts';

describe('media', () => {
  async function upload(wechat: Wechat, token: string, type: string, bytes: Buffer) {
    const form = new FormData();
    if (bytes.length > 0) form.set('media', new File([new Uint8Array(bytes)], 'a.bin'));
    const url = `${wechat.url}/cgi-bin/media/upload?access_token=${token}&type=${type}`;
    const response = await fetch(url, { method: 'POST', body: form });
    return (await response.json()) as Record<string, unknown>;
  }

  it('are kept for three days', async () => {
    const { wechat, clock, token } = await wechatWith();
    const { media_id } = await upload(wechat, await token(), 'image', Buffer.from('picture'));
    const get = async () =>
      fetch(`${wechat.url}/cgi-bin/media/get?access_token=${await token()}&media_id=${media_id}`);
    expect(await (await get()).text()).toBe('picture');
    clock.pass(72 * HOUR);
    expect(await (await get()).json()).toMatchObject({ errcode: 40007 });
  });

  it('are refused when of no kind, missing, too large or too long', async () => {
    const { wechat, token } = await wechatWith();
    const given = await token();
    const code = async (type: string, bytes: Buffer) => (await upload(wechat, given, type, bytes)).errcode;
    expect(await code('poem', Buffer.from('x'))).toBe(40004);
    expect(await code('image', Buffer.alloc(0))).toBe(41005);
    expect(await code('image', Buffer.alloc(10 * 1024 * 1024 + 1))).toBe(40009);
    expect(await code('thumb', Buffer.alloc(64 * 1024 + 1))).toBe(45001);
    const minute = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(3001 * 32, 0x3c)]);
    expect(amrSeconds(minute)).toBeCloseTo(60.02);
    expect(await code('voice', minute)).toBe(45007);
  });
});

describe('the menu', () => {
  const click = (name: string, key = 'bind') => ({ type: 'click', name, key });
  it.each([
    ['nothing', [], 40016],
    ['four on the bar', [1, 2, 3, 4].map((n) => click(`${n}`)), 40016],
    ['an unknown type', [{ type: 'dance', name: 'a' }], 40017],
    ['a name over 16 bytes', [click('家庭共济绑定')], 40018],
    ['a key over 128 bytes', [click('a', 'k'.repeat(129))], 40019],
    ['an address that is none', [{ type: 'view', name: 'a', url: 'house' }], 40020],
    ['three levels', [{ name: 'a', sub_button: [{ name: 'b', sub_button: [click('c')] }] }], 40022],
    ['six above one', [{ name: 'a', sub_button: [1, 2, 3, 4, 5, 6].map((n) => click(`${n}`)) }], 40023],
    ['an unknown type above', [{ name: 'a', sub_button: [{ type: 'dance', name: 'b' }] }], 40024],
    ['a long name above', [{ name: 'a', sub_button: [click('家'.repeat(21))] }], 40025],
    ['a long key above', [{ name: 'a', sub_button: [click('b', 'k'.repeat(129))] }], 40026],
    [
      'a bad address above',
      [{ name: 'a', sub_button: [{ type: 'view', name: 'b', url: 'x'.repeat(1025) }] }],
      40027,
    ],
  ])('is refused with %s', async (_, button, errcode) => {
    const { wechat, token } = await wechatWith();
    expect(await call(wechat, 'menu/create', { button }, await token())).toMatchObject({ errcode });
  });

  it('is shown, and what is touched is pushed', async () => {
    const { wechat, token } = await wechatWith();
    const received = await bureau(wechat, () => 'success');
    const button = [click('绑定', 'start.bind'), { type: 'view', name: '主页', url: 'https://a.example/' }];
    expect(await call(wechat, 'menu/create', { button }, await token())).toMatchObject({ errcode: 0 });
    await wechat.phone('lin').clickMenu('绑定');
    await wechat.phone('lin').clickMenu('主页');
    expect(received.map(({ message }) => readXml(message))).toMatchObject([
      { Event: 'CLICK', EventKey: 'start.bind' },
      { Event: 'VIEW', EventKey: 'https://a.example/' },
    ]);
  });
});

describe('codes to scan', () => {
  it('greet new followers by their scene, others by the bare one, and expire', async () => {
    const { wechat, clock, token } = await wechatWith();
    const received = await bureau(wechat, () => 'success');
    const order = {
      action_name: 'QR_STR_SCENE',
      expire_seconds: 600,
      action_info: { scene: { scene_str: 'hall-3' } },
    };
    const made = await call(wechat, 'qrcode/create', order, await token());
    expect(made).toMatchObject({ expire_seconds: 600 });
    const lin = wechat.phone('lin');
    await lin.scan(String(made.ticket));
    await lin.scan(String(made.ticket));
    expect(received.map(({ message }) => readXml(message))).toMatchObject([
      { Event: 'subscribe', EventKey: 'qrscene_hall-3' },
      { Event: 'SCAN', EventKey: 'hall-3' },
    ]);
    clock.pass(600_000);
    await expect(lin.scan(String(made.ticket))).rejects.toThrow('expired');
  });
});

describe('notices', () => {
  const data = {
    thing1: { value: '绑定' },
    phrase2: { value: '已完成' },
    time3: { value: '2026-11-25 10:00' },
  };

  it('by template reach followers, and their end is pushed with an id no number holds', async () => {
    const { wechat, token } = await wechatWith();
    const received = await bureau(wechat, () => 'success');
    const lin = wechat.phone('lin');
    const send = async (change: object = {}) =>
      call(
        wechat,
        'message/template/send',
        { touser: lin.openid, template_id: 'TM_progress_0001', data, ...change },
        await token(),
      );
    expect(await send()).toMatchObject({ errcode: 43004 });
    await lin.follow();
    expect(await send({ template_id: 'other' })).toMatchObject({ errcode: 40037 });
    expect(await send({ data: { thing1: { value: 'x' } } })).toMatchObject({ errcode: 47003 });
    expect(await send({ touser: 'nobody' })).toMatchObject({ errcode: 40003 });
    expect(await send()).toMatchObject({ errcode: 0 });
    lin.user.refusesMessages = true;
    await send();
    await wechat.settled();
    expect(lin.reads()).toEqual(['绑定\n已完成\n2026-11-25 10:00']);
    const ends = received
      .map(({ message }) => readXml(message))
      .filter((fields) => fields?.MsgID !== undefined);
    expect(ends).toMatchObject([{ Status: 'success' }, { Status: 'failed:user block' }]);
    expect(String(Number(ends[0]?.MsgID))).not.toBe(ends[0]?.MsgID);
  });

  it('by subscription need a consent, which counts once unless it is for good', async () => {
    const { wechat, token } = await wechatWith();
    const lin = wechat.phone('lin');
    const send = async () =>
      (
        await call(
          wechat,
          'message/subscribe/bizsend',
          { touser: lin.openid, template_id: 'SN_progress_0001', data },
          await token(),
        )
      ).errcode;
    expect(await send()).toBe(43101);
    lin.user.consents.set('SN_progress_0001', 'once');
    expect([await send(), await send()]).toEqual([0, 43101]);
    lin.user.consents.set('SN_progress_0001', 'long_term');
    expect([await send(), await send()]).toEqual([0, 0]);
  });
});

describe('login on a page', () => {
  const authorizeUrl = (wechat: Wechat, change: Record<string, string> = {}) =>
    `${wechat.url}/connect/oauth2/authorize?${new URLSearchParams({
      appid: wechat.account.appid,
      redirect_uri: 'https://house.example/wechat/back',
      response_type: 'code',
      scope: 'snsapi_userinfo',
      state: 'abc123',
      ...change,
    })}#wechat_redirect`;
  async function get(wechat: Wechat, path: string, query: Record<string, string>) {
    const response = await fetch(`${wechat.url}/sns/${path}?${new URLSearchParams(query)}`);
    return (await response.json()) as Record<string, unknown>;
  }
  const exchange = (wechat: Wechat, code: string) =>
    get(wechat, 'oauth2/access_token', {
      appid: wechat.account.appid,
      secret: wechat.account.secret,
      grant_type: 'authorization_code',
      code,
    });
  async function codeOf(wechat: Wechat, change: Record<string, string> = {}) {
    const { location } = await wechat.phone('lin').authorize(authorizeUrl(wechat, change));
    return new URL(location ?? '').searchParams;
  }

  it('gives a code that counts once, within five minutes', async () => {
    const { wechat, clock } = await wechatWith();
    const lin = wechat.phone('lin');
    const back = await codeOf(wechat);
    expect(back.get('state')).toBe('abc123');
    const code = back.get('code') ?? '';
    const given = await exchange(wechat, code);
    expect(given).toMatchObject({ openid: lin.openid, unionid: lin.user.unionid });
    expect(given).not.toHaveProperty('is_snapshotuser');
    expect(await exchange(wechat, code)).toMatchObject({ errcode: 40163 });
    expect(await exchange(wechat, 'guess')).toMatchObject({ errcode: 40029 });
    const late = (await codeOf(wechat)).get('code') ?? '';
    clock.pass(300_000);
    expect(await exchange(wechat, late)).toMatchObject({ errcode: 42003 });
  });

  it('says who only to those who asked for it, and that a visitor is nobody', async () => {
    const { wechat } = await wechatWith();
    const lin = wechat.phone('lin');
    const full = await exchange(wechat, (await codeOf(wechat)).get('code') ?? '');
    const info = await get(wechat, 'userinfo', {
      access_token: String(full.access_token),
      openid: lin.openid,
    });
    expect(info).toMatchObject({ openid: lin.openid, unionid: lin.user.unionid });
    lin.user.isSnapshot = true;
    const bare = await exchange(wechat, (await codeOf(wechat, { scope: 'snsapi_base' })).get('code') ?? '');
    expect(bare).toMatchObject({ is_snapshotuser: 1 });
    expect(bare).not.toHaveProperty('unionid');
    expect(
      await get(wechat, 'userinfo', { access_token: String(bare.access_token), openid: lin.openid }),
    ).toMatchObject({ errcode: 48001 });
  });

  it('is for registered hosts, in WeChat, by accounts that may', async () => {
    const { wechat } = await wechatWith({ account: { oauthHosts: ['other.example'] } });
    const lin = wechat.phone('lin');
    expect((await lin.authorize(authorizeUrl(wechat))).page).toContain('10003');
    expect(await (await fetch(authorizeUrl(wechat))).text()).not.toContain('code=');
    wechat.change({ level: 'subscription', oauthHosts: ['house.example'] });
    expect((await lin.authorize(authorizeUrl(wechat))).page).toContain('10005');
  });
});

describe('limits of a day', () => {
  it('are counted, cleared ten times a month, and renewed by the next day', async () => {
    const { wechat, clock, token } = await wechatWith({ account: { daily: { '/cgi-bin/menu/create': 1 } } });
    const menu = async () => (await call(wechat, 'menu/create', { button: [] }, await token())).errcode;
    const clear = async () =>
      (await call(wechat, 'clear_quota', { appid: wechat.account.appid }, await token())).errcode;
    expect([await menu(), await menu()]).toEqual([40016, 45009]);
    expect([await clear(), await menu(), await menu()]).toEqual([0, 40016, 45009]);
    clock.pass(24 * HOUR);
    expect(await menu()).toBe(40016);
    for (let count = 1; count < 10; count += 1) expect(await clear()).toBe(0);
    expect(await clear()).toBe(48006);
  });
});

describe('other ways to push', () => {
  /** Answers what it was pushed, and keeps the bodies as they came. */
  async function mirror(wechat: Wechat, reply: (openid: string) => string) {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      bodies.push(Buffer.concat(chunks).toString());
      response.end(reply(new URL(request.url ?? '', 'http://us').searchParams.get('openid') ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    wechat.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return bodies;
  }

  it('in JSON, encrypted, with ids as bare numbers', async () => {
    const { wechat } = await wechatWith({ account: { format: 'json' } });
    const keys = keysOf(wechat.world);
    const bodies = await mirror(wechat, (openid) => {
      const CreateTime = START / 1000;
      const message = { ToUserName: openid, FromUserName: wechat.account.originalId, CreateTime };
      const Encrypt = encrypt(keys, JSON.stringify({ ...message, MsgType: 'text', Content: '您好' }));
      const TimeStamp = CreateTime;
      return JSON.stringify({
        Encrypt,
        MsgSignature: sign(keys, `${TimeStamp}`, 'n', Encrypt),
        TimeStamp,
        Nonce: 'n',
      });
    });
    const lin = wechat.phone('lin');
    const { letter } = await lin.say('在吗');
    expect(lin.reads()).toEqual(['您好']);
    expect(JSON.parse(bodies[0] ?? '')).toHaveProperty('Encrypt');
    expect(typeof letter.fields.MsgId).toBe('bigint');
  });

  it('in the clear, or with both the clear fields and the cipher', async () => {
    const { wechat } = await wechatWith({ account: { mode: 'plain' } });
    const bodies = await mirror(wechat, () => 'success');
    await wechat.phone('lin').say('在吗');
    wechat.change({ mode: 'compatible' });
    await wechat.phone('lin').say('在吗');
    expect(readXml(bodies[0] ?? '')).toMatchObject({ Content: '在吗' });
    expect(readXml(bodies[0] ?? '')).not.toHaveProperty('Encrypt');
    expect(readXml(bodies[1] ?? '')).toMatchObject({ Content: '在吗', Encrypt: expect.any(String) });
  });
});

describe('attacks', () => {
  it('have names of their own and are never what WeChat would send', async () => {
    const { wechat } = await wechatWith();
    const received = await bureau(wechat, () => 'success');
    const letter = wechat.phone('lin').write('伪造');
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
    for (const { forge } of ATTACKS) await wechat.pusher.post(forge(wechat.world, letter));
    // Read by the strict cipher of the double itself: what opens is misdirected, old, or harms its reader.
    const opened = received.filter(({ message }) => readXml(message)?.Content === '伪造');
    expect(opened.length).toBeLessThan(ATTACKS.length / 2);
  });
});
