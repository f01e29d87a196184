/** Results that come when nothing may be sent: one notice, and all of it with the citizen's next word. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../doubles/wechat/phone.ts';
import { addressOf, type House, type HouseOptions, openHouse } from './house.ts';
import { expectShownOnce, heard, written } from './whole.ts';

const HOUR = 3_600_000;
let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

/** A husband who asked about his wife's invitation two days ago, and has been silent since. */
async function silentHusband(
  env: Readonly<Record<string, string>>,
): Promise<{ opened: House; phone: Phone }> {
  const opened = await openHouse({ env });
  house = opened;
  const phone = opened.wechat.phone('zhao');
  await phone.say('给老婆绑定两天了还是没显示');
  await phone.tap('可以查');
  await opened.settled();
  await opened.proveAs(phone, 'zhao-qiang');
  await opened.pass(49 * HOUR);
  return { opened, phone };
}

const notices = (phone: Phone) => phone.screen().filter(({ kind }) => kind === 'notice');
const TEMPLATE = { GONGJI_WECHAT_OA_TEMPLATE: 'TM_progress_0001' };
const SUBSCRIPTION = { GONGJI_WECHAT_OA_SUBSCRIPTION: 'SN_progress_0001' };

describe('a result that comes after the window is shut', () => {
  it('is announced by one notice that tells nothing, and said with the next word', async () => {
    const { opened, phone } = await silentHusband(TEMPLATE);
    await opened.app.office.happen({ event: 'decline_invitation', dependent: 'sun-li' });
    await opened.settled();
    await opened.pass(HOUR);
    expect(notices(phone)).toHaveLength(1);
    expect(notices(phone)[0]?.text).not.toMatch(/孙|赵|配偶|老婆|共济|绑定/u);
    expect(await written(opened, phone)).toHaveLength(2);
    await phone.say('有什么消息');
    await opened.settled();
    expect(await heard(opened, phone)).toContain('office.application.changed.DECLINED');
    await expectShownOnce(opened, phone);
  });

  it('is announced by the subscription the citizen agreed to, before any template', async () => {
    const { opened, phone } = await silentHusband({ ...TEMPLATE, ...SUBSCRIPTION });
    phone.user.consents.set('SN_progress_0001', 'long_term');
    await opened.app.office.happen({ event: 'decline_invitation', dependent: 'sun-li' });
    await opened.settled();
    expect(notices(phone)).toHaveLength(1);
    expect(opened.wechat.calls('/cgi-bin/message/template/send')).toEqual([]);
  });

  it('is announced by the template where there is no consent', async () => {
    const { opened, phone } = await silentHusband({ ...TEMPLATE, ...SUBSCRIPTION });
    await opened.app.office.happen({ event: 'decline_invitation', dependent: 'sun-li' });
    await opened.settled();
    expect(notices(phone)).toHaveLength(1);
    expect(opened.wechat.calls('/cgi-bin/message/subscribe/bizsend')).toMatchObject([{ errcode: 43101 }]);
  });

  it('is said with the next word also where no notice can be sent', async () => {
    const { opened, phone } = await silentHusband(TEMPLATE);
    opened.wechat.faults.always('/cgi-bin/message/template/send', { kind: 'errcode', errcode: 43004 });
    await opened.app.office.happen({ event: 'decline_invitation', dependent: 'sun-li' });
    await opened.settled();
    expect(notices(phone)).toEqual([]);
    await phone.say('有什么消息');
    await opened.settled();
    expect(await heard(opened, phone)).toContain('office.application.changed.DECLINED');
    await expectShownOnce(opened, phone);
  });
});

describe('what may be sent', () => {
  const SEND = '/cgi-bin/message/custom/send';
  const codes = (opened: House) => opened.wechat.calls(SEND).map(({ errcode }) => errcode);
  let serial = 0;

  async function staffSays(
    opened: House,
    phone: Phone,
    event: 'claimed' | 'replied',
    text: string,
  ): Promise<void> {
    serial += 1;
    await opened.app.receive({
      address: addressOf(opened.wechat, phone),
      messageId: `staff-${serial}`,
      receivedAt: '2026-11-22T02:00:00.000Z',
      content: { kind: 'staff', event, text },
    });
    await opened.settled();
  }

  async function withStaff(options: HouseOptions = {}): Promise<{ opened: House; phone: Phone }> {
    const opened = await openHouse(options);
    house = opened;
    const phone = opened.wechat.phone('lin');
    await phone.say('转人工');
    await opened.settled();
    await staffSays(opened, phone, 'claimed', '');
    return { opened, phone };
  }

  it('is not waited for while staff have the talk: what is written to them is acknowledged at once', async () => {
    const { opened, phone } = await withStaff({ secondMs: 100, patienceMs: 60_000 });
    const { tries } = await phone.say('我等着');
    await opened.settled();
    expect(tries).toMatchObject([{ outcome: 'answered', body: 'success' }]);
  });

  it('is never more than WeChat takes: the sixth waits for a word', async () => {
    const { opened, phone } = await withStaff();
    for (const word of ['一', '二', '三', '四', '五', '六', '七']) {
      await staffSays(opened, phone, 'replied', `第${word}句话`);
    }
    expect(codes(opened)).toEqual([0, 0, 0, 0, 0]);
    expect(phone.messagesLeft()).toBe(0);
    await phone.say('好的');
    await opened.settled();
    await expectShownOnce(opened, phone);
    expect(phone.reads().join('\n')).toContain('第七句话');
    expect(codes(opened).every((errcode) => errcode === 0)).toBe(true);
  });

  it('is believed to be less when WeChat says so, and nothing is lost', async () => {
    const { opened, phone } = await withStaff();
    for (const word of ['一', '二', '三']) await staffSays(opened, phone, 'replied', `第${word}句话`);
    // What was left before and what a menu gives do not add up at WeChat.
    opened.wechat.world.menu = [{ type: 'click', name: '进度', key: 'intent:query.progress' }];
    await phone.clickMenu('进度');
    await opened.settled();
    for (const word of ['四', '五', '六', '七']) await staffSays(opened, phone, 'replied', `第${word}句话`);
    await phone.say('好的');
    await opened.settled();
    await expectShownOnce(opened, phone);
    expect(phone.reads().join('\n')).toContain('第七句话');
  });
});
