import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createUnderstanding } from '../../src/understanding/index.ts';
import { commands, IDLE, knowledge, understand } from './room.ts';

const words = fc.constantFrom(
  ...[
    '绑',
    '解绑',
    '我妈',
    '的',
    '，',
    '鼓楼',
    '上个月',
    '三百',
    '块',
    '第',
    '二',
    '个',
    '不对',
    '是',
    'gongji',
  ],
  ...[
    '綁',
    '①',
    '㎏',
    '😀',
    '\ud800',
    '\u0000',
    ' ',
    '不',
    '吗',
    '2025-1',
    '去年',
    '号',
    '老婆',
    '她',
    'İ',
    'ﬁ',
    '1',
  ],
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(words, { maxLength: 20 }).map((list) => list.join('')),
);
const listening = fc.constantFrom(
  IDLE,
  { ...IDLE, inFlow: true },
  { ...IDLE, inFlow: true, asking: { slot: 'relation', reply: 'x', params: {} } },
  { ...IDLE, inFlow: true, asking: { slot: 'amount_fen', reply: 'x', params: {} } },
  { ...IDLE, lastIntent: 'ask.what' as const, offered: ['bind', 'ask.what'] as const },
);

test('whatever is written, nothing is thrown, places lie in the text and probabilities are probabilities', () => {
  fc.assert(
    fc.property(text, listening, (written, heard) => {
      const understood = understand(written, heard);
      for (const { start, end, text: shown } of understood.entities) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(written.length);
        expect(start).toBeLessThanOrEqual(end);
        expect(written.slice(start, end)).toBe(shown);
      }
      for (const { p } of [...understood.alternatives, ...understood.causes]) {
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1 + 1e-9);
      }
      expect(commands(written, heard).length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
});

test('the same words give the same meaning', () => {
  const sentence = '我在苏州，想给外婆绑共济';
  expect(understand(sentence)).toEqual(understand(sentence));
});

test('a model from the cache understands like the one that was trained', () => {
  let kept: Uint8Array | undefined;
  const cache = {
    load: () => kept,
    save: (model: Uint8Array) => {
      kept = model;
    },
  };
  const trained = createUnderstanding(knowledge, cache);
  expect(kept).toBeDefined();
  const again = createUnderstanding(knowledge, cache);
  for (const sentence of ['绑了怎么没显示', '怎么解绑', '余额多少']) {
    expect(again.understand(sentence, IDLE)).toEqual(trained.understand(sentence, IDLE));
  }
});

test('a cache that is torn or of other sentences is trained over', () => {
  let saved = 0;
  const torn = {
    load: () => new TextEncoder().encode('this is no model'),
    save: () => {
      saved += 1;
    },
  };
  expect(createUnderstanding(knowledge, torn).understand('怎么解绑', IDLE).intent).toBe('ask.how_unbind');
  expect(saved).toBe(1);
});
