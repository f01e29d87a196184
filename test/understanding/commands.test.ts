import { describe, expect, test } from 'vitest';
import type { Asking, Choice } from '../../src/domain/conversation.ts';
import { commands, IDLE } from './room.ts';

const choices = (list: { readonly [value: string]: string }): Choice[] =>
  Object.entries(list).map(([value, label]) => ({ value, label }));
const asking = (slot: string, list?: { readonly [value: string]: string }) => {
  const question: Asking = { slot, reply: `ask.${slot}`, params: {} };
  return {
    ...IDLE,
    inFlow: true,
    asking: list === undefined ? question : { ...question, choices: choices(list) },
  };
};
const RELATION = asking('relation', { spouse: '配偶', parent: '父母', child: '子女', other: '其他亲属' });
const CONFIRM = asking('confirm', { yes: '确认提交', no: '先不提交' });
const PROVINCE = asking('same_province', { yes: '同一个省', no: '不同省', unknown: '不清楚' });
const PAGE = asking('page.used', {
  kinship: '亲情账户（我的家庭成员）',
  mutual_aid: '家庭共济（个人账户共济）',
  unknown: '不知道',
});

describe('an open question', () => {
  test.each([
    ['儿子', RELATION, { relation: 'child' }],
    ['是我岳母', RELATION, { relation: 'parent_in_law' }],
    ['第二个', RELATION, { relation: 'parent' }],
    ['最后一个', RELATION, { relation: 'other' }],
    ['我妈，在苏州', RELATION, { relation: 'parent', region: '320500' }],
    ['江苏苏州', asking('region'), { region: '320500' }],
    ['我在大连', asking('region'), { region: '210200' }],
    ['跨省的', PROVINCE, { same_province: 'no' }],
    ['不清楚', PROVINCE, { same_province: 'unknown' }],
    ['我在江苏她在河南', PROVINCE, { same_province: 'no', region: '320000' }],
    ['在我的家庭成员里加的', PAGE, { 'page.used': 'kinship' }],
    ['家庭共济', PAGE, { 'page.used': 'mutual_aid' }],
    ['不知道', PAGE, { 'page.used': 'unknown' }],
    ['两千块', asking('amount_fen'), { amount_fen: 200_000 }],
    ['1500', asking('amount_fen'), { amount_fen: 150_000 }],
    ['一万二', asking('amount_fen'), { amount_fen: 1_200_000 }],
    ['就三百五吧', asking('amount_fen'), { amount_fen: 35_000 }],
    ['上个月', asking('from'), { from: '2026-10-01' }],
  ] as const)('takes %s as an answer', (text, listening, slots) => {
    expect(commands(text, listening)).toEqual([{ kind: 'provide', slots }]);
  });

  test.each([
    ['确认', 'affirm'],
    ['没错', 'affirm'],
    ['没问题', 'affirm'],
    ['确认提交', 'affirm'],
    ['不', 'deny'],
    ['先不提交', 'deny'],
    ['取消', 'cancel'],
    ['算了不办了', 'cancel'],
    ['上一步', 'back'],
    ['重新开始', 'restart'],
    ['没听清', 'repeat'],
    ['转人工', 'handOff'],
    ['呱呱呱呱', 'unclear'],
  ])('takes %s as %s', (text, kind) => {
    expect(commands(text, CONFIRM)).toEqual([{ kind }]);
  });

  test('is corrected by the last of two relatives, and by several slots at once', () => {
    expect(commands('不是我妈，是我女儿', RELATION)).toEqual([
      { kind: 'correct', slots: { relation: 'child' } },
    ]);
    expect(commands('不对，是我妈妈，在苏州', CONFIRM)).toEqual([
      { kind: 'correct', slots: { relation: 'parent', region: '320500' } },
    ]);
  });

  test('yes with a place gives both', () => {
    expect(commands('是的，在苏州', CONFIRM)).toEqual([
      { kind: 'affirm' },
      { kind: 'provide', slots: { region: '320500' } },
    ]);
  });

  test.each(['可以，不过会扣钱吗', '对了，解绑怎么弄', '好的，但是要多久生效', '取消绑定', '不能用怎么办'])(
    'is not confirmed by %s',
    (text) => {
      expect(commands(text, CONFIRM).map(({ kind }) => kind)).not.toContain('affirm');
    },
  );

  test('is left for a question of the citizen', () => {
    expect(commands('能给岳母绑吗', RELATION)).toMatchObject([{ kind: 'ask', intent: 'ask.eligibility' }]);
  });
});

