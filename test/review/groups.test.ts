import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReviewItem } from '../../src/contracts/store.ts';
import { groupsOf } from '../../src/desk/word-groups.ts';

const item = (text: string, count = 1, p = 0.4): ReviewItem => ({
  text,
  count,
  action: 'ask_back',
  alternatives: [
    { id: 'ask.how_bind', p },
    { id: 'bind', p: 0.3 },
  ],
  knowledge: 'k1',
  firstAt: '2026-11-01T00:00:00.000Z',
  lastAt: `2026-11-${String(10 + count).padStart(2, '0')}T00:00:00.000Z`,
});

test('sentences alike are one group, led by the oftenest, and the greatest group comes first', () => {
  const groups = groupsOf([
    item('共济那个怎么搞'),
    item('今天吃什么'),
    item('共济那个要怎么搞', 3),
    item('共济那个怎么搞呀', 2),
  ]);
  expect(groups.map(({ group, count, examples }) => [group, count, examples])).toEqual([
    [1, 6, ['共济那个要怎么搞', '共济那个怎么搞呀', '共济那个怎么搞']],
    [2, 1, ['今天吃什么']],
  ]);
});

test('a group shows three examples, its last day, and its guesses weighted by how often they were made', () => {
  const [group] = groupsOf([item('共济那个怎么搞', 3, 0.6), item('共济那个怎么搞呀', 1, 0.2)]);
  expect(group?.lastAt).toBe('2026-11-13T00:00:00.000Z');
  expect(group?.guesses).toEqual([
    { id: 'ask.how_bind', p: expect.closeTo(0.5) },
    { id: 'bind', p: expect.closeTo(0.3) },
  ]);
  const many = groupsOf(['甲', '乙', '丙', '丁'].map((end) => item(`共济那个怎么搞才行${end}`)));
  expect(many.map(({ examples, items }) => [examples.length, items.length])).toEqual([[3, 4]]);
});

const texts = fc.uniqueArray(
  fc
    .array(fc.constantFrom(...'共济绑定怎么弄钱我妈'), { minLength: 2, maxLength: 8 })
    .map((chars) => chars.join('')),
  { maxLength: 20 },
);

test('the order in which sentences come changes nothing, and none is lost or told twice', () => {
  fc.assert(
    fc.property(texts, fc.infiniteStream(fc.nat(5)), (words, counts) => {
      const items = words.map((text) => item(text, 1 + (counts.next().value ?? 0)));
      const groups = groupsOf(items);
      expect(groupsOf(items.toReversed())).toEqual(groups);
      expect(groups.flatMap((group) => group.items.map(({ text }) => text)).sort()).toEqual(
        [...words].sort(),
      );
    }),
    { seed: 7, numRuns: 100 },
  );
});

test('the key of a group stays when its place in the list shifts', () => {
  const before = groupsOf([item('共济那个怎么搞', 2)]);
  const after = groupsOf([item('共济那个怎么搞', 2), item('今天吃什么', 9)]);
  expect(after.map(({ key }) => key)[1]).toBe(before[0]?.key);
});
