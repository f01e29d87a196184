/** What goes wrong between WeChat and us: late answers, shut windows, lost calls, ended tokens, restarts. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../doubles/wechat/phone.ts';
import { type House, type HouseOptions, openHouse } from './house.ts';
import { acts, expectShownOnce, heard, written } from './whole.ts';

const SEND = '/cgi-bin/message/custom/send';
const HOUR = 3_600_000;

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});
async function open(options: HouseOptions = {}): Promise<House> {
  house = await openHouse(options);
  return house;
}
/** The house gives up waiting for its own answer early: the wait itself is nothing to test. */
const hasty = (options: HouseOptions = {}) => open({ patienceMs: 200, ...options });

async function says(opened: House, phone: Phone, text: string): Promise<void> {
  await phone.say(text);
  await opened.settled();
}

describe('a house that is late', () => {
  it('lets WeChat try again, and answers the try that waits', async () => {
    const opened = await hasty({ secondMs: 100 });
    const lin = opened.wechat.phone('lin');
    const release = opened.hold('receive');
    const pushed = lin.say('绑定以后看病用谁的卡');
    await opened.wechat.tried(2);
    release();
    const { tries } = await pushed;
    await opened.settled();
    expect(tries[0]).toEqual({ outcome: 'cut' });
    expect(await written(opened, lin)).toEqual(['绑定以后看病用谁的卡']);
    await expectShownOnce(opened, lin);
  });

  it('answers later by a customer message, and shows meanwhile that it is at it', async () => {
    const opened = await hasty();
    const lin = opened.wechat.phone('lin');
    const release = opened.hold('commitTurn');
    const push = await lin.say('绑定以后看病用谁的卡');
    expect(push.tries).toMatchObject([{ outcome: 'answered', body: 'success' }]);
    expect(lin.reads()).toEqual([]);
    release();
    await opened.settled();
    expect(lin.screen().map(({ via }) => via)).toContain('custom');
    await expectShownOnce(opened, lin);
  });
});

describe('messages out of order', () => {
  it('are all written down and each is answered', async () => {
    const opened = await open();
    const lin = opened.wechat.phone('lin');
    const [first, second] = [lin.write('家庭共济是什么'), lin.write('岳母可以绑吗')];
    await opened.wechat.push(second);
    await opened.wechat.push(first);
    await opened.settled();
    expect((await written(opened, lin)).toSorted()).toEqual(['岳母可以绑吗', '家庭共济是什么'].toSorted());
    await expectShownOnce(opened, lin);
  });

  it('of one second are not taken for one', async () => {
    const opened = await open();
    const lin = opened.wechat.phone('lin');
    await Promise.all([lin.say('你好'), lin.say('你好')]);
    await opened.settled();
    expect(await written(opened, lin)).toEqual(['你好', '你好']);
  });
});

describe('following', () => {
  it('is greeted once, however often it is pushed', async () => {
    const opened = await open();
    const lin = opened.wechat.phone('lin');
    await lin.follow();
    await opened.settled();
    expect(lin.reads()).toHaveLength(1);
    await expectShownOnce(opened, lin);
  });

  it('that ends is answered by nothing', async () => {
    const opened = await open();
    const lin = opened.wechat.phone('lin');
    await lin.follow();
    await lin.unfollow();
    await opened.settled();
    expect(lin.reads()).toHaveLength(1);
    expect(opened.wechat.complaints()).toEqual([]);
  });
});

describe('what can not be read', () => {
  it('is answered kindly, and nothing of it is kept', async () => {
    const opened = await open();
    const lin = opened.wechat.phone('lin');
    await lin.sendImage();
    await lin.sendVoice();
    await lin.sendVideo();
    await lin.sendLink('https://evil.example/');
    await opened.settled();
    expect(lin.reads().length).toBeGreaterThan(0);
    expect(lin.screen().filter(({ kind }) => kind === 'fault')).toEqual([]);
    expect(JSON.stringify(await opened.history(lin))).not.toContain('evil.example');
  });
});

