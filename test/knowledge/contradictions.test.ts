/** The clashes C01 to C22, each asked in a citizen's words and heard by the real understanding. */
import { describe, expect, test } from 'vitest';
import type { Intent } from '../../src/domain/taxonomy.ts';
import type { Entity } from '../../src/domain/understanding.ts';
import { chooseAnswer } from '../../src/knowledge/systems.ts';
import { openLibrary } from '../../src/library.ts';
import { createReader } from '../../src/understanding/read.ts';

const { knowledge, understander } = openLibrary();
const reader = createReader(knowledge);
const TODAY = '2026-11-22';

/** Number, what is asked, the entry that answers, and what it must say. */
const CLASHES: readonly (readonly [string, string, string, string])[] = [
  ['C01', '亲情账户绑了是不是就能共济了', 'what-kinship-account', '不是一回事'],
  ['C01', '粤医保的亲情账号算不算共济', 'what-kinship-account-guangdong', '以前把家庭共济叫'],
  ['C02', '医保钱包是不是要先加亲情账户', 'what-kinship-account', '医保钱包，不用先加亲情账户'],
  ['C04', '深圳能用浙江税务社保缴费给孩子交吗', 'pay-shenzhen', '深圳用不了'],
  ['C05', '能给公公婆婆绑共济吗', 'eligible-parent-in-law', '不包括配偶的父母'],
  ['C06', '弟弟妹妹能用我的医保钱吗', 'eligible-sibling', '可以'],
  ['C06', '姥姥能不能绑我的共济', 'eligible-grandparents', '可以'],
  ['C07', '没领证的女朋友能绑共济吗', 'eligible-partner', '不能'],
  ['C07', '我是孩子的监护人能给他绑共济吗', 'eligible-guardian', '只凭监护身份不能绑'],
  ['C09', '一个人最多能绑几个家人', 'limit-national', '没有统一的数字'],
  ['C09', '支付宝上说最多绑6个人对吗', 'limit-alipay', '不是'],
  ['C10', '不同城市参保能绑家庭共济吗', 'cross-overview', '不看哪个城市'],
  ['C11', '家庭共济是单向的还是要双方都绑', 'bind-consent', '钱是单向的'],
  ['C12', '看病的时候先扣我的还是先扣我妈自己的', 'order-own-first', '这是正常的'],
  ['C13', '共济的扣款先后可以自己改吗', 'order-change', '看当地'],
  ['C15', '绑完马上就能用吗还是要审核', 'effective-national', '看当地'],
  ['C17', '职工医保也有集中缴费期吗', 'employee-window', '没有'],
  ['C18', '去窗口办共济要几个工作日', 'window-days', '没有全国统一的天数'],
  ['C19', '门诊共济和家庭共济是一个东西吗', 'what-outpatient-pooling', '两件事'],
  ['C21', '乌鲁木齐的医保亲情账户是不是家庭共济', 'what-kinship-account', '不是一回事'],
  ['C22', '我妈能同时被我和我哥绑吗', 'payers-several', '各地不同'],
];

/** Where a sentence leaves the classifier in doubt, the intent it is asked back for is chosen by the citizen. */
const CHOSEN: readonly (readonly [string, Intent, string, string, string])[] = [
  ['C03', 'ask.how_bind', '大连能在缴费小程序里绑共济吗', 'bind-dalian', '不在那里绑'],
  ['C03', 'ask.how_bind', '淄博医保里的个账共济怎么开户', 'bind-shandong', '未找到公开依据'],
  ['C08', 'ask.materials', '绑家庭共济要同一个户口本吗', 'household-materials', '不要求在同一个户口上'],
  ['C08', 'ask.eligibility', '绑共济是不是要户籍在一起', 'household-register', '都不用'],
  ['C14', 'ask.eligibility', '我停保了家人还能用我的共济吗', 'payer-suspended', '江西'],
  ['C16', 'ask.other', '12333和12393哪个管医保', 'other-hotline', '12393'],
  ['C20', 'ask.how_bind', '新疆绑定要填家人的医保卡号吗', 'bind-xinjiang', '要不要填医保卡号'],
];

describe('heard and answered', () => {
  test.each(CLASHES)('%s %s', (_, text, id, says) => {
    const { intent, entities } = understander.understand(text, { inFlow: false, asOf: TODAY });
    expect(answerTo(text, intent, entities)).toBe(id);
    expect(knowledge.faq.get(id)?.body).toContain(says);
  });
  test.each(CHOSEN)('%s, asked as %s: %s', (_, intent, text, id, says) => {
    const { entities } = reader.read(text, { asOf: TODAY });
    expect(answerTo(text, intent, entities)).toBe(id);
    expect(knowledge.faq.get(id)?.body).toContain(says);
  });
});

test('none of the twenty-two is left out', () => {
  const asked = new Set([...CLASHES, ...CHOSEN].map(([number]) => number));
  const all = Array.from({ length: 22 }, (_, index) => `C${String(index + 1).padStart(2, '0')}`);
  expect(all.filter((number) => !asked.has(number))).toEqual([]);
});

test('no sentence that measures was one to learn from', () => {
  const learnt = new Set([...knowledge.intents.values()].flatMap(({ examples }) => examples.map(plain)));
  const measured = [...CLASHES.map(([, text]) => text), ...CHOSEN.map(([, , text]) => text)];
  expect(measured.filter((text) => learnt.has(plain(text)))).toEqual([]);
});

function answerTo(text: string, intent: Intent, entities: readonly Entity[]): string | undefined {
  const named = entities.find(({ type, alternatives }) => type === 'region' && !alternatives)?.value;
  const region = named === undefined ? {} : { region: String(named) };
  const chosen = chooseAnswer(knowledge, { intent, asOf: TODAY, entities, text, ...region });
  return chosen?.kind === 'entry' ? chosen.answer.entry.id : chosen && `system ${chosen.card.system.id}`;
}

function plain(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}
