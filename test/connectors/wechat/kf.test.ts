/** WeCom's customer service, end to end against its double. */
import { afterEach, describe, expect, it } from 'vitest';
import { keyOf, msgidOf } from '../../../src/connectors/wechat/kf/ids.ts';
import { contentOf, happened, pageSchema } from '../../../src/connectors/wechat/kf/parse.ts';
import { renderPart } from '../../../src/connectors/wechat/kf/render.ts';
import type { Address, OutboundPart } from '../../../src/domain/conversation.ts';
import type { ConversationId } from '../../../src/domain/ids.ts';
import { maskName } from '../../../src/domain/masking.ts';
import { digestOf } from '../../../src/domain/secure-token.ts';
import { KF_ACCOUNT } from '../../doubles/wechat/kf/world.ts';
import { postTo } from '../../doubles/wechat/pusher.ts';
import { CHILD_NUMBER } from '../../secure/tiny-desk.ts';
import { type Bench, connectorContract } from '../contract.ts';
import { type House, openHouse, WORDS } from './kf-bench.ts';

const SEND = '/cgi-bin/kf/send_msg';
const SYNC = '/cgi-bin/kf/sync_msg';

let house: House;
const closing: House[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

async function open(...given: Parameters<typeof openHouse>): Promise<House> {
  house = await openHouse(...given);
  closing.push(house);
  return house;
}

connectorContract('customer service of WeCom', async (): Promise<Bench> => {
  const { kf, connector, handed } = await open();
  const lin = kf.phone('lin');
  return {
    connector,
    async open() {
      await lin.enter();
      await connector.settled();
      // Somebody who wrote yesterday and opens the talk again: there is room for more than a welcome.
      const until = house.clock.now() + 86_400_000;
      lin.user.window = { left: 5, until };
      await house.app.store.openWindow(addressOf(lin.id), { kind: 'message', left: 5, until });
    },
    async write(text) {
      await lin.say(text);
      await connector.settled();
    },
    inbounds: () => handed,
    commit: () => {},
    // The house itself answers as well; what the suite said stands among its words.
    shown: async () => {
      await house.calm();
      return lin.reads().join('\n');
    },
  };
});

const addressOf = (user: string): Address => ({
  channel: 'wecom-kf',
  account: house.kf.account.openKfid,
  user,
});

function deliver(user: string, part: Partial<OutboundPart> & { readonly text: string }, key = 'c_9:1:0') {
  return house.connector.deliver({
    key,
    conversation: 'c_9' as ConversationId,
    address: addressOf(user),
    part: { id: 'test.said', params: {}, ...part },
  });
}

describe('the address WeCom calls', () => {
  it('proves itself with the echo in clear, and refuses a forged one', async () => {
    const { kf, failures } = await open();
    expect(await kf.verify()).toMatchObject({ isAccepted: true });
    expect(await kf.verify({ signature: '0'.repeat(40) })).toMatchObject({
      isAccepted: false,
      status: 403,
      body: '',
    });
    expect(failures).toEqual(['verify_refused']);
  });

  it('refuses what is forged, stale, unsigned, meant for others, too long or no message at all', async () => {
    const { kf, address, clock, handed, connector } = await open();
    kf.phone('lin').sayUnheard('有新消息');
    const good = kf.seal();
    const others = kf.seal({ ToUserName: 'ww0000000000000000' });
    const bad = [
      { ...good, query: { ...good.query, msg_signature: 'f'.repeat(40) } },
      { ...good, query: {} },
      { ...good, body: `${good.body}`.replace('<Encrypt>', '<Encrypt>x') },
      { ...good, body: `<!DOCTYPE x [<!ENTITY a "b">]>${good.body}` },
      { ...good, body: 'a'.repeat(70_000) },
      { ...good, body: '' },
      others,
    ];
    for (const push of bad) expect(await postTo(address, push)).toEqual({ status: 403, body: '' });
    clock.advance(11 * 60_000);
    expect(await postTo(address, good)).toEqual({ status: 403, body: '' });
    await connector.settled();
    expect(handed).toEqual([]);
    expect(kf.calls(SYNC)).toEqual([]);
  });

  it('takes a push made with the key before, while keys are changed', async () => {
    const newKey = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';
    await open({ aesKey: newKey, previousAesKey: KF_ACCOUNT.aesKey });
    expect(await house.kf.phone('lin').say('您好')).toMatchObject({ isAccepted: true });
    await house.connector.settled();
    expect(house.handed).toHaveLength(1);
  });
});

describe('what citizens write to customer service', () => {
  it('is answered, and what a menu offers can be tapped or typed', async () => {
    const { kf, calm } = await open();
    const lin = kf.phone('lin');
    await lin.enter();
    await calm();
    expect(lin.reads()[0]).toContain('我是共济助手');
    await lin.tap('家庭共济是什么');
    await calm();
    expect(lin.reads().at(-1)).toContain('家庭共济');
    const before = lin.reads().length;
    await lin.say('怎么解绑');
    await calm();
    expect(lin.reads().length).toBeGreaterThan(before);
    expect(house.failures).toEqual([]);
  });

  it('is written down once, whether a push comes twice at once, again, or not at all', async () => {
    const { kf, handed, connector, calm, app } = await open();
    const lin = kf.phone('lin');
    lin.sayUnheard('第一句');
    lin.sayUnheard('第二句');
    await kf.nudge({ delivery: 'twice_at_once' });
    await kf.nudge();
    await connector.settled();
    await calm();
    expect(handed.map(({ content }) => content)).toEqual([
      { kind: 'text', text: '第一句', masked: [] },
      { kind: 'text', text: '第二句', masked: [] },
    ]);
    expect(await app.store.channelCursor('wecom-kf', kf.account.openKfid)).toBe('c2');
  });

  it('is fetched page by page, and the cursor is saved after each page was handled', async () => {
    const { kf, handed, connector } = await open();
    kf.change({ pageSize: 7 });
    const lin = kf.phone('lin');
    for (let at = 0; at < 40; at += 1) lin.sayUnheard(`第${at}句`);
    await kf.nudge();
    await connector.settled();
    expect(handed.map(({ content }) => (content.kind === 'text' ? content.text : ''))).toEqual(
      Array.from({ length: 40 }, (_, at) => `第${at}句`),
    );
    expect(kf.calls(SYNC)).toHaveLength(6);
  });

  it('is read again from the last page when the process ended in the middle, and doubles nothing', async () => {
    const { kf, calm, app } = await open();
    const lin = kf.phone('lin');
    await lin.say('家庭共济是什么');
    await calm();
    const said = lin.reads().length;
    await app.store.saveChannelCursor('wecom-kf', kf.account.openKfid, 'c0');
    await house.restart();
    await calm();
    expect(house.kf.calls(SYNC).length).toBeGreaterThan(1);
    expect(lin.reads()).toHaveLength(said);
  });

  it('is caught up with at the start, without any push', async () => {
    const { kf, calm } = await open();
    const lin = kf.phone('lin');
    await lin.say('您好');
    await calm();
    await house.connector.stop();
    expect(await lin.say('你们关门的时候说的：家庭共济是什么')).toMatchObject({ isAccepted: false });
    await house.restart();
    await calm();
    expect(lin.reads().at(-1)).toContain('家庭共济');
  });

  it('is fetched after trouble at the API, and without the token of the push when that is over', async () => {
    const { kf, handed, connector, clock, failures } = await open();
    const lin = kf.phone('lin');
    kf.faults.next(SYNC, { kind: 'errcode', errcode: -1 });
    await lin.say('第一句');
    await connector.settled();
    expect(handed).toEqual([]);
    expect(failures).toEqual(['channel_unavailable']);
    kf.tokens.revoke();
    clock.advance(9 * 60_000 + 1);
    await lin.say('第二句');
    await connector.settled();
    expect(handed).toHaveLength(2);
  });

  it('hides numbers, says what it cannot see, and reads the name of a place', async () => {
    const { kf, handed, connector } = await open();
    const lin = kf.phone('lin');
    await lin.say(`号码${CHILD_NUMBER}`);
    await lin.sendImage();
    await connector.settled();
    expect(JSON.stringify(handed)).not.toContain(CHILD_NUMBER);
    expect(handed[1]?.content).toEqual({ kind: 'unsupported', what: 'image' });
    const place = { msgid: 'm', send_time: 1, origin: 3, msgtype: 'location', external_userid: 'u' };
    const read = happened({ ...place, location: { name: '某小区', address: '示例省示例市' } });
    expect(read).toMatchObject({ kind: 'said', words: { kind: 'text', text: '示例省示例市' } });
  });

  it('does not stop at an item of a form nobody knows', () => {
    const known = {
      msgid: 'm',
      send_time: 1,
      origin: 3,
      msgtype: 'text',
      external_userid: 'u',
      text: { content: '好' },
    };
    const page = pageSchema.parse({ msg_list: [{ odd: true }, known, 7], next_cursor: 'c' });
    expect(page.msg_list.map((item) => item?.msgid)).toEqual([undefined, 'm', undefined]);
    expect(happened({ ...known, origin: 5 })).toEqual({ kind: 'nothing' });
    expect(
      happened({ ...known, origin: 4, event: { event_type: 'user_recall_msg', external_userid: 'u' } }),
    ).toEqual({
      kind: 'nothing',
    });
  });
});

describe('an act by customer service', () => {
  it('leads through the secure page and comes back into the talk with its result', async () => {
    const { kf, calm, app } = await open();
    const lin = kf.phone('lin');
    await lin.say('查一下我的余额');
    await calm();
    const token = lin.link(WORDS.openPage).split('/').at(-1) ?? '';
    const person = app.office.everybody()[0];
    if (person === undefined) throw new Error('nobody in the fixture');
    const ref = await app.store.remember(person);
    await app.store.completeLink(digestOf(token), { person: ref, personName: maskName(person.name) });
    const before = lin.reads().length;
    await calm();
    const told = lin.reads().slice(before).join();
    expect(told).toContain(maskName(person.name));
    expect(told).toMatch(/\d元/u);
    expect(told).not.toContain(person.documentNumber);
  });
});

describe('what is said by customer service', () => {
  it('is said once when the answer of the API is lost, under the same id', async () => {
    const { kf } = await open();
    const lin = kf.phone('lin');
    await lin.say('您好');
    await house.calm();
    const before = lin.reads().length;
    kf.faults.next(SEND, { kind: 'drop_answer' });
    await expect(deliver(lin.id, { text: '已登记' })).rejects.toMatchObject({ code: 'channel_unavailable' });
    expect(await deliver(lin.id, { text: '已登记' })).toEqual({ state: 'sent' });
    expect(lin.reads().slice(before)).toEqual(['已登记']);
  });

  it('counts as said when WeCom answers a known id with an error instead', async () => {
    const { kf } = await open();
    kf.change({ reusedMsgid: 95011 });
    const lin = kf.phone('lin');
    await lin.say('您好');
    await house.calm();
    kf.faults.next(SEND, { kind: 'drop_answer' });
    await expect(deliver(lin.id, { text: '已登记' })).rejects.toMatchObject({ retry: 'later' });
    expect(await deliver(lin.id, { text: '已登记' })).toEqual({ state: 'sent' });
    expect(lin.reads().filter((text) => text === '已登记')).toHaveLength(1);
  });

  it('waits for the next word when the window is shut, and keeps one message for the way to a person', async () => {
    const { kf, clock } = await open();
    const lin = kf.phone('lin');
    expect(await deliver(lin.id, { text: '没有人写过' })).toEqual({ state: 'wait_for_citizen' });
    lin.sayUnheard('您好');
    await house.connector.settled();
    await kf.nudge();
    await house.calm();
    const left = lin.user.window?.left ?? 0;
    for (let at = 0; at < left - 1; at += 1)
      expect(await deliver(lin.id, { text: `${at}` }, `c_9:2:${at}`)).toEqual({ state: 'sent' });
    expect(await deliver(lin.id, { text: '留着的一条' }, 'c_9:3:0')).toEqual({ state: 'wait_for_citizen' });
    expect(await deliver(lin.id, { id: 'hand_off.opened', text: '转人工' }, 'c_9:3:1')).toEqual({
      state: 'sent',
    });
    clock.advance(49 * 3_600_000);
    expect(await deliver(lin.id, { text: '隔了两天' }, 'c_9:4:0')).toEqual({ state: 'wait_for_citizen' });
  });

  it('believes WeCom when it says that the window is shut, whatever was counted here', async () => {
    const { kf } = await open();
    const lin = kf.phone('lin');
    await lin.say('您好');
    await house.calm();
    kf.faults.next(SEND, { kind: 'errcode', errcode: 95001 });
    expect(await deliver(lin.id, { text: '甲' })).toEqual({ state: 'wait_for_citizen' });
    expect(await house.app.store.windowOf(addressOf(lin.id))).toBeUndefined();
    await lin.say('在吗');
    await house.calm();
    expect(await deliver(lin.id, { text: '甲' })).toEqual({ state: 'sent' });
  });

  it('is refused for good when WeCom will never take it', async () => {
    await open();
    const stranger = { ...addressOf('wmNobody'), user: 'wmNobody' };
    await house.app.store.openWindow(stranger, { kind: 'message', left: 5, until: house.clock.now() + 1e6 });
    await expect(deliver('wmNobody', { text: '您好' })).rejects.toMatchObject({ code: 'channel_refused' });
  });

  it('shows a long text in two pieces, and the rest to whoever asks for more', async () => {
    const { kf } = await open();
    const lin = kf.phone('lin');
    await lin.say('您好');
    await house.calm();
    const before = lin.reads().length;
    const text = Array.from({ length: 90 }, (_, at) => `这是第${at}句，说的是家庭共济里的一件小事情。`).join(
      '',
    );
    await house.app.store.openWindow(addressOf(lin.id), {
      kind: 'message',
      left: 5,
      until: house.clock.now() + 1e6,
    });
    lin.user.window = { left: 5, until: house.clock.now() + 1e6 };
    await deliver(lin.id, { text });
    expect(lin.reads().slice(before)).toHaveLength(2);
    expect(lin.reads().at(-1)).toContain(WORDS.more);
    const handed = house.handed.length;
    await lin.say('更多');
    await house.calm();
    const shown = lin.reads().slice(before).join('').replaceAll(`\n${WORDS.more}`, '').replaceAll('\n', '');
    expect(shown).toBe(text);
    expect(house.handed).toHaveLength(handed);
  });

  it('uses one token for many calls at once, and a new one when WeCom has dropped the old', async () => {
    const { kf } = await open();
    const phones = ['a', 'b', 'c', 'd'].map((name) => kf.phone(name));
    await Promise.all(phones.map((phone) => phone.say('您好')));
    await house.calm();
    expect(kf.calls('/cgi-bin/gettoken').length).toBeLessThanOrEqual(1);
    kf.tokens.revoke();
    expect(await deliver(phones[0]?.id ?? '', { text: '换了' })).toEqual({ state: 'sent' });
  });

  it('is taken back when WeCom says later that it was not delivered: loud, and once more after the next word', async () => {
    const { kf, failures } = await open();
    const lin = kf.phone('lin');
    await lin.say('您好');
    await house.calm();
    const again = () =>
      kf.calls(SEND).filter(({ body }) => (body as { readonly msgid: string }).msgid.endsWith('r'));
    const before = lin.reads().length;
    kf.failDelivery(6);
    await lin.say('家庭共济是什么');
    await house.calm();
    expect(failures).toEqual(['not_delivered_6']);
    expect(lin.reads()).toHaveLength(before);
    expect(again()).toEqual([]);
    await lin.say('怎么解绑');
    await house.calm();
    // Late, but before the answer to the later question.
    expect(again()).toHaveLength(1);
    expect(lin.reads()[before]).toContain('家庭共济');
    expect(lin.reads().length).toBeGreaterThan(before + 1);
  });

  it('is dead, and loudly so, when the citizen has refused it or it failed a second time', async () => {
    const { kf, failures } = await open();
    const lin = kf.phone('lin');
    await lin.say('您好');
    await house.calm();
    for (const failType of [10, 6]) {
      kf.failDelivery(failType);
      await lin.say('家庭共济是什么');
      await house.calm();
    }
    kf.failDelivery(6);
    await lin.say('怎么解绑');
    await house.calm();
    const sends = kf.calls(SEND).length;
    await house.calm();
    expect(failures).toEqual(['not_delivered_10', 'not_delivered_6', 'not_delivered_6']);
    expect(kf.calls(SEND)).toHaveLength(sends);
    const bodies = kf.calls(SEND).map(({ body }) => (body as { readonly msgid: string }).msgid);
    expect(new Set(bodies).size).toBe(bodies.length);
  });
});

describe('staff in WeCom', () => {
  const staffed = () => open({ staff: ['nobody-here', 'shili-zhang'] });

  it('take the talk when a person is wanted; the bot is silent until they end it, and goes on then', async () => {
    const { kf, calm, failures, app } = await staffed();
    const lin = kf.phone('lin');
    await lin.say('转人工');
    await calm();
    expect(lin.user).toMatchObject({ state: 3, servicer: 'shili-zhang' });
    expect(lin.reads().at(-1)).toMatch(/^登记号：\d{6}-\d{4} 正在转给工作人员$/u);
    const status = async () => (await app.store.conversationAt(addressOf(lin.id)))?.status;
    expect(await status()).toBe('human');
    const before = lin.reads().length;
    await lin.say('家庭共济是什么');
    await kf.staff('shili-zhang').say(lin, '我来看看');
    await calm();
    expect(lin.reads().slice(before)).toEqual(['我来看看']);
    await kf.staff('shili-zhang').end(lin);
    await calm();
    expect(await status()).toBe('closed');
    expect(lin.reads().at(-1)).toContain('已经办结');
    await lin.say('家庭共济是什么');
    await calm();
    expect(
      lin
        .reads()
        .slice(before + 2)
        .join(),
    ).toContain('家庭共济');
    expect(failures).toEqual([]);
  });

  it('close our case by ending the talk, once, however often the event is read', async () => {
    const { kf, calm, app, clock } = await staffed();
    const lin = kf.phone('lin');
    await lin.say('转人工');
    await calm();
    const id = (await app.store.conversationAt(addressOf(lin.id)))?.openCase;
    if (id === undefined) throw new Error('There is no case');
    const cursor = await app.store.channelCursor('wecom-kf', kf.account.openKfid);
    await kf.staff('shili-zhang').end(lin);
    await calm();
    clock.advance(1_000);
    // A crash before the cursor was saved: the page comes again.
    await app.store.saveChannelCursor('wecom-kf', kf.account.openKfid, cursor ?? '');
    await house.restart();
    await calm();
    expect(await app.store.caseRow(id)).toMatchObject({
      record: { status: 'closed', closed: { by: 'wecom:shili-zhang' } },
    });
    const events = (await app.store.caseEvents(id, 0)).map(({ kind }) => kind);
    expect(events.filter((kind) => kind === 'closed')).toHaveLength(1);
    expect(lin.reads().filter((text) => text.includes('已经办结'))).toHaveLength(1);
    expect(lin.reads().join()).not.toContain('接下来还是我来帮您');
  });

  it('may end it twice, or after our own desk has closed it, without a word too many', async () => {
    const { kf, calm, app } = await staffed();
    const lin = kf.phone('lin');
    await lin.say('转人工');
    await calm();
    await kf.staff('shili-zhang').end(lin);
    await calm();
    await kf.staff('shili-zhang').end(lin);
    await calm();
    expect((await app.store.conversationAt(addressOf(lin.id)))?.status).toBe('closed');
    expect(lin.reads().filter((text) => text.includes('已经办结'))).toHaveLength(1);
    expect(lin.reads().join()).not.toContain('接下来还是我来帮您');
  });

  it('are found in the queue when none of those named is at work', async () => {
    const { kf, calm, app } = await open({ staff: ['nobody-here'] });
    const lin = kf.phone('lin');
    await lin.say('转人工');
    await calm();
    expect(lin.user.state).toBe(2);
    await kf.staff('shili-li').take(lin);
    await calm();
    expect((await app.store.conversationAt(addressOf(lin.id)))?.status).toBe('human');
    await kf.staff('shili-li').end(lin);
    await calm();
    expect((await app.store.conversationAt(addressOf(lin.id)))?.status).toBe('closed');
  });

  it('may take a talk by themselves, and the bot gives way', async () => {
    const { kf, calm, app } = await open();
    const lin = kf.phone('lin');
    await lin.say('您好');
    await calm();
    await kf.staff('shili-zhang').take(lin);
    await calm();
    expect((await app.store.conversationAt(addressOf(lin.id)))?.status).toBe('human');
  });

  it('are not called where our own help desk answers: the bot goes on helping', async () => {
    const { kf, calm, app } = await open();
    const lin = kf.phone('lin');
    await lin.say('转人工');
    await calm();
    expect(lin.user.state).toBe(0);
    expect((await app.store.conversationAt(addressOf(lin.id)))?.status).toBe('waiting');
  });

  it('that cannot be reached are reported, and the case stays with our own help desk', async () => {
    const { kf, calm, failures } = await staffed();
    const lin = kf.phone('lin');
    kf.faults.always('/cgi-bin/kf/service_state/trans', { kind: 'errcode', errcode: 95014 });
    await lin.say('转人工');
    await calm();
    expect(failures).toContain('handover_refused');
    expect(lin.reads().join()).toContain('登记号');
  });
});

describe('the words of customer service', () => {
  it('are one menu where they fit: text, a secure page and choices together', () => {
    const part: OutboundPart = {
      id: 'x',
      params: {},
      text: '请核验身份。',
      secure: { purpose: 'verify', url: 'https://example.invalid/s/t' },
      choices: [
        { value: 'flow:bind', label: '绑定' },
        { value: '很'.repeat(40), label: '别的' },
      ],
    };
    expect(renderPart(part, WORDS).messages).toEqual([
      {
        msgtype: 'msgmenu',
        msgmenu: {
          head_content: '请核验身份。',
          list: [
            { type: 'view', view: { url: 'https://example.invalid/s/t', content: WORDS.openPage } },
            { type: 'click', click: { id: 'flow:bind', content: '绑定' } },
            { type: 'click', click: { id: '#1', content: '别的' } },
          ],
        },
      },
    ]);
    expect(contentOf({ kind: 'text', text: '别的', menuId: '#1' }, part.choices ?? [])).toEqual({
      kind: 'choice',
      value: '很'.repeat(40),
    });
    // Tapped on an old menu that nobody remembers.
    expect(contentOf({ kind: 'text', text: '绑定', menuId: 'flow:bind' }, [])).toEqual({
      kind: 'choice',
      value: 'flow:bind',
    });
  });

  it('are numbered lines where a menu has no room, and a number chooses', () => {
    const choices = Array.from({ length: 12 }, (_, at) => ({ value: `v${at}`, label: `第${at}个` }));
    const { messages } = renderPart({ id: 'x', params: {}, text: '选', choices }, WORDS);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      msgtype: 'text',
      text: { content: expect.stringContaining('12 第11个') },
    });
    expect(contentOf({ kind: 'text', text: '１２' }, choices)).toEqual({ kind: 'choice', value: 'v11' });
    expect(contentOf({ kind: 'text', text: '第3个' }, choices)).toEqual({ kind: 'choice', value: 'v3' });
    expect(contentOf({ kind: 'text', text: '  ' }, choices)).toBeUndefined();
  });

  it('never exceed 2,048 bytes, nor tear a character apart', () => {
    const { messages, rest } = renderPart({ id: 'x', params: {}, text: '𠮷好。'.repeat(900) }, WORDS);
    const texts = messages.map((message) => (message.msgtype === 'text' ? message.text.content : ''));
    for (const text of texts) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048);
      expect(text.isWellFormed()).toBe(true);
    }
    expect(texts.join('').replace(`\n${WORDS.more}`, '') + (rest ?? '').replaceAll('\n', '')).toBe(
      '𠮷好。'.repeat(900),
    );
  });

  it('bear ids that WeCom takes, that differ by part and piece, and that lead back to the part', () => {
    const key = `c_${'a'.repeat(32)}:123456:12`;
    const ids = [msgidOf(key, 0), msgidOf(key, 1), msgidOf(key, 0, true), msgidOf(`${key}1`, 0)];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-zA-Z_-]{1,32}$/u);
    expect(keyOf(msgidOf(key, 1), `c_${'a'.repeat(32)}`)).toBe(key);
    expect(keyOf(msgidOf(key, 0, true), `c_${'a'.repeat(32)}`)).toBe(key);
    expect(keyOf(msgidOf(key, 1), 'c_other')).toBeUndefined();
    expect(msgidOf(`more/${'m'.repeat(40)}`, 0)).toMatch(/^[0-9a-zA-Z_-]{1,32}$/u);
  });
});
