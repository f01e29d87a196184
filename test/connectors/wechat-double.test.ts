/** The double of the WeChat side must be as strict as the reference says, or it proves nothing. */
import { describe, expect, it } from 'vitest';
import { encrypt, open, sign, signAddress } from '../doubles/wechat/crypto.ts';
import type { Wechat, WechatOptions } from '../doubles/wechat/index.ts';
import { keysOf } from '../doubles/wechat/reply.ts';
import { readXml, writeXml } from '../doubles/wechat/xml.ts';
import { bureau, call, credentials, HOUR, type Received, START, wechatWith } from './wechat-double-rig.ts';

function sealed(wechat: Wechat, fields: Parameters<typeof writeXml>[0], change: object = {}): string {
  const keys = keysOf(wechat.world);
  const timestamp = String(Math.floor(START / 1000));
  const Encrypt = encrypt(keys, writeXml(fields));
  const MsgSignature = sign(keys, timestamp, 'n1', Encrypt);
  return writeXml({ Encrypt, MsgSignature, TimeStamp: Number(timestamp), Nonce: 'n1', ...change });
}

function textTo(wechat: Wechat, openid: string, content: string) {
  const CreateTime = Math.floor(START / 1000);
  return {
    ToUserName: openid,
    FromUserName: wechat.account.originalId,
    CreateTime,
    MsgType: 'text',
    Content: content,
  };
}

describe('the cipher', () => {
  const keys = {
    token: 'spamtest',
    aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    id: 'wx2c2769f8efd9abc2',
  };
  const seal = (encrypted: string) => ({
    encrypted,
    signature: sign(keys, '1409735669', '1320562132', encrypted),
    timestamp: '1409735669',
    nonce: '1320562132',
  });

  it('opens what was sealed for it', () => {
    expect(open(keys, seal(encrypt(keys, '示例消息')))).toEqual({ ok: true, message: '示例消息' });
  });

  it('refuses a wrong signature, a foreign id and a broken padding', () => {
    const good = encrypt(keys, 'x');
    expect(open(keys, { ...seal(good), signature: sign(keys, '1', '2', good) })).toEqual({
      ok: false,
      why: 'signature',
    });
    expect(open(keys, seal(encrypt({ ...keys, id: 'wxother' }, 'x')))).toEqual({ ok: false, why: 'id' });
    const bytes = Buffer.from(good, 'base64');
    bytes[bytes.length - 17] = (bytes[bytes.length - 17] as number) ^ 0x04;
    expect(open(keys, seal(bytes.toString('base64')))).toMatchObject({ ok: false });
  });
});