describe('a window that is shut', () => {
  it('keeps what is to be said until the citizen writes again', async () => {
    const opened = await open();
    const husband = opened.wechat.phone('zhao');
    await says(opened, husband, '给老婆绑定两天了还是没显示');
    await husband.tap('可以查');
    await opened.settled();
    await opened.proveAs(husband, 'zhao-qiang');
    await opened.pass(49 * HOUR);
    const before = husband.reads().length;
    await opened.app.office.happen({ event: 'decline_invitation', dependent: 'sun-li' });
    await opened.settled();
    expect(husband.reads()).toHaveLength(before);
    await says(opened, husband, '你好');
    expect(await heard(opened, husband)).toContain('office.application.changed.DECLINED');
    await expectShownOnce(opened, husband);
  });

  it('is believed when WeChat says so first', async () => {
    const opened = await hasty();
    const lin = opened.wechat.phone('lin');
    const release = opened.hold('commitTurn');
    await lin.say('绑定以后看病用谁的卡');
    opened.wechat.faults.next(SEND, { kind: 'errcode', errcode: 45015 });
    release();
    await opened.settled();
    expect(lin.reads()).toEqual([]);
    await says(opened, lin, '在吗');
    await expectShownOnce(opened, lin);
  });
});

describe('the API', () => {
  async function late(opened: House, phone: Phone, trouble: () => void): Promise<void> {
    const release = opened.hold('commitTurn');
    await phone.say('绑定以后看病用谁的卡');
    trouble();
    release();
    await opened.settled();
  }

  it('may have ended our token: another is asked for, once', async () => {
    const opened = await hasty();
    const lin = opened.wechat.phone('lin');
    await late(opened, lin, () => opened.wechat.tokens.revoke());
    await expectShownOnce(opened, lin);
    expect(opened.wechat.tokens.made()).toBeLessThanOrEqual(2);
  });

  it('may be busy: the same is said a little later', async () => {
    const opened = await hasty();
    const lin = opened.wechat.phone('lin');
    await late(opened, lin, () => opened.wechat.faults.next(SEND, { kind: 'errcode', errcode: -1 }));
    await opened.pass(60_000);
    await opened.pass(600_000);
    await expectShownOnce(opened, lin);
  });

  it('may do the work and lose its answer: nothing is shown twice', async () => {
    const opened = await hasty();
    const lin = opened.wechat.phone('lin');
    await late(opened, lin, () => opened.wechat.faults.next(SEND, { kind: 'drop_answer' }));
    await opened.pass(600_000);
    await expectShownOnce(opened, lin);
  });

  it('may be down behind a page of a gateway: the same is said when it is back', async () => {
    const opened = await hasty();
    const lin = opened.wechat.phone('lin');
    await late(opened, lin, () => opened.wechat.faults.next(SEND, { kind: 'break' }));
    await opened.pass(600_000);
    await says(opened, lin, '在吗');
    expect(lin.reads().length).toBeGreaterThan(0);
  });
});

describe('a restart', () => {
  it('between push and answer loses nothing and repeats nothing', async () => {
    const opened = await hasty();
    const lin = opened.wechat.phone('lin');
    opened.wechat.faults.next(SEND, { kind: 'errcode', errcode: -1 }, 3);
    const release = opened.hold('commitTurn');
    await lin.say('绑定以后看病用谁的卡');
    release();
    await opened.restart();
    for (let minutes = 0; minutes < 60; minutes += 10) await opened.pass(600_000);
    await expectShownOnce(opened, lin);
    expect(await written(opened, lin)).toEqual(['绑定以后看病用谁的卡']);
  });

  it('in the middle of a binding goes on where it was', async () => {
    const opened = await open();
    const lin = opened.wechat.phone('lin');
    await says(opened, lin, '我在石家庄参保，想给我妈绑定家庭共济，她也是河北的');
    await opened.proveAs(lin, 'zheng-kai');
    await opened.nameRelative(lin, 'yang-shufen');
    await opened.restart();
    await lin.tap('确认提交', { delivery: 'third_time' });
    await opened.settled();
    expect(await heard(opened, lin)).toContain('bind.result.ACTIVE');
    expect(acts(opened)).toEqual({ bind: 1 });
    await expectShownOnce(opened, lin);
  });
});
