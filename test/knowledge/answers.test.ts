import { describe, expect, test } from 'vitest';
import type { EntityType } from '../../src/domain/understanding.ts';
import { citationsOf, findAnswer } from '../../src/knowledge/answers.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { faqFile, folder, regionFile, SOURCES } from './folder.ts';

const DAY = '2026-11-22';
const knowledge = loadKnowledge(
  folder({
    'sources.yaml': SOURCES,
    ...regionFile({ code: '000000' }),
    ...regionFile({ code: '320000' }),
    ...regionFile({ code: '320500' }),
    ...regionFile({ code: '330000' }),
    ...faqFile({ id: 'everywhere', title: '家庭共济怎么绑定' }),
    ...faqFile({ id: 'newborn', title: '新生儿还没上户口能不能绑' }),
    ...faqFile({ id: 'province', title: '家庭共济绑定在哪里办', regions: "['320000']" }),
    ...faqFile({ id: 'city', title: '本市绑定家庭共济的步骤', regions: "['320500']" }),
    ...faqFile({ id: 'elsewhere', title: '家庭共济怎么绑定', regions: "['330000']" }),
    ...faqFile({ id: 'alipay', title: '支付宝怎么绑', front: 'when: { platform: [alipay] }' }),
    ...faqFile({
      id: 'alipay-child',
      title: '支付宝给孩子绑',
      front: 'when: { platform: [alipay], relation: [child] }',
    }),
    ...faqFile({ id: 'old', title: '家庭共济怎么绑定以前', front: 'valid_until: 2025-01-01' }),
    ...faqFile({ id: 'rumour', title: '家庭共济怎么绑定呢', sources: '[farm]' }),
    ...faqFile({ id: 'doubtful', title: '家庭共济怎么绑定啊', front: 'status: unverified' }),
  }),
);

function mention(type: EntityType, value: string) {
  return { type, value, text: value, start: 0, end: value.length };
}

function ask(question: Partial<Parameters<typeof findAnswer>[1]> = {}): string | undefined {
  return findAnswer(knowledge, { intent: 'ask.how_bind', asOf: DAY, text: '家庭共济怎么绑定', ...question })
    ?.entry.id;
}

describe('which answer is said', () => {
  test('without a region the one that holds everywhere', () => expect(ask()).toBe('everywhere'));
  test('in a region its own', () => expect(ask({ region: '320000' })).toBe('province'));
  test('in a city the one of the city', () => expect(ask({ region: '320500' })).toBe('city'));
  test('in a city without its own the one of the province', () =>
    expect(ask({ region: '320100' })).toBe('province'));
  test('where nothing local is known the one that holds everywhere', () => {
    expect(ask({ region: '510000' })).toBe('everywhere');
  });
  test('never the one of another region, however well it is worded', () => {
    expect(ask({ region: '320000', text: '家庭共济怎么绑定' })).not.toBe('elsewhere');
  });
  test('the one about another thing when the local one is not about that', () => {
    expect(ask({ region: '320500', text: '新生儿没上户口能绑吗' })).toBe('newborn');
  });
  test('the one bound to what is talked about before any local one', () => {
    expect(ask({ region: '320500', entities: [mention('platform', 'alipay')] })).toBe('alipay');
  });
  test('the one that fits more of what is talked about', () => {
    const entities = [mention('platform', 'alipay'), mention('relation', 'child')];
    expect(ask({ entities })).toBe('alipay-child');
  });
  test('not one that is bound to something else', () => {
    expect(ask({ entities: [mention('platform', 'wechat')] })).toBe('everywhere');
  });
  test('none of another intent', () => expect(ask({ intent: 'ask.order' })).toBeUndefined());
  test('nothing before anything held', () => expect(ask({ asOf: '2023-12-31' })).toBeUndefined());
});

test.each([
  ['2024-12-31', 'old'],
  ['2025-01-01', 'everywhere'],
])('on %s the question about former days finds %s', (asOf, id) => {
  expect(ask({ asOf, text: '家庭共济怎么绑定以前' })).toBe(id);
});

test.each(['家庭共济怎么绑定呢', '家庭共济怎么绑定啊'])('%s finds no hearsay and no doubt', (text) => {
  expect(ask({ text })).toBe('everywhere');
});

test('the answer tells which region made it fit, and how alike the words are', () => {
  const found = findAnswer(knowledge, {
    intent: 'ask.how_bind',
    region: '320500',
    asOf: DAY,
    text: '本市绑定家庭共济的步骤',
  });
  expect(found).toMatchObject({ region: '320500', score: 1 });
});

describe('citations', () => {
  test('a government page is cited with its address', () => {
    expect(citationsOf(knowledge, ['gov'])).toEqual([
      {
        title: '政府文件',
        publisher: '政府',
        grade: 'A',
        date: '2024-01-01',
        url: 'https://example.gov.cn/1',
      },
    ]);
  });
  test('a copy is cited by the document, with the day of the check, and never by address', () => {
    expect(citationsOf(knowledge, ['copy'])).toEqual([
      { title: '文件的转录', publisher: '某报', grade: 'M', date: '2026-11-22' },
    ]);
  });
  test('a content farm is not cited, an unknown source neither', () => {
    expect(citationsOf(knowledge, ['farm', 'nobody'])).toEqual([]);
  });
  test('a source named twice is cited once', () => {
    expect(citationsOf(knowledge, ['gov', 'gov'])).toHaveLength(1);
  });
});