describe('pushes', () => {
  it('verify a server that echoes and refuse one that does not', async () => {
    const { wechat } = await wechatWith();
    await bureau(wechat, () => 'success');
    expect(await wechat.verify()).toMatchObject({ isAccepted: true });
  });

  it('are signed, encrypted, and carry an id that no number holds', async () => {
    const { wechat } = await wechatWith();
    const received = await bureau(wechat, () => 'success');
    const lin = wechat.phone('lin');
    await lin.say('怎么绑定');
    const [first] = received as [Received];
    const fields = readXml(first.message);
    expect(fields).toMatchObject({ FromUserName: lin.openid, MsgType: 'text', Content: '怎么绑定' });
    expect(String(Number(fields?.MsgId))).not.toBe(fields?.MsgId);
    expect(first.query.get('openid')).toBe(lin.openid);
    const timestamp = first.query.get('timestamp') ?? '';
    const nonce = first.query.get('nonce') ?? '';
    expect(first.query.get('signature')).toBe(signAddress(wechat.account.token, timestamp, nonce));
  });

  it('show an encrypted reply and nothing for success', async () => {
    const { wechat } = await wechatWith();
    const lin = wechat.phone('lin');
    await bureau(wechat, (_, count) =>
      count === 1 ? 'success' : sealed(wechat, textTo(wechat, lin.openid, '您好')),
    );
    expect((await lin.say('在吗')).shown).toBeUndefined();
    await lin.say('在吗');
    expect(lin.reads()).toEqual(['您好']);
  });

  it('are cut after five seconds and tried three times with one id; then the fault is shown', async () => {
    const { wechat } = await wechatWith({ secondMs: 10 });
    const received = await bureau(wechat, () => 'hang');
    const lin = wechat.phone('lin');
    const push = await lin.say('在吗');
    expect(push.tries).toEqual([{ outcome: 'cut' }, { outcome: 'cut' }, { outcome: 'cut' }]);
    expect(new Set(received.map(({ message }) => readXml(message)?.MsgId)).size).toBe(1);
    expect(received).toHaveLength(3);
    expect(push.shown?.kind).toBe('fault');
  });

  it('end with the first try that is answered', async () => {
    const { wechat } = await wechatWith({ secondMs: 100 });
    const received = await bureau(wechat, (_, count) => (count === 1 ? 'hang' : 'success'));
    const push = await wechat.phone('lin').say('在吗');
    expect(received).toHaveLength(2);
    expect(push.shown).toBeUndefined();
  });

  it('can come twice at once, and the answer is shown once', async () => {
    const { wechat } = await wechatWith();
    const lin = wechat.phone('lin');
    const received = await bureau(wechat, () => sealed(wechat, textTo(wechat, lin.openid, '您好')));
    await lin.say('在吗', { delivery: 'twice_at_once' });
    expect(received).toHaveLength(2);
    expect(lin.reads()).toEqual(['您好']);
  });

  const malformed: readonly [string, (wechat: Wechat, openid: string) => string][] = [
    ['JSON where XML is due', () => '{"ok":true}'],
    ['text of no kind', () => 'thanks'],
    ['plain XML in safe mode', (wechat, openid) => writeXml(textTo(wechat, openid, '您好'))],
    ['empty content', (wechat, openid) => sealed(wechat, textTo(wechat, openid, ''))],
    ['content over 2048 bytes', (wechat, openid) => sealed(wechat, textTo(wechat, openid, '家'.repeat(683)))],
    ['another person', (wechat) => sealed(wechat, textTo(wechat, 'oSomebodyElse', '您好'))],
    [
      'time in milliseconds',
      (wechat, openid) => sealed(wechat, textTo(wechat, openid, '您好'), { TimeStamp: START }),
    ],
    [
      'a bad signature',
      (wechat, openid) => sealed(wechat, textTo(wechat, openid, '您好'), { MsgSignature: 'f'.repeat(40) }),
    ],
  ];
  it.each(malformed)('show the fault when the reply is %s', async (_, reply) => {
    const { wechat } = await wechatWith();
    const lin = wechat.phone('lin');
    await bureau(wechat, () => reply(wechat, lin.openid));
    expect((await lin.say('在吗')).shown?.kind).toBe('fault');
  });

  it('of 2048 bytes are shown', async () => {
    const { wechat } = await wechatWith();
    const lin = wechat.phone('lin');
    await bureau(wechat, () => sealed(wechat, textTo(wechat, lin.openid, '家'.repeat(682))));
    expect((await lin.say('在吗')).shown?.kind).toBe('text');
  });

  it('that nobody can answer show nothing, and say so', async () => {
    const { wechat } = await wechatWith();
    const lin = wechat.phone('lin');
    await bureau(wechat, () => sealed(wechat, textTo(wechat, lin.openid, '再见')));
    await lin.unfollow();
    expect(lin.reads()).toEqual([]);
    expect(wechat.complaints()).toHaveLength(1);
  });
});

