/** Real Wechaty on its mock puppet; nothing of it is replaced. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { callsByName, contentOf, withoutNames } from '../../src/connectors/wechaty/parse.ts';
import { createPulse } from '../../src/connectors/wechaty/pulse.ts';
import { chosenFrom, renderPart, TEXT_MAX } from '../../src/connectors/wechaty/render.ts';
import type { Receive } from '../../src/contracts/connector.ts';
import { groupUser } from '../../src/domain/standing.ts';
import { CHILD_NUMBER } from '../secure/tiny-desk.ts';
import { type Bench, connectorContract } from './contract.ts';
import { createTinyStore } from './tiny-store.ts';
import { type Person, picture, ROOM, wechatyBench } from './wechaty-bench.ts';

/** Wechaty's numbers for a request of friendship and for one that was granted. */
const CONFIRM = 1;
const RECEIVE = 2;

connectorContract('Wechaty', async (): Promise<Bench> => {
  const bench = wechatyBench();
  return {
    connector: bench.connector,
    async open() {
      await bench.start();
      await bench.logIn();
      bench.befriend('li', CONFIRM);
      await arrivals(bench, 1);
    },
    async write(text) {
      const before = bench.inbounds().length;
      bench.say('li', text);
      await arrivals(bench, before + 1);
    },
    inbounds: () => bench.inbounds(),
    commit: () => {},
    shown: async () => bench.screen('li').join('\n'),
    saysNothingWhenClosed: true,
  };
});

type TestBench = ReturnType<typeof wechatyBench>;

/** Lets Wechaty load and pass on what was said, until so many inbounds are written down. */
async function arrivals({ inbounds }: Pick<TestBench, 'inbounds'>, count: number): Promise<void> {
  for (let turns = 0; inbounds().length < count; turns += 1) {
    if (turns > 20_000) throw new Error(`${inbounds().length} of ${count} messages arrived`);
    await new Promise(setImmediate);
  }
}

async function open(given?: Parameters<typeof wechatyBench>[0]): Promise<TestBench> {
  const bench = wechatyBench(given);
  onTestFinished(() => bench.connector.stop());
  await bench.start();
  await bench.logIn();
  return bench;
}

const textsOf = (bench: TestBench, user?: string): readonly string[] =>
  bench
    .inbounds()
    .filter(({ address }) => user === undefined || address.user === user)
    .map(({ content }) => (content.kind === 'text' ? content.text : content.kind));

