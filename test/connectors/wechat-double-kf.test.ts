/** The double of WeCom's customer service: fetching, sending, who is in charge. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { open } from '../doubles/wechat/crypto.ts';
import { type Kf, type KfOptions, openKf } from '../doubles/wechat/kf/index.ts';
import { readXml } from '../doubles/wechat/xml.ts';
import { closing, HOUR, handClock, type Json } from './wechat-double-rig.ts';

async function kfWith(options: Partial<KfOptions> = {}) {
  const clock = handClock();
  const kf = await openKf({ clock, ...options });
  closing.push(kf.close);
  const pushes: string[] = [];
  const server = createServer(async (request, response) => {
    const query = new URL(request.url ?? '', 'http://us').searchParams;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const encrypted = request.method === 'GET' ? query.get('echostr') : readXml(body)?.Encrypt;
    const opened = open(kf.keys, {
      encrypted: String(encrypted),
      signature: query.get('msg_signature') ?? '',
      timestamp: query.get('timestamp') ?? '',
      nonce: query.get('nonce') ?? '',
    });
    if (!opened.ok) return void response.writeHead(403).end();
    if (request.method === 'GET') return void response.end(opened.message);
    pushes.push(opened.message);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  kf.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const query = new URLSearchParams({ corpid: kf.account.corpid, corpsecret: kf.account.secret });
  const call = async (path: string, body: object): Promise<Json> => {
    const { access_token } = (await (await fetch(`${kf.url}/cgi-bin/gettoken?${query}`)).json()) as Json;
    const url = `${kf.url}/cgi-bin/kf/${path}?access_token=${access_token}`;
    return (await (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json()) as Json;
  };
  const token = () => String(readXml(pushes.at(-1) ?? '')?.Token);
  return { kf, clock, pushes, call, token };
}

const open_kfid = (kf: Kf) => kf.account.openKfid;

describe('pushes', () => {
  it('verify with an encrypted echo', async () => {
    const { kf } = await kfWith();
    expect(await kf.verify()).toMatchObject({ isAccepted: true });
    expect(await kf.verify({ signature: 'f'.repeat(40) })).toMatchObject({ isAccepted: false, status: 403 });
  });

  it('say that there is news and not what', async () => {
    const { kf, pushes } = await kfWith();
    expect((await kf.phone('lin').say('怎么绑定')).isAccepted).toBe(true);
    expect(readXml(pushes[0] ?? '')).toMatchObject({ Event: 'kf_msg_or_event', OpenKfId: open_kfid(kf) });
    expect(pushes[0]).not.toContain('怎么绑定');
  });
});

describe('fetching', () => {
  it('goes on from the cursor, a page at a time, until there is no more', async () => {
    const { kf, call, token } = await kfWith({ account: { pageSize: 2 } });
    const lin = kf.phone('lin');
    lin.sayUnheard('一');
    lin.sayUnheard('二');
    await lin.say('三');
    const first = await call('sync_msg', { token: token(), open_kfid: open_kfid(kf) });
    expect(first).toMatchObject({
      has_more: 1,
      msg_list: [{ text: { content: '一' } }, { text: { content: '二' } }],
    });
    const second = await call('sync_msg', { token: token(), cursor: first.next_cursor });
    expect(second).toMatchObject({ has_more: 0, msg_list: [{ origin: 3, external_userid: lin.id }] });
    expect(await call('sync_msg', { token: token(), cursor: second.next_cursor })).toMatchObject({
      msg_list: [],
    });
  });

  it('needs a fresh token, or patience', async () => {
    const { kf, call, clock, token } = await kfWith();
    await kf.phone('lin').say('在吗');
    const old = token();
    clock.pass(600_000);
    expect(await call('sync_msg', { token: old })).toMatchObject({ errcode: 95007 });
    const codes: unknown[] = [];
    for (let count = 0; count < 6; count += 1) codes.push((await call('sync_msg', {})).errcode);
    expect(codes).toEqual([0, 0, 0, 0, 0, 45009]);
  });

  it('forgets after three days', async () => {
    const { kf, call, clock } = await kfWith();
    kf.phone('lin').sayUnheard('旧事');
    clock.pass(71 * HOUR);
    expect(await call('sync_msg', {})).toMatchObject({ msg_list: [{ msgtype: 'text' }] });
    clock.pass(HOUR);
    expect(await call('sync_msg', {})).toMatchObject({ next_cursor: 'c1', msg_list: [] });
  });

  it('is for those who know the secret', async () => {
    const { kf } = await kfWith();
    const query = new URLSearchParams({ corpid: kf.account.corpid, corpsecret: 'guess' });
    expect(await (await fetch(`${kf.url}/cgi-bin/gettoken?${query}`)).json()).toMatchObject({
      errcode: 40001,
    });
  });
});

describe('sending', () => {
  async function withLin(options: Partial<KfOptions> = {}) {
    const opened = await kfWith(options);
    const lin = opened.kf.phone('lin');
    await lin.say('在吗');
    const send = async (message: object) =>
      opened.call('send_msg', { touser: lin.id, open_kfid: open_kfid(opened.kf), ...message });
    const text = (content: string, more: object = {}) =>
      send({ msgtype: 'text', text: { content }, ...more });
    return { ...opened, lin, send, text };
  }

  it('is five in 48 hours, and one id is shown once', async () => {
    const { lin, text, kf } = await withLin();
    expect(await text('一', { msgid: 'm-1' })).toMatchObject({ errcode: 0, msgid: 'm-1' });
    expect(await text('一', { msgid: 'm-1' })).toMatchObject({ errcode: 0, msgid: 'm-1' });
    kf.change({ reusedMsgid: 40058 });
    expect(await text('一', { msgid: 'm-1' })).toMatchObject({ errcode: 40058 });
    for (const word of ['二', '三', '四', '五']) await text(word);
    expect(await text('六')).toMatchObject({ errcode: 95001 });
    expect(lin.reads()).toEqual(['一', '二', '三', '四', '五']);
  });

  it('is refused for long texts, long ids and large menus', async () => {
    const { text, send } = await withLin();
    const click = { type: 'click', click: { id: '1', content: '绑定' } };
    expect(await text('家'.repeat(683))).toMatchObject({ errcode: 40058 });
    expect(await text('')).toMatchObject({ errcode: 44004 });
    expect(await text('一', { msgid: 'm'.repeat(33) })).toMatchObject({ errcode: 40058 });
    const menu = (list: object[]) => send({ msgtype: 'msgmenu', msgmenu: { head_content: '您想：', list } });
    expect(await menu(Array.from({ length: 11 }, () => click))).toMatchObject({ errcode: 95008 });
    expect(await menu([{ type: 'dance' }])).toMatchObject({ errcode: 95009 });
    expect(await send({ msgtype: 'poem' })).toMatchObject({ errcode: 40008 });
  });

  it('shows menus whose items write, open or only say', async () => {
    const { lin, send, call, token } = await withLin();
    const list = [
      { type: 'click', click: { id: '101', content: '绑定家人' } },
      { type: 'view', view: { url: 'https://house.example/s/1', content: '打开安全页面' } },
      { type: 'text', text: { content: '或直接输入' } },
    ];
    await send({ msgtype: 'msgmenu', msgmenu: { head_content: '您想：', list } });
    expect(lin.reads()).toEqual(['您想：\n绑定家人\n打开安全页面\n或直接输入']);
    expect(lin.link('安全页面')).toBe('https://house.example/s/1');
    await lin.tap('绑定家人');
    const { msg_list } = await call('sync_msg', { token: token(), cursor: 'c1' });
    expect(msg_list).toMatchObject([{ text: { content: '绑定家人', menu_id: '101' } }]);
  });

  it('that was accepted may fail later, as an event', async () => {
    const { lin, text, kf, call, token } = await withLin();
    kf.failDelivery(4);
    expect(await text('一', { msgid: 'm-1' })).toMatchObject({ errcode: 0 });
    await kf.settled();
    expect(lin.reads()).toEqual([]);
    expect(await call('sync_msg', { token: token(), cursor: 'c1' })).toMatchObject({
      msg_list: [{ event: { event_type: 'msg_send_fail', fail_msgid: 'm-1', fail_type: 4 } }],
    });
  });

  it('greets who enters, once and within 20 seconds', async () => {
    const { kf, call, clock, token } = await kfWith();
    await kf.phone('lin').enter('hall-3');
    const { msg_list } = await call('sync_msg', { token: token() });
    const [{ event }] = msg_list as [{ event: Json }];
    expect(event).toMatchObject({ event_type: 'enter_session', scene: 'hall-3' });
    const greet = (code: unknown) =>
      call('send_msg_on_event', { code, msgtype: 'text', text: { content: '您好' } });
    expect(await greet(event.welcome_code)).toMatchObject({ errcode: 0 });
    expect(await greet(event.welcome_code)).toMatchObject({ errcode: 95019 });
    await kf.phone('wu').enter();
    clock.pass(20_000);
    const later = (await call('sync_msg', { token: token(), cursor: 'c1' })).msg_list as [{ event: Json }];
    expect(await greet(later[0].event.welcome_code)).toMatchObject({ errcode: 95019 });
  });

  it('is only for sessions that nobody of the staff has, which go one way', async () => {
    const { lin, text, kf, call, token } = await withLin();
    const where = { open_kfid: open_kfid(kf), external_userid: lin.id };
    const state = async () => (await call('service_state/get', where)).service_state;
    const trans = async (service_state: number, more: object = {}) =>
      (await call('service_state/trans', { ...where, service_state, ...more })).errcode;
    expect(await state()).toBe(0);
    expect(await trans(3, { servicer_userid: 'stranger' })).toBe(95014);
    expect([await trans(1), await trans(2)]).toEqual([0, 0]);
    expect(await trans(1)).toBe(95016);
    expect(await text('还有什么')).toMatchObject({ errcode: 95018 });
    const zhang = kf.staff('shili-zhang');
    await zhang.take(lin);
    await zhang.say(lin, '我来看看');
    expect(await call('service_state/get', where)).toMatchObject({
      service_state: 3,
      servicer_userid: 'shili-zhang',
    });
    await zhang.end(lin);
    expect(await state()).toBe(4);
    await lin.say('再问一句');
    expect(await state()).toBe(0);
    expect((await text('请说')).errcode).toBe(0);
    const { msg_list } = await call('sync_msg', { token: token(), cursor: 'c1' });
    expect(msg_list).toMatchObject([
      { event: { event_type: 'session_status_change', change_type: 1 } },
      { origin: 5, servicer_userid: 'shili-zhang' },
      { event: { change_type: 3, old_servicer_userid: 'shili-zhang' } },
      { origin: 3 },
    ]);
  });
});