describe('tokens', () => {
  it('are the same until five minutes before the end, and then two are good for a while', async () => {
    const { wechat, clock, token } = await wechatWith();
    const first = await token();
    clock.pass(2 * HOUR - 301_000);
    expect(await token()).toBe(first);
    clock.pass(2_000);
    const second = await token();
    expect(second).not.toBe(first);
    for (const value of [first, second]) {
      expect(await call(wechat, 'clear_quota', { appid: wechat.account.appid }, value)).toMatchObject({
        errcode: 0,
      });
    }
    clock.pass(300_000);
    expect(await call(wechat, 'clear_quota', {}, first)).toMatchObject({ errcode: 42001 });
  });

  it('die at once when a new one is forced', async () => {
    const { wechat, clock, token } = await wechatWith();
    const first = await token();
    const force = () => call(wechat, 'stable_token', { ...credentials(wechat), force_refresh: true });
    expect(await force()).toHaveProperty('access_token');
    expect(await call(wechat, 'clear_quota', {}, first)).toMatchObject({ errcode: 40001 });
    expect(await force()).toMatchObject({ errcode: 45011 });
    for (let count = 1; count < 20; count += 1) {
      clock.pass(30_000);
      expect(await force()).toHaveProperty('access_token');
    }
    clock.pass(30_000);
    expect(await force()).toMatchObject({ errcode: 45009 });
  });

  it('of the old kind leave the stable one alone', async () => {
    const { wechat, token } = await wechatWith();
    const stable = await token();
    const query = new URLSearchParams(credentials(wechat));
    await fetch(`${wechat.url}/cgi-bin/token?${query}`);
    expect(await call(wechat, 'clear_quota', { appid: wechat.account.appid }, stable)).toMatchObject({
      errcode: 0,
    });
  });

  it.each([
    [{ grant_type: 'password' }, 40002],
    [{ appid: 'wxother' }, 40013],
    [{ secret: 'guess' }, 40125],
  ])('are refused for %o', async (change, errcode) => {
    const { wechat } = await wechatWith();
    const refused = await call(wechat, 'stable_token', { ...credentials(wechat), ...change });
    expect(refused).toMatchObject({ errcode });
    expect(refused.errmsg).toMatch(/ rid: /u);
  });

  it('are refused to callers who are not on the white list', async () => {
    const { wechat } = await wechatWith({ account: { ipWhiteList: ['203.0.113.9'] } });
    expect(await call(wechat, 'stable_token', credentials(wechat))).toMatchObject({ errcode: 40164 });
  });
});