describe('what people write through Wechaty', () => {
  it('stays in order in every conversation, when fifty messages come at once', async () => {
    const bench = await open();
    const people: readonly Person[] = ['li', 'wang', 'zhao'];
    for (let at = 0; at < 50; at += 1) bench.say(people[at % 3] as Person, `第${at}句`);
    await arrivals(bench, 50);
    const expected = people.map((_, who) =>
      Array.from({ length: 50 }, (__, at) => at)
        .filter((at) => at % 3 === who)
        .map((at) => `第${at}句`),
    );
    expect(people.map((who) => textsOf(bench, who))).toEqual(expected);
  });

  it('stays in order when the puppet is slow to load some of it', async () => {
    const bench = await open();
    const { puppet } = bench.lives.at(-1) as TestBench['lives'][number];
    const load = puppet.messageRawPayload.bind(puppet);
    const { promise: isFree, resolve: free } = Promise.withResolvers<void>();
    let first = '';
    puppet.messageRawPayload = async (id) => {
      first ||= id;
      if (id === first) await isFree;
      return load(id);
    };
    bench.say('li', '先说的');
    bench.say('li', '后说的');
    for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
    expect(textsOf(bench)).toEqual([]);
    free();
    await arrivals(bench, 2);
    expect(textsOf(bench)).toEqual(['先说的', '后说的']);
  });

  it('is tried again when it cannot be written down, and an error ends neither process nor lane', async () => {
    const store = createTinyStore();
    let refusals = 4;
    const receive: Receive = async (inbound) => {
      if (inbound.content.kind === 'text' && inbound.content.text === '写不下' && refusals-- > 0)
        throw new Error('disk full');
      return store.receive(inbound);
    };
    const bench = await open({ receive });
    bench.say('li', '写不下');
    bench.say('li', '写得下');
    await arrivals({ inbounds: () => store.inbounds }, 1);
    await bench.connector.settled();
    // Four tries and three pauses between them; then it is given up, loudly, and the next one is taken.
    expect(store.inbounds.map(({ content }) => content)).toEqual([
      { kind: 'text', text: '写得下', masked: [] },
    ]);
    expect(bench.pauses).toEqual([500, 2_000, 8_000]);
    expect(bench.failures).toEqual(['Error']);
  });

  it('does not end the process when Wechaty itself reports an error, or a listener meets nonsense', async () => {
    const bench = await open();
    const { puppet } = bench.lives.at(-1) as TestBench['lives'][number];
    puppet.emit('error', { gerror: 'gateway lost' });
    puppet.emit('message', { messageId: 'nobody-said-this' });
    puppet.friendshipRawPayload = async () => {
      throw new Error('no such request');
    };
    puppet.emit('friendship', { friendshipId: 'none' });
    bench.say('li', '还在吗');
    await arrivals(bench, 1);
    expect(textsOf(bench)).toEqual(['还在吗']);
    expect(bench.failures.length).toBeGreaterThanOrEqual(2);
  });

  it('is no echo of our own words', async () => {
    const bench = await open();
    await bench.deliver('li', { text: '我说的' });
    bench.say('li', '您说的');
    await arrivals(bench, 1);
    expect(textsOf(bench)).toEqual(['您说的']);
  });

  it('is answered kindly when it is a picture, a voice or something unknown', async () => {
    const bench = await open();
    for (const name of ['a.png', 'a.sil', 'a.amr', 'a.pdf']) bench.say('li', picture(name));
    await arrivals(bench, 4);
    expect(bench.inbounds().map(({ content }) => content)).toEqual(
      ['image', 'audio', 'unknown', 'unknown'].map((what) => ({ kind: 'unsupported', what })),
    );
  });

  it('goes unanswered when a service account says it: two programs would talk for ever', async () => {
    const bench = await open();
    const { mocker } = bench.lives.at(-1) as TestBench['lives'][number];
    const service = mocker.createContact({ id: 'gh_1', name: '服务号示例', type: 2 });
    service.say('欢迎关注').to(mocker.ContactMock.load('bot'));
    bench.say('li', '您好');
    await arrivals(bench, 1);
    expect(textsOf(bench)).toEqual(['您好']);
  });

  it('chooses an offered answer by its number or label, until the next ones are offered', async () => {
    const bench = await open();
    const choices = [
      { value: 'yes', label: '好' },
      { value: 'no', label: '不用' },
    ];
    await bench.deliver('li', { text: '现在办吗？', choices });
    bench.say('li', '２');
    bench.say('li', '好');
    bench.say('wang', '2');
    await arrivals(bench, 3);
    const contents = bench.inbounds().map(({ content }) => content);
    expect(contents).toContainEqual({ kind: 'choice', value: 'no' });
    expect(contents).toContainEqual({ kind: 'choice', value: 'yes' });
    expect(contents).toContainEqual({ kind: 'text', text: '2', masked: [] });
  });
});

describe('a group on Wechaty', () => {
  it('is heard only when it speaks to us, by mention or by name', async () => {
    const bench = await open();
    bench.say('li', '今晚吃什么', { alone: false });
    bench.say('li', `@${'共济助手'}\u2005家庭共济是什么`, { mention: true });
    bench.say('wang', '@共济助手 怎么绑定', { alone: false });
    bench.say('wang', '@共济助手们 不是叫你', { alone: false });
    bench.say('zhao', '跟@共济助手 说过了', { alone: false });
    bench.say('zhao', picture('b.png'), { alone: false });
    bench.say('zhao', '最后一句');
    await arrivals(bench, 3);
    await bench.connector.settled();
    expect(textsOf(bench, groupUser(ROOM, 'li'))).toEqual(['家庭共济是什么']);
    expect(textsOf(bench, groupUser(ROOM, 'wang'))).toEqual(['怎么绑定']);
    expect(textsOf(bench)).toHaveLength(3);
  });

  it('is answered in the group, to whoever asked, and nobody else sees it as theirs', async () => {
    const bench = await open();
    await bench.deliver(groupUser(ROOM, 'wang'), { text: '您问的是这个' });
    expect(bench.screen('group')).toEqual([expect.stringMatching(/^@王示例\s您问的是这个$/u)]);
    expect(bench.screen('wang')).toEqual([]);
  });

  it('never sees the address of a secure page', async () => {
    const bench = await open();
    const secure = { purpose: 'verify' as const, url: 'https://example.invalid/s/secret' };
    await bench.deliver(groupUser(ROOM, 'li'), { text: '请到安全页面', secure });
    await bench.deliver('li', { text: '请到安全页面', secure });
    expect([...bench.screen('group'), ...bench.screen('li')].join()).not.toContain('secret');
  });

  it('has numbers hidden like everybody else', async () => {
    const bench = await open();
    bench.say('li', `@共济助手 ${CHILD_NUMBER}`, { mention: true });
    await arrivals(bench, 1);
    expect(JSON.stringify(bench.inbounds())).not.toContain(CHILD_NUMBER);
  });
});

