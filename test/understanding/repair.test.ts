import { expect, test } from 'vitest';
import { understand } from './room.ts';

test.each([
  ['亲青账户是什么', '亲情账户是什么'],
  ['家庭公济怎么帮定', '家庭共济怎么绑定'],
  ['医保电子凭正', '医保电子凭证'],
  ['我的于额', '我的余额'],
  ['jiating gongji 在哪', '家庭共济 在哪'],
  ['bangding', '绑定'],
])('%s is read as %s, and it is said so', (text, normalized) => {
  const understood = understand(text);
  expect(understood.normalized).toBe(normalized);
  expect(understood.repairedAs).toBeDefined();
});

test.each([
  '天冷了要注意保暖',
  '攻击一下',
  '工具在哪',
  '社保局在哪',
  '长护险怎么办',
  '职工基本医疗',
  '各省共几项',
])('%s is left as it is', (text) => {
  expect(understand(text).repairedAs).toBeUndefined();
});

test('traditional characters and full-width signs are read like simplified ones', () => {
  expect(understand('帳戶餘額查詢').normalized).toBe('账户余额查询');
  expect(understand('ＡＰＰ，綁定！').normalized).toBe('app 绑定');
});

test('an entity found in repaired words points at the words as they were written', () => {
  const text = '请问，亲青账户有用吗';
  const [account] = understand(text).entities.filter(({ type }) => type === 'account_type');
  expect(account).toMatchObject({ value: 'kinship', text: '亲青账户', start: 3, end: 7 });
});
