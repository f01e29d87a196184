/**
 * Whole dialogues of citizens at their phones, end to end: each is played over again with pushes that come
 * twice at once, and with answers that get lost until the third try. Whatever WeChat does, every word is
 * answered once and the office acts once.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../doubles/wechat/phone.ts';
import type { PushOptions } from '../doubles/wechat/pusher.ts';
import { type House, type HouseOptions, openHouse } from './house.ts';
import { acts, expectShownOnce, heard } from './whole.ts';

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

const WAYS: readonly (HouseOptions & { readonly when: string; readonly way?: PushOptions })[] = [
  { when: 'each push comes once' },
  { when: 'each push comes twice at once', way: { delivery: 'twice_at_once' } },
  { when: 'two answers of three are lost', way: { delivery: 'third_time' } },
  { when: 'a repeated push carries its old nonce', way: { delivery: 'third_time', nonce: 'same' } },
  { when: 'pushes are JSON', account: { format: 'json' } },
  { when: 'taps lose the number of what was tapped', account: { menuId: 'absent' } },
  { when: 'taps all have the number 0', way: { delivery: 'twice_at_once' }, account: { menuId: 'zero' } },
  { when: 'secure pages ask WeChat whose phone it is', env: { GONGJI_WECHAT_OA_OAUTH: 'yes' } },
  {
    when: 'the account has no menus',
    account: { level: 'test' },
    env: { GONGJI_WECHAT_OA_CERTIFIED: 'no' },
  },
];

/** A citizen whose every word and tap is pushed in one way. */
function citizen(opened: House, name: string, way: PushOptions) {
  const phone = opened.wechat.phone(name);
  const after = async (push: Promise<unknown>) => {
    await push;
    await opened.settled();
  };
  return {
    phone,
    say: (text: string) => after(phone.say(text, way)),
    tap: (label: string) => after(phone.tap(label, way)),
  };
}

async function open(options: HouseOptions = {}): Promise<House> {
  house = await openHouse(options);
  return house;
}

async function expectAllShown(opened: House, ...phones: readonly Phone[]): Promise<void> {
  for (const phone of phones) await expectShownOnce(opened, phone);
}

describe.each(WAYS)('when $when', ({ way = {}, ...options }) => {
  it('a question is answered with its source', async () => {
    const opened = await open(options);
    const { phone, say } = citizen(opened, 'lin', way);
    await say('绑定以后看病用谁的卡');
    expect(await heard(opened, phone)).toContain('answer');
    await expectAllShown(opened, phone);
  });

  it('a binding that does not show is explained', async () => {
    const opened = await open(options);
    const { phone, say, tap } = citizen(opened, 'lin', way);
    await say('绑了家庭共济怎么没显示');
    await tap('亲情账户（我的家庭成员）');
    expect(await heard(opened, phone)).toContain('diagnose.cause.wrong_account_type');
    await expectAllShown(opened, phone);
  });

  it('a mother is bound, with identity and signature on the secure page', async () => {
    const opened = await open(options);
    const { phone, say, tap } = citizen(opened, 'lin', way);
    await say('我在石家庄参保，想给我妈绑定家庭共济，她也是河北的');
    await opened.proveAs(phone, 'zheng-kai');
    await opened.nameRelative(phone, 'yang-shufen');
    await tap('确认提交');
    expect(await heard(opened, phone)).toEqual([
      'verify.ask',
      'verify.done',
      'bind.ask.dependent',
      'bind.confirm',
      'bind.submitted',
      'bind.result.ACTIVE',
    ]);
    expect(acts(opened)).toEqual({ bind: 1 });
    await expectAllShown(opened, phone);
  });

  it('a wife accepts at her own phone, and her husband learns of it', async () => {
    const opened = await open(options);
    const husband = citizen(opened, 'zhao', way);
    await husband.say('给老婆绑定两天了还是没显示');
    await husband.tap('可以查');
    await opened.proveAs(husband.phone, 'zhao-qiang');
    const wife = citizen(opened, 'sun', way);
    await wife.say('接受邀请');
    await opened.proveAs(wife.phone, 'sun-li');
    await wife.tap('接受');
    expect(await heard(opened, wife.phone)).toContain('invite.accepted.ACTIVE');
    expect(await heard(opened, husband.phone)).toContain('office.application.changed.ACTIVE');
    expect(acts(opened)).toEqual({ answer_invitation: 1 });
    await expectAllShown(opened, husband.phone, wife.phone);
  });

  it('whoever wants a person is handed over once', async () => {
    const opened = await open(options);
    const { phone, say } = citizen(opened, 'lin', way);
    await say('转人工');
    const { status } = (await opened.conversation(phone)) ?? {};
    expect(status).toBe('waiting');
    await expectAllShown(opened, phone);
  });
});