describe('what we say through Wechaty', () => {
  it('goes out one at a time, a second or two apart, however many conversations wait', async () => {
    const bench = await open();
    await Promise.all(
      Array.from({ length: 12 }, (_, at) => bench.deliver(at % 2 === 0 ? 'li' : 'wang', { text: `${at}` })),
    );
    expect(bench.screen('li')).toEqual(['0', '2', '4', '6', '8', '10']);
    expect(bench.screen('wang')).toEqual(['1', '3', '5', '7', '9', '11']);
    expect(bench.pauses).toHaveLength(12);
    expect(bench.pauses.every((ms) => ms >= 1_000 && ms <= 2_000)).toBe(true);
  });

  it('waits in the outbox while the account is logged out', async () => {
    const bench = wechatyBench();
    onTestFinished(() => bench.connector.stop());
    await bench.start();
    await expect(bench.deliver('li', { text: '早了' })).rejects.toMatchObject({
      code: 'channel_unavailable',
      retry: 'later',
    });
    await bench.logIn();
    await bench.deliver('li', { text: '现在可以' });
    expect(bench.screen('li')).toEqual(['现在可以']);
  });

  it('is refused for good when nobody has that id any more', async () => {
    const bench = await open();
    await expect(bench.deliver('gone', { text: '您好' })).rejects.toMatchObject({ code: 'channel_refused' });
  });

  it('goes on where it stopped when a long part fails in the middle', async () => {
    const bench = await open();
    const { puppet } = bench.lives.at(-1) as TestBench['lives'][number];
    const send = puppet.messageSendText.bind(puppet);
    let sends = 0;
    puppet.messageSendText = async (to, text) => {
      sends += 1;
      if (sends === 2) throw new Error('line lost');
      await send(to, text);
    };
    const text = `${'甲'.repeat(TEXT_MAX - 10)}。\n${'乙'.repeat(20)}`;
    await expect(bench.deliver('li', { text }, 'k')).rejects.toMatchObject({ code: 'channel_unavailable' });
    await bench.deliver('li', { text }, 'k');
    expect(bench.screen('li').map((piece) => piece[0])).toEqual(['甲', '乙']);
  });
});

