import { afterEach, describe, expect, it } from 'vitest';
import {
  composeAnswer,
  composeMessages,
  type RenderParts,
} from '../../../src/connectors/wechat/oa/render.ts';
import { bytesOf, splitText, TEXT_MAX_BYTES, withoutMarkup } from '../../../src/connectors/wechat/text.ts';
import type { OutboundPart } from '../../../src/domain/conversation.ts';
import type { LinkId } from '../../../src/domain/ids.ts';
import { digestOf } from '../../../src/domain/secure-token.ts';
import { CHILD_NUMBER } from '../../secure/tiny-desk.ts';
import { connectorContract } from '../contract.ts';
import { HOUR, type OaBench, type OaBenchOptions, oaBench, WORDS } from './oa-bench.ts';

const SEND = '/cgi-bin/message/custom/send';

let benches: OaBench[] = [];
afterEach(async () => {
  for (const bench of benches) await bench.close();
  benches = [];
});

async function opened(options?: OaBenchOptions): Promise<OaBench> {
  const bench = await oaBench(options);
  benches.push(bench);
  await bench.start();
  return bench;
}

/** A citizen who follows us and has just written. */
async function talking(options?: OaBenchOptions): Promise<OaBench> {
  const bench = await opened(options);
  await bench.lin.follow();
  await bench.lin.say('你好');
  return bench;
}

connectorContract('the official account', async () => {
  const bench = await oaBench();
  benches.push(bench);
  return {
    connector: bench.connector,
    async open() {
      await bench.start();
      await bench.lin.follow();
    },
    write: async (text) => void (await bench.lin.say(text)),
    inbounds: () => bench.inbounds,
    commit: () => {},
    shown: async () => bench.lin.reads().join('\n'),
    saysNothingWhenClosed: true,
  };
});

describe('the server address', () => {
  it('echoes to the console, and to nobody else', async () => {
    const { wechat } = await opened();
    expect(await wechat.verify()).toMatchObject({ isAccepted: true });
    expect(await wechat.verify({ signature: '0'.repeat(40) })).toMatchObject({ status: 403 });
    expect(await wechat.verify({ echo: 'x'.repeat(300) })).toMatchObject({ status: 403 });
  });

  it('takes XML and JSON, and answers in the same form', async () => {
    for (const format of ['xml', 'json'] as const) {
      const bench = await opened({ account: { format } });
      bench.answers(() => [{ text: '听到了' }]);
      const push = await bench.lin.say('绑了没显示');
      expect(push.shown).toMatchObject({ via: 'passive', text: '听到了' });
      expect(bench.inbounds[0]?.content).toEqual({ kind: 'text', text: '绑了没显示', masked: [] });
    }
  });

  it('in compatible mode believes the sealed message only', async () => {
    const bench = await opened({ account: { mode: 'compatible' } });
    const request = bench.wechat.pusher.seal(bench.lin.write('真话'));
    const body = String(request.body).replace('真话', '假话');
    await bench.wechat.pusher.post({ ...request, body });
    expect(bench.inbounds.map(({ content }) => content)).toEqual([
      { kind: 'text', text: '真话', masked: [] },
    ]);
  });

  it.each([
    ['no signature', { msg_signature: undefined }],
    ['a wrong signature', { msg_signature: '0'.repeat(40) }],
    ['the signature of the address, which does not cover the body', { encrypt_type: undefined }],
    ['the time of yesterday', { timestamp: '1764000000' }],
    ['a time in milliseconds', { timestamp: '1764000000000' }],
  ])('refuses a push with %s, always alike, and writes nothing down', async (_, change) => {
    const bench = await opened();
    const request = bench.wechat.pusher.seal(bench.lin.write('假的'));
    const query = Object.fromEntries(
      Object.entries({ ...request.query, ...change }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    expect(await bench.wechat.pusher.post({ ...request, query })).toEqual({ status: 403, body: 'refused' });
    expect(bench.inbounds).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'push_refused' }]);
  });

  it('refuses bodies that are too long, are no push, or declare entities', async () => {
    const bench = await opened();
    const request = bench.wechat.pusher.seal(bench.lin.write('x'));
    const long = { ...request, body: `<xml><Encrypt>${'A'.repeat(70_000)}</Encrypt></xml>` };
    expect(await bench.wechat.pusher.post(long)).toMatchObject({ status: 413 });
    for (const body of ['', '{"Encrypt":', `<!DOCTYPE x [<!ENTITY a "b">]>${String(request.body)}`]) {
      expect(await bench.wechat.pusher.post({ ...request, body })).toMatchObject({ status: 403 });
    }
    expect(bench.inbounds).toEqual([]);
  });

  it('takes plain pushes only where that is allowed', async () => {
    const strict = await opened({ account: { mode: 'plain' } });
    await strict.lin.say('你好');
    expect(strict.inbounds).toEqual([]);
    const lenient = await opened({ account: { mode: 'plain' }, settings: { allowPlain: true } });
    lenient.answers(() => [{ text: '听到了' }]);
    expect((await lenient.lin.say('你好')).shown).toMatchObject({ text: '听到了' });
  });

  it('answers with the older key what was sealed with it', async () => {
    const aesKey = 'Z'.repeat(43);
    const bench = await opened({ account: { aesKey } });
    await bench.close();
    benches = [];
    const changing = await opened({
      account: { aesKey },
      settings: { aesKey: 'Y'.repeat(43), previousAesKey: aesKey },
    });
    changing.answers(() => [{ text: '听到了' }]);
    expect((await changing.lin.say('你好')).shown).toMatchObject({ text: '听到了' });
  });

  it('asks WeChat to try again while the house is not open', async () => {
    const bench = await oaBench();
    benches.push(bench);
    expect((await bench.lin.say('你好')).tries).toMatchObject([
      { status: 503 },
      { status: 503 },
      { status: 503 },
    ]);
  });
});