describe('without a task', () => {
  test('a wish starts its flow with what was said', () => {
    expect(commands('我想给我妈绑定')).toEqual([
      { kind: 'startFlow', flow: 'bind', intent: 'bind', slots: { relation: 'parent' } },
    ]);
    expect(commands('余额是多少')).toMatchObject([
      { kind: 'startFlow', flow: 'query', slots: { object: 'balance' } },
    ]);
    expect(commands('我要注销共济账户')).toMatchObject([
      { kind: 'startFlow', flow: 'unbind', slots: { how: 'close' } },
    ]);
  });

  test('a complaint starts a diagnosis with its symptom and the facts that were said', () => {
    expect(commands('绑了家庭共济怎么没显示')).toMatchObject([
      { kind: 'startFlow', flow: 'diagnose', slots: { symptom: 'not_shown' } },
    ]);
    expect(commands('我绑的亲情账户，为什么我妈刷不了')).toMatchObject([
      { kind: 'startFlow', flow: 'diagnose', slots: { 'page.used': 'kinship', relation: 'parent' } },
    ]);
  });

  test('a wish to unbind that names nobody leaves it to the flow to ask how', () => {
    expect(commands('帮我解绑')).toMatchObject([{ kind: 'startFlow', flow: 'unbind', slots: {} }]);
    expect(commands('帮我解绑')[0]).not.toHaveProperty('slots.how');
  });

  test('a place of both says that they share a province', () => {
    expect(commands('帮我给爸爸绑定，他也在江苏参保')).toMatchObject([
      { kind: 'startFlow', slots: { relation: 'parent', region: '320000', same_province: 'yes' } },
    ]);
  });

  test('a wish to change an order starts the flow that does it', () => {
    expect(commands('我要改扣款顺序')).toMatchObject([{ kind: 'startFlow', flow: 'set-payer-order' }]);
  });

  test('what is not ours is declined', () => {
    expect(commands('今天天气怎么样')).toEqual([{ kind: 'outOfScope', intent: 'oos' }]);
    expect(commands('生育津贴怎么领')).toEqual([{ kind: 'outOfScope', intent: 'ask.other' }]);
  });

  test('a follow-up asks the last question about somebody else', () => {
    expect(commands('那我妈呢', { ...IDLE, lastIntent: 'ask.eligibility' })).toMatchObject([
      { kind: 'ask', intent: 'ask.eligibility' },
    ]);
  });

  test.each([
    ['那浙江呢', 'ask.cross_region', 'ask.cross_region'],
    ['怎么弄', 'ask.eligibility', 'ask.how_bind'],
    ['那怎么操作呢', 'ask.how_unbind', 'ask.how_unbind'],
    ['在哪办', 'ask.scope', 'ask.how_use'],
  ] as const)('%s after an answer about %s asks %s', (text, lastIntent, intent) => {
    expect(commands(text, { ...IDLE, lastIntent })).toMatchObject([{ kind: 'ask', intent }]);
  });

  test('an ask-back offers three at most, nothing foreign, and is not repeated', () => {
    const vague = '这个共济的事情给我弄一下吧怎么说';
    for (const text of [vague, '我妈那个怎么搞', '余额那里的事', '居民医保那个钱', '江苏的']) {
      const [first] = commands(text);
      if (first?.kind !== 'askBack') continue;
      expect(first.options.length).toBeLessThanOrEqual(3);
      expect(first.options.map(({ id }) => id)).not.toContain('oos');
      expect(commands(text, { ...IDLE, offered: ['bind'] })).toEqual([{ kind: 'unclear' }]);
    }
    expect(commands(vague)[0]).toMatchObject({ kind: 'askBack' });
  });

  test('an offered intent is chosen by its place or its words, and offers are not repeated', () => {
    const offered = { ...IDLE, offered: ['ask.how_bind', 'ask.eligibility'] as const };
    expect(commands('第二个', offered)).toMatchObject([{ kind: 'ask', intent: 'ask.eligibility' }]);
    expect(commands('怎么绑定家人', offered)).toMatchObject([{ kind: 'ask', intent: 'ask.how_bind' }]);
    expect(commands('都不是', offered)).toEqual([{ kind: 'unclear' }]);
  });

  test('a place alone is noted', () => {
    expect(commands('江苏')).toEqual([{ kind: 'provide', slots: { region: '320000' } }]);
  });
});