describe('customer messages', () => {
  async function withLin(options: Partial<WechatOptions> = {}) {
    const opened = await wechatWith(options);
    await bureau(opened.wechat, () => 'success');
    const lin = opened.wechat.phone('lin');
    lin.user.isFollower = true;
    const { token } = opened;
    const send = async (message: object) =>
      Number(
        (await call(opened.wechat, 'message/custom/send', { touser: lin.openid, ...message }, await token()))
          .errcode,
      );
    const text = (content: string) => send({ msgtype: 'text', text: { content } });
    return { ...opened, lin, send, text };
  }

  it('are five in 48 hours after a message', async () => {
    const { lin, text, clock } = await withLin();
    await lin.say('在吗');
    const codes: number[] = [];
    for (let count = 0; count < 7; count += 1) codes.push(await text(`第${count}条`));
    expect(codes).toEqual([0, 0, 0, 0, 0, 45047, 45047]);
    await lin.say('还在吗');
    clock.pass(48 * HOUR);
    expect(await text('晚了')).toBe(45015);
    expect(lin.reads()).toHaveLength(5);
  });

  it('are three in a minute after following, a click or a scan', async () => {
    const { lin, text, clock } = await withLin();
    await lin.follow();
    expect([await text('1'), await text('2'), await text('3'), await text('4')]).toEqual([0, 0, 0, 45047]);
    clock.pass(60_000);
    expect(await text('5')).toBe(45015);
  });

  it('do not reach who left', async () => {
    const { lin, text } = await withLin();
    await lin.say('在吗');
    await lin.unfollow();
    expect(await text('再见')).toBe(45015);
  });

  it('are refused for what is wrong with them', async () => {
    const { lin, send, text, wechat } = await withLin();
    await lin.say('在吗');
    expect(await text('')).toBe(44004);
    expect(await text('家'.repeat(683))).toBe(45002);
    expect(await send({ msgtype: 'poem' })).toBe(40008);
    expect(await send({ msgtype: 'image', image: { media_id: 'none' } })).toBe(40007);
    expect(
      await send({
        msgtype: 'news',
        news: {
          articles: [
            { title: 'a', url: 'https://a.example' },
            { title: 'b', url: 'https://b.example' },
          ],
        },
      }),
    ).toBe(45008);
    expect(await send({ msgtype: 'text', touser: 'nobody', text: { content: 'x' } })).toBe(40003);
    lin.user.isBlacklisted = true;
    expect(await text('x')).toBe(43019);
    lin.user.isBlacklisted = false;
    lin.user.refusesMessages = true;
    expect(await text('x')).toBe(48002);
    expect(wechat.phone('lin').messagesLeft()).toBe(5);
  });

  it('with a menu need a certified service account, and a tap writes its text', async () => {
    const menu = {
      msgtype: 'msgmenu',
      msgmenu: { head_content: '您想：', list: [{ id: '101', content: '绑定家人' }], tail_content: '' },
    };
    const certified = await withLin();
    await certified.lin.say('在吗');
    expect(await certified.send(menu)).toBe(0);
    expect(certified.lin.reads()).toEqual(['您想：\n绑定家人']);
    const { letter } = await certified.lin.tap('绑定家人');
    expect(letter.fields).toMatchObject({ MsgType: 'text', Content: '绑定家人', bizmsgmenuid: '101' });
    const sandbox = await withLin({ account: { level: 'test' } });
    await sandbox.lin.say('在吗');
    expect(await sandbox.send(menu)).toBe(40200);
  });

  it('with links can be tapped and opened', async () => {
    const { lin, text, wechat } = await withLin();
    await lin.say('在吗');
    await text(
      '<a href="weixin://bizmsgmenu?msgmenucontent=转人工&msgmenuid=9">转人工</a> 或 <a href="https://house.example/s/abc">打开安全页面</a>',
    );
    expect(lin.reads()).toEqual(['转人工 或 打开安全页面']);
    expect(lin.link('安全页面')).toBe('https://house.example/s/abc');
    wechat.change({ menuId: 'absent' });
    const { letter } = await lin.tap('转人工');
    expect(letter.fields).toMatchObject({ Content: '转人工' });
    expect(letter.fields).not.toHaveProperty('bizmsgmenuid');
  });

  it('may be done and their answer lost, fail some times, or meet a broken gateway', async () => {
    const { lin, text, wechat, token } = await withLin();
    await lin.say('在吗');
    const path = '/cgi-bin/message/custom/send';
    wechat.faults.next(path, { kind: 'drop_answer' });
    await expect(text('一')).rejects.toThrow();
    expect(lin.reads()).toEqual(['一']);
    wechat.faults.next(path, { kind: 'errcode', errcode: -1 }, 2);
    expect([await text('二'), await text('二'), await text('二')]).toEqual([-1, -1, 0]);
    wechat.faults.next(path, { kind: 'status', status: 502 });
    const response = await fetch(`${wechat.url}${path}?access_token=${await token()}`, {
      method: 'POST',
      body: '{}',
    });
    expect(response.status).toBe(502);
    const old = await token();
    wechat.tokens.revoke();
    expect(await call(wechat, 'message/custom/send', {}, old)).toMatchObject({ errcode: 40001 });
  });

  it('end the sign that somebody is typing', async () => {
    const { lin, text, wechat, clock, token } = await withLin();
    const typing = async (command: string) =>
      (await call(wechat, 'message/custom/typing', { touser: lin.openid, command }, await token())).errcode;
    expect(await typing('Typing')).toBe(45080);
    await lin.say('在吗');
    expect(await typing('Nothing')).toBe(45072);
    expect(await typing('Typing')).toBe(0);
    expect(await typing('Typing')).toBe(45081);
    expect(lin.isTypingShown()).toBe(true);
    await text('在');
    expect(lin.isTypingShown()).toBe(false);
    expect(await typing('Typing')).toBe(0);
    clock.pass(15_000);
    expect(lin.isTypingShown()).toBe(false);
    clock.pass(16_000);
    expect(await typing('Typing')).toBe(45080);
  });
});