describe('what citizens send', () => {
  it('numbers that identify are masked before they are written down', async () => {
    const bench = await opened();
    await bench.lin.say(`孩子是${CHILD_NUMBER}`);
    expect(JSON.stringify(bench.inbounds)).not.toContain(CHILD_NUMBER);
  });

  it('pictures, voice and files are named, never fetched', async () => {
    const bench = await opened();
    await bench.lin.sendImage();
    await bench.lin.sendVoice();
    await bench.lin.sendVideo();
    await bench.lin.sendLink('https://evil.example/');
    expect(bench.inbounds.map(({ content }) => content)).toEqual(
      ['image', 'voice', 'video', 'link'].map((what) => ({ kind: 'unsupported', what })),
    );
    expect(bench.wechat.calls('/cgi-bin/media/get')).toEqual([]);
  });

  it('voice is typed by whoever can listen, if there is somebody', async () => {
    const speech = {
      recognise: async ({ format }: { format: string }) => (format === 'amr' ? '怎么绑定' : undefined),
    };
    const bench = await opened({ parts: { speech } });
    await bench.lin.sendVoice();
    expect(bench.inbounds[0]?.content).toEqual({ kind: 'text', text: '怎么绑定', masked: [] });
  });

  it('a place on the map becomes its city, without the street', async () => {
    const bench = await opened();
    const place = { latitude: '30', longitude: '110' };
    await bench.lin.sendLocation({ ...place, label: '示例省示例市幸福路1号' });
    await bench.lin.sendLocation({ ...place, label: '' });
    expect(bench.inbounds.map(({ content }) => content)).toEqual([
      { kind: 'text', text: '示例市', masked: [] },
      { kind: 'unsupported', what: 'location' },
    ]);
  });

  it('a scanned code says what it is about, to new and to old followers', async () => {
    const bench = await opened();
    await bench.lin.follow('flow:bind');
    expect(bench.inbounds.map(({ content }) => content)).toEqual([
      { kind: 'opened' },
      { kind: 'choice', value: 'flow:bind' },
    ]);
    expect(new Set(bench.inbounds.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it('leaving, pages looked at and positions are answered and start nothing', async () => {
    const bench = await talking();
    const before = bench.inbounds.length;
    await bench.lin.reportLocation();
    await bench.lin.unfollow();
    expect(bench.inbounds).toHaveLength(before);
    expect(await bench.store.windowOf(bench.addressOf(bench.lin))).toBeUndefined();
  });

  it('two events of one second are two, and the same one again is one', async () => {
    const bench = await opened();
    await bench.lin.follow();
    await bench.lin.follow('flow:bind');
    await bench.lin.follow('flow:bind');
    expect(bench.inbounds.map(({ content }) => content.kind)).toEqual(['opened', 'opened', 'choice']);
  });
});

const RELATIONS = [
  { value: 'parent', label: '父母' },
  { value: 'child', label: '孩子' },
];

describe('offered choices', () => {
  it.each([
    ['a tap', (bench: OaBench) => bench.lin.tap('孩子')],
    ['the number', (bench: OaBench) => bench.lin.say('2')],
    ['a full-width number', (bench: OaBench) => bench.lin.say('２')],
    ['the words', (bench: OaBench) => bench.lin.say('孩子')],
  ])('are chosen by %s', async (_, choose) => {
    for (const menuId of ['kept', 'zero', 'absent'] as const) {
      const bench = await opened({ account: { menuId } });
      bench.answers(({ content }) =>
        content.kind === 'text' ? [{ text: '给谁用？', choices: RELATIONS }] : [],
      );
      await bench.lin.say('我要绑定');
      await choose(bench);
      expect(bench.inbounds.at(-1)?.content).toEqual({ kind: 'choice', value: 'child' });
    }
  });

  it('are chosen after a restart too, and in a menu as in lines', async () => {
    const bench = await talking();
    await bench.say(bench.lin, { text: '给谁用？', choices: RELATIONS });
    expect(bench.lin.screen().at(-1)?.kind).toBe('menu');
    await bench.restart();
    await bench.lin.tap('父母');
    expect(bench.inbounds.at(-1)?.content).toEqual({ kind: 'choice', value: 'parent' });
  });

  it('are gone when something else was said: a number is a number again', async () => {
    const bench = await opened();
    bench.answers(({ content }) =>
      content.kind === 'text' && content.text === '一'
        ? [{ text: '给谁？', choices: RELATIONS }]
        : [{ text: '几岁？' }],
    );
    await bench.lin.say('一');
    await bench.lin.say('二');
    await bench.lin.say('2');
    expect(bench.inbounds.at(-1)?.content).toEqual({ kind: 'text', text: '2', masked: [] });
  });

  it('come as lines where the account has no menus', async () => {
    const bench = await talking({ account: { level: 'test' } });
    expect(await bench.say(bench.lin, { text: '给谁用？', choices: RELATIONS })).toEqual(['sent']);
    expect(bench.lin.reads().at(-1)).toBe('给谁用？\n1. 父母\n2. 孩子');
    expect(bench.events).toContainEqual({ kind: 'trouble', what: 'no_menus', code: '40200' });
  });
});

describe('the answer to a push', () => {
  it('holds all parts of the turn, in order, and uses up no message', async () => {
    const bench = await opened();
    bench.answers(() => [
      { text: '甲' },
      { text: '乙', secure: { purpose: 'verify', url: 'https://x.example/s/1' } },
    ]);
    const push = await bench.lin.say('你好');
    expect(push.shown?.text).toBe('甲\n\n乙\n打开安全页面');
    expect(bench.lin.link('安全页面')).toBe('https://x.example/s/1');
    expect(bench.lin.messagesLeft()).toBe(5);
  });

  it('that comes too late is a message, and the citizen sees that somebody is writing', async () => {
    const bench = await opened();
    const push = await bench.lin.say('查一下');
    expect(push.tries).toMatchObject([{ body: 'success' }]);
    await expect.poll(() => bench.lin.isTypingShown()).toBe(true);
    expect(await bench.say(bench.lin, { text: '查到了' })).toEqual(['sent']);
    expect(bench.lin.screen()).toMatchObject([{ via: 'custom', text: '查到了' }]);
  });

  it('is the same for the same push again, though the house was asked once', async () => {
    const bench = await opened();
    bench.answers(() => [{ text: '听到了' }]);
    const letter = bench.lin.write('你好');
    const first = await bench.wechat.push(letter);
    await bench.restart();
    const second = await bench.wechat.push(letter);
    expect([first.shown?.text, second.shown?.text]).toEqual(['听到了', '听到了']);
    expect(bench.inbounds).toHaveLength(1);
  });

  it('is shown once to two tries at once, and the house was asked once', async () => {
    const bench = await opened();
    bench.answers(() => [{ text: '听到了' }]);
    await bench.lin.say('你好', { delivery: 'twice_at_once' });
    expect(bench.lin.reads()).toEqual(['听到了']);
    expect(bench.inbounds).toHaveLength(1);
  });

  it('is success for a push whose answer went by a message', async () => {
    const bench = await opened();
    const letter = bench.lin.write('你好');
    await bench.wechat.push(letter);
    await bench.say(bench.lin, { text: '听到了' });
    const again = await bench.wechat.push(letter);
    expect(again.tries).toMatchObject([{ body: 'success' }]);
    expect(bench.lin.reads()).toEqual(['听到了']);
  });

  it('waits for those who may not send: a word of theirs brings it', async () => {
    const bench = await opened({ account: { level: 'subscription' }, settings: { canPush: false } });
    const push = await bench.lin.say('查一下');
    expect(push.tries.at(-1)).toMatchObject({ outcome: 'answered' });
    expect(bench.lin.reads()).toEqual(['还在办，请回复“更多”看结果。']);
    expect(await bench.say(bench.lin, { text: '查到了' })).toEqual(['wait_for_citizen']);
    bench.answers(() => [{ text: '查到了' }]);
    await bench.lin.say('更多');
    expect(bench.lin.reads().at(-1)).toBe('查到了');
    expect(bench.inbounds.at(-1)?.content).toEqual({ kind: 'opened' });
  });
});

const LONG = Array.from({ length: 90 }, (_, index) => `第${index + 1}句话，说的是家庭共济怎么用。`).join('');

describe('a long text', () => {
  it('goes on when the citizen asks, after a restart too, and uses up no more messages', async () => {
    const bench = await opened();
    bench.answers(() => [{ text: LONG }]);
    await bench.lin.say('讲讲');
    const before = bench.lin.messagesLeft();
    await bench.restart();
    await bench.lin.tap('更多');
    await bench.lin.say('更多');
    const words = bench.lin
      .reads()
      .map((text) => text.replace(/\n\n回复“更多”接着看。$/u, ''))
      .join('');
    expect(words).toBe(LONG);
    expect(bench.inbounds).toHaveLength(1);
    expect(bench.lin.messagesLeft()).toBe(Math.max(before, 5));
    expect(Math.max(...bench.lin.reads().map(bytesOf))).toBeLessThanOrEqual(TEXT_MAX_BYTES);
  });

  it('sent by itself takes two messages at most', async () => {
    const bench = await talking();
    await bench.say(bench.lin, { text: LONG });
    expect(bench.lin.screen()).toHaveLength(2);
    expect(bench.lin.reads().at(-1)).toMatch(/回复“更多”接着看。$/u);
    await bench.lin.say('更多');
    expect(bench.lin.screen().at(-1)).toMatchObject({ via: 'passive' });
  });

  it('更多 means what it says when nothing is left', async () => {
    const bench = await opened();
    await bench.lin.say('更多');
    expect(bench.inbounds[0]?.content).toMatchObject({ kind: 'text', text: '更多' });
  });
});

describe('what may be sent', () => {
  it('is never more than WeChat allows, and one is kept for the word that a person has taken over', async () => {
    const bench = await opened();
    await bench.lin.say('你好');
    const states = [];
    for (let count = 0; count < 5; count += 1)
      states.push(...(await bench.say(bench.lin, { text: `${count}` })));
    expect(states).toEqual(['sent', 'sent', 'sent', 'sent', 'wait_for_citizen']);
    expect(await bench.say(bench.lin, { id: 'staff.claimed', text: '我来接手' })).toEqual(['sent']);
    expect(await bench.say(bench.lin, { id: 'staff.replied', text: '还有' })).toEqual(['wait_for_citizen']);
    expect(bench.events.filter(({ kind }) => kind === 'trouble')).toEqual([]);
  });

  it('ends after two days: one notice, not one for each part', async () => {
    const notice = 'SN_progress_0001';
    const bench = await talking({ settings: { subscriptionId: notice, templateId: 'TM_progress_0001' } });
    bench.lin.user.consents.set(notice, 'long_term');
    bench.clock.pass(48 * HOUR);
    expect(await bench.say(bench.lin, { text: '办好了' }, { text: '还有' })).toEqual([
      'wait_for_citizen',
      'wait_for_citizen',
    ]);
    expect(await bench.say(bench.lin, { text: '又一件' })).toEqual(['wait_for_citizen']);
    expect(bench.lin.reads()).toEqual(['您办的事项\n有新消息\n2026-11-25 10:00']);
  });

  it('who has not agreed to notices gets the template', async () => {
    const bench = await talking({
      settings: { subscriptionId: 'SN_progress_0001', templateId: 'TM_progress_0001' },
    });
    bench.clock.pass(48 * HOUR);
    await bench.say(bench.lin, { text: '办好了' });
    await bench.wechat.settled();
    expect(bench.lin.screen()).toMatchObject([{ kind: 'notice' }]);
  });

  it('is believed to be shut when WeChat says so', async () => {
    const bench = await talking();
    bench.wechat.faults.next(SEND, { kind: 'errcode', errcode: 45015 });
    expect(await bench.say(bench.lin, { text: '一' })).toEqual(['wait_for_citizen']);
    expect(await bench.store.windowOf(bench.addressOf(bench.lin))).toBeUndefined();
  });
});

describe('when sending goes wrong', () => {
  it('a lost answer is not sent again by itself: it may have arrived', async () => {
    const bench = await talking();
    bench.wechat.faults.next(SEND, { kind: 'drop_answer' });
    const outbounds = bench.outbounds(bench.lin, { text: '已提交' });
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await bench.connector.deliverAll(outbounds)).toEqual([
        { state: 'wait_for_citizen', code: 'uncertain' },
      ]);
    }
    expect(bench.lin.reads()).toEqual(['已提交']);
    expect(bench.events).toContainEqual({ kind: 'trouble', what: 'lost', code: 'no_answer' });
  });

  it('what may not have arrived is said once more with the answer to the next word, and why', async () => {
    const bench = await talking();
    bench.wechat.faults.next(SEND, { kind: 'drop_answer' });
    const doubtful = bench.outbounds(bench.lin, { text: '已提交' });
    await bench.connector.deliverAll(doubtful);
    bench.clock.pass(HOUR);
    bench.answers(() => undefined);
    await bench.lin.say('在吗');
    const both = [...doubtful, ...bench.outbounds(bench.lin, { text: '在的' })];
    expect((await bench.connector.deliverAll(both)).map(({ state }) => state)).toEqual(['sent', 'sent']);
    const [, said = ''] = bench.lin.reads();
    expect(said.split('\n').filter((line) => line !== '')).toEqual(['再发一遍：', '已提交', '在的']);
    expect((await bench.connector.deliverAll(both)).map(({ state }) => state)).toEqual(['sent', 'sent']);
    expect(bench.lin.reads()).toHaveLength(2);
  });

  it('a busy WeChat is tried again later, and nothing was used up', async () => {
    const bench = await talking();
    bench.wechat.faults.next(SEND, { kind: 'errcode', errcode: -1 });
    const outbounds = bench.outbounds(bench.lin, { text: '已提交' });
    await expect(bench.connector.deliverAll(outbounds)).rejects.toMatchObject({ retry: 'later' });
    expect((await bench.store.windowOf(bench.addressOf(bench.lin)))?.left).toBe(8);
    expect((await bench.connector.deliverAll(outbounds)).map(({ state }) => state)).toEqual(['sent']);
    expect(bench.lin.reads()).toEqual(['已提交']);
  });

  it('a message that will never be taken is not tried again', async () => {
    const bench = await talking();
    bench.lin.user.isBlacklisted = true;
    await expect(
      bench.connector.deliverAll(bench.outbounds(bench.lin, { text: '一' })),
    ).rejects.toMatchObject({
      code: 'channel_refused',
      retry: 'never',
    });
  });

  it('trouble with the account is told to people', async () => {
    const bench = await talking();
    bench.wechat.faults.next(SEND, { kind: 'errcode', errcode: 45009 });
    await expect(bench.say(bench.lin, { text: '一' })).rejects.toMatchObject({ retry: 'later' });
    expect(bench.events).toContainEqual({ kind: 'trouble', what: 'alarm', code: '45009' });
  });

  it('the end of a text that could not be sent waits, the beginning is not said twice', async () => {
    const bench = await talking();
    const outbounds = bench.outbounds(bench.lin, { text: LONG.slice(0, 900) });
    bench.wechat.faults.next(SEND, { kind: 'errcode', errcode: 0 });
    bench.wechat.faults.next(SEND, { kind: 'errcode', errcode: -1 });
    const delivered = await bench.connector.deliverAll(outbounds);
    expect(delivered.map(({ state }) => state)).toEqual(['sent']);
    expect((await bench.store.talkOf(bench.addressOf(bench.lin))).rest).toBeDefined();
  });
});

describe('the access token', () => {
  it('is asked for once by many at once, and anew when it has ended', async () => {
    const bench = await talking();
    const asked = () => bench.wechat.calls('/cgi-bin/stable_token').length;
    const before = asked();
    await Promise.all([1, 2, 3].map((count) => bench.say(bench.lin, { text: `${count}` })));
    expect(asked() - before).toBeLessThanOrEqual(1);
    bench.wechat.tokens.revoke();
    expect(await bench.say(bench.lin, { text: '四' })).toEqual(['sent']);
    expect(bench.connector.health()).toMatchObject({ tokenAgeMs: 0, lastPushAgeMs: 0 });
  });

  it('that cannot be had makes the message wait, and nothing was used up', async () => {
    const bench = await talking({ settings: { secret: 'f'.repeat(32) } });
    await expect(bench.say(bench.lin, { text: '一' })).rejects.toMatchObject({ code: 'channel_unavailable' });
    expect((await bench.store.windowOf(bench.addressOf(bench.lin)))?.left).toBe(8);
  });
});

const RENDER: RenderParts = {
  words: (id) => WORDS[id] ?? '',
  moreWord: '更多',
  address: (url) => url,
  hasMenus: true,
};
const part = (more: Partial<OutboundPart>): OutboundPart => ({
  id: 'test.said',
  params: {},
  text: '',
  ...more,
});
const SECURE = { purpose: 'verify', url: 'https://x.example/s/1' } as const;

describe('messages', () => {
  it('a short way to a secure page is a card, after what explains it', () => {
    const { pieces } = composeMessages(
      [part({ text: '要先核验。' }), part({ text: '请打开', secure: SECURE })],
      RENDER,
    );
    expect(pieces).toEqual([
      { kind: 'text', text: '要先核验。' },
      { kind: 'card', title: '打开安全页面', description: '请打开', url: SECURE.url },
    ]);
  });

  it('a linked mini program opens the page, with the address for those who cannot', () => {
    const miniProgram = { appId: 'wx00000000000000aa', path: () => 'pages/secure?t=1' };
    const { pieces } = composeMessages([part({ text: '请打开', secure: SECURE })], {
      ...RENDER,
      miniProgram,
    });
    expect(pieces).toMatchObject([
      { kind: 'text', text: expect.stringContaining('data-miniprogram-path="pages/secure?t=1"') },
    ]);
  });

  it('words that look like our own links lose their power', () => {
    expect(withoutMarkup('点<a href="weixin://bizmsgmenu?x">这里</a> weixin://dl/x 看')).toBe('点这里  看');
    const label = '"><a href="https://evil.example">';
    const [piece] = composeAnswer([part({ text: '选', choices: [{ value: 'x', label }] })], RENDER).pieces;
    expect(piece).toMatchObject({ text: expect.not.stringContaining('href="https://evil') });
  });

  it('numbers go on through all parts, so that each means one thing', () => {
    const parts = [part({ text: '一', choices: RELATIONS }), part({ text: '二', choices: RELATIONS })];
    const [piece] = composeAnswer(parts, RENDER).pieces;
    expect(piece).toMatchObject({ text: expect.stringMatching(/1\. .*2\. .*二.*3\. .*4\. /su) });
  });
});

describe('splitting', () => {
  it('ends at a sentence, and loses nothing', () => {
    const [head, rest] = splitText(LONG, 100);
    expect(head.endsWith('。')).toBe(true);
    expect(head + rest).toBe(LONG);
    expect(bytesOf(head)).toBeLessThanOrEqual(100);
  });

  it('cuts a sentence that is too long between two characters, never inside one', () => {
    const [head, rest] = splitText('𠮷'.repeat(40), 50);
    expect(head).toBe('𠮷'.repeat(12));
    expect(head + rest).toBe('𠮷'.repeat(40));
  });

  it('never cuts a link', () => {
    const anchor = '<a href="https://x.example/s/123456789012345678901234567890">打开</a>';
    const [head, rest] = splitText(`请看${anchor}`, 40);
    expect([head, rest]).toEqual(['请看', anchor]);
  });
});

describe('opening a secure page in WeChat', () => {
  const TOKEN = 'T'.repeat(43);

  async function withPage(): Promise<{ bench: OaBench; address: string }> {
    const bench = await talking({ settings: { oauth: true } });
    const conversation = await bench.store.conversationAt(bench.addressOf(bench.lin));
    if (conversation === undefined) throw new Error('no conversation');
    await bench.store.commitTurn({
      conversation: { ...conversation, version: conversation.version + 1 },
      seqs: [],
      log: { events: [], from: [], to: [], effects: [], understanding: null, costMs: 0, knowledge: 'k' },
      replies: [],
      tasks: [],
      links: [
        {
          id: 'l_1' as LinkId,
          tokenDigest: digestOf(TOKEN),
          purpose: 'verify',
          context: {},
          expiresAt: bench.clock.now() + HOUR,
        },
      ],
      timers: [],
      cases: [],
    });
    const secure = { purpose: 'verify', url: `${bench.url}/s/${TOKEN}` } as const;
    await bench.say(bench.lin, { text: '请打开', secure });
    return { bench, address: bench.lin.link('安全页面') };
  }

  /** What a browser does: keeps the cookie of the first answer for the second. */
  async function enter(address: string, phone: OaBench['lin'], changed: (url: URL) => void = () => {}) {
    const first = await fetch(address, { redirect: 'manual' });
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const { location = '' } = await phone.authorize(first.headers.get('location') ?? '');
    const back = new URL(location);
    changed(back);
    const second = await fetch(back, { redirect: 'manual', headers: { Cookie: cookie } });
    return { second, back, cookie };
  }

  it('the address in the talk does not hold the secret of the page', async () => {
    const { address } = await withPage();
    expect(address).toMatch(/\/wechat\/oa\/enter\/[\w-]+$/u);
    expect(address).not.toContain(TOKEN);
  });

  it('lets in the one whose talk it was', async () => {
    const { bench, address } = await withPage();
    const { second } = await enter(address, bench.lin);
    expect([second.status, second.headers.get('location')]).toEqual([302, `${bench.url}/s/${TOKEN}`]);
  });

  it('lets in nobody else, and no visitor whom WeChat does not name', async () => {
    const { bench, address } = await withPage();
    const { second } = await enter(address, bench.wechat.phone('wang'));
    expect([second.status, await second.text()]).toEqual([403, '不是发给您的']);
    bench.lin.user.isSnapshot = true;
    const visitor = await enter(address, bench.lin);
    expect([visitor.second.status, await visitor.second.text()]).toEqual([403, '请使用完整服务']);
  });

  it('a state serves once, and in the browser it was made for', async () => {
    const { bench, address } = await withPage();
    const { second, back, cookie } = await enter(address, bench.lin);
    expect(second.headers.get('set-cookie')).toMatch(/Max-Age=0/u);
    expect((await fetch(back, { redirect: 'manual' })).status).toBe(403);
    // Even with the cookie kept by force: WeChat gave the code for one use.
    expect((await fetch(back, { redirect: 'manual', headers: { Cookie: cookie } })).status).toBe(403);
    const forged = await enter(address, bench.lin, (url) => url.searchParams.set('state', 'a'.repeat(64)));
    expect(forged.second.status).toBe(403);
  });

  it('an address that was changed opens nothing', async () => {
    const { address } = await withPage();
    const changed = `${address.slice(0, -2)}${address.endsWith('AA') ? 'BB' : 'AA'}`;
    expect((await fetch(changed, { redirect: 'manual' })).status).toBe(404);
  });
});