describe('the life of a Wechaty account', () => {
  it('lets contacts in only where that is wanted', async () => {
    for (const acceptsContacts of [false, true]) {
      const bench = await open({ acceptsContacts });
      const { puppet } = bench.lives.at(-1) as TestBench['lives'][number];
      const accepted: string[] = [];
      puppet.friendshipAccept = async (id) => void accepted.push(id);
      bench.befriend('zhao', RECEIVE);
      bench.say('li', '您好');
      await arrivals(bench, 1);
      await bench.connector.settled();
      expect(accepted).toEqual(acceptsContacts ? ['f-zhao'] : []);
    }
  });

  it('is built anew after two beats without a sign of life, and goes on hearing and saying', async () => {
    const bench = await open({ isMute: true });
    await bench.connector.beat();
    await bench.connector.beat();
    expect(bench.connector.health()).toMatchObject({ misses: 1, rebuilds: 0 });
    await bench.connector.beat();
    expect(bench.connector.health()).toMatchObject({ misses: 0, rebuilds: 1 });
    expect(bench.lives).toHaveLength(2);
    await bench.logIn();
    bench.say('li', '又见面了');
    await arrivals(bench, 1);
    await bench.deliver('li', { text: '我回来了' });
    expect(bench.screen('li')).toEqual(['我回来了']);
    // What the old bot may still say is not heard twice.
    const [old] = bench.lives;
    old?.mocker.ContactMock.load('li').say('旧的').to(old.mocker.ContactMock.load('bot'));
    bench.say('li', '新的');
    await arrivals(bench, 2);
    expect(textsOf(bench)).toEqual(['又见面了', '新的']);
  });

  it('counts a message or an answer to the probe as a sign of life', async () => {
    const bench = await open({ isMute: true });
    for (let beats = 0; beats < 5; beats += 1) {
      await bench.connector.beat();
      bench.say('li', `${beats}`);
      await arrivals(bench, beats + 1);
    }
    expect(bench.connector.health()).toMatchObject({ rebuilds: 0, state: 'logged_in' });
    expect(bench.connector.health().lastMessageAt).toBeDefined();
  });

  it('hears the answer of a real puppet to the probe', async () => {
    const bench = await open();
    const { puppet } = bench.lives.at(-1) as TestBench['lives'][number];
    await bench.connector.beat();
    await new Promise((resolve) => puppet.once('dong', resolve));
    await bench.connector.beat();
    expect(bench.connector.health().misses).toBe(0);
  });

  it('starts again after it was stopped', async () => {
    const bench = await open();
    await bench.connector.stop();
    expect(bench.connector.health().state).toBe('off');
    await bench.start();
    await bench.logIn();
    bench.say('li', '第二天');
    await arrivals(bench, 1);
    expect(textsOf(bench)).toEqual(['第二天']);
  });

  it('writes down what was heard before it stops', async () => {
    const bench = await open();
    bench.say('li', '最后一句');
    await bench.connector.stop();
    expect(textsOf(bench)).toEqual(['最后一句']);
  });

  it('is off, and says so, when the package is not installed', async () => {
    const bench = wechatyBench({ specifier: 'wechaty-that-nobody-installed' });
    await bench.start();
    await bench.connector.beat();
    expect(bench.states).toEqual(['missing']);
    expect(bench.failures).toEqual(['channel_missing']);
    await expect(bench.deliver('li', { text: '您好' })).rejects.toMatchObject({ retry: 'later' });
    await bench.connector.stop();
  });

  it('goes on trying when the named puppet is not installed', async () => {
    const bench = wechatyBench({ puppet: 'wechaty-puppet-that-nobody-installed' });
    onTestFinished(() => bench.connector.stop());
    await bench.start();
    expect(bench.failures.length).toBeGreaterThan(0);
    expect(bench.connector.health().state).not.toBe('logged_in');
  });
});

describe('the words of Wechaty', () => {
  it('tell a name from a longer one, with the blank of a phone or of a computer behind it', () => {
    expect(callsByName('@小助\u2005在吗', ['小助'])).toBe(true);
    expect(callsByName('  @小助 在吗', ['小助'])).toBe(true);
    expect(callsByName('@小助', ['小助'])).toBe(true);
    expect(callsByName('@小助手 在吗', ['小助'])).toBe(false);
    expect(callsByName('@a.c 在吗', ['a+c', 'abc'])).toBe(false);
    expect(withoutNames('@小助\u2005 帮我看看 @小助 ', ['小助'])).toBe('帮我看看');
  });

  it('are nothing when the client made them itself, and a greeting when we were only called', () => {
    expect(contentOf('Recalled', '123')).toBeUndefined();
    expect(contentOf('GroupNote', '某人加入了群聊')).toBeUndefined();
    expect(contentOf('Text', '  ')).toEqual({ kind: 'opened' });
  });

  it('number the offered answers, and break long texts at a line, never inside a character', () => {
    const part = { id: 'x', params: {}, text: '选一个', choices: [{ value: 'a', label: '甲' }] };
    expect(renderPart(part)).toEqual(['选一个\n1 甲']);
    const emoji = renderPart({ id: 'x', params: {}, text: '𠮷'.repeat(TEXT_MAX + 5) });
    expect(emoji.map((piece) => [...piece].length)).toEqual([TEXT_MAX, 5]);
    expect(chosenFrom([], { kind: 'text', text: '1', masked: [] }).kind).toBe('text');
  });

  it('make two silent beats a death, and any sign a fresh start', () => {
    let asked = 0;
    const pulse = createPulse(() => {
      asked += 1;
    });
    expect([pulse.beat(), pulse.beat(), pulse.beat()]).toEqual(['fine', 'fine', 'dead']);
    pulse.reset();
    expect(pulse.beat()).toBe('fine');
    pulse.alive();
    expect([pulse.beat(), pulse.misses]).toEqual(['fine', 0]);
    expect(asked).toBe(4);
  });
});
