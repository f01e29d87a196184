import { expect, test } from 'vitest';
import { IDLE, understand, values } from './room.ts';

test.each([
  ['我媳妇她妈', ['parent_in_law']],
  ['老婆的妈', ['parent_in_law']],
  ['岳母', ['parent_in_law']],
  ['公公婆婆', ['parent_in_law']],
  ['外婆', ['maternal_grandparent']],
  ['妈妈的妈妈', ['maternal_grandparent']],
  ['爸爸的爸爸', ['grandparent']],
  ['我爸的弟弟', ['aunt_uncle']],
  ['女儿的儿子', ['maternal_grandchild']],
  ['儿子的老婆', ['child_in_law']],
  ['哥哥的孩子', ['niece_nephew']],
  ['孩子他爸', ['spouse']],
  ['我妈妈', ['parent']],
  ['我妈的卡', ['parent']],
  ['闺女', ['child']],
  ['奶粉', []],
  ['共济对象', []],
])('%s names the relations %j', (text, relations) => {
  expect(values(text, 'relation')).toEqual(relations);
});

test('a relative of two readings keeps both', () => {
  const [relation] = understand('孩子的奶奶').entities.filter(({ type }) => type === 'relation');
  expect([relation?.value, ...(relation?.alternatives ?? [])]).toEqual(['parent', 'parent_in_law']);
});

test('whose card is used and who receives are told apart', () => {
  expect(values('用我爸的卡给我妈买药', 'role_payer')).toEqual(['parent']);
  expect(values('给我老婆绑共济', 'role_dependent')).toEqual(['spouse']);
});

test.each([
  ['去年9月', '2025-09-01'],
  ['上个月', '2026-10-01'],
  ['昨天', '2026-11-21'],
  ['9月份', '2026-09-01'],
  ['12月', '2025-12-01'],
  ['2025/11/3', '2025-11-03'],
  ['国庆前', '2026-10-01'],
  ['三天前', '2026-11-19'],
  ['1号', '2026-11-01'],
])('%s is the day %s when today is 2026-11-22', (text, day) => {
  expect(values(text, 'date')).toEqual([day]);
});

test.each([
  ['三百五十块', 35_000],
  ['一万二千元', 1_200_000],
  ['两千块钱', 200_000],
  ['3.5万元', 3_500_000],
  ['三块五', 350],
  ['0.5元', 50],
])('%s is %i fen', (text, fen) => {
  expect(values(text, 'amount')).toEqual([fen]);
});

test('a place of one name gives its code, the finer one when two follow each other', () => {
  expect(values('江苏苏州', 'region')).toEqual(['320500']);
  expect(values('我在浦东', 'region')).toEqual(['310115']);
  expect(values('南京鼓楼', 'region')).toEqual(['320106']);
  expect(values('平安到家', 'region')).toEqual([]);
});

test('a name that several cities use keeps its readings, unless the home province decides', () => {
  const [anywhere] = understand('鼓楼区').entities.filter(({ type }) => type === 'region');
  expect(anywhere?.alternatives?.length).toBeGreaterThan(1);
  const [atHome] = understand('鼓楼区', { ...IDLE, region: '350000' }).entities.filter(
    ({ type }) => type === 'region',
  );
  expect(atHome).toMatchObject({ value: '350102' });
  expect(atHome?.alternatives).toBeUndefined();
});

test('platforms, objects and kinds of account are known by the names people use', () => {
  expect(values('江苏医保云里余额在哪看', 'platform')).toEqual(['jiangsu_yibaoyun']);
  expect(values('江苏医保云里余额在哪看', 'object')).toEqual(['balance']);
  expect(values('亲情账户和门诊共济', 'account_type')).toEqual(['kinship', 'outpatient_pooling']);
});
