import { expect, test } from 'vitest';
import { createNoise } from '../../src/understanding/noise.ts';
import { createNormalizer } from '../../src/understanding/normalize.ts';
import { Repair } from '../../src/understanding/repair.ts';
import { knowledge, understand } from './room.ts';

const trained = [...knowledge.intents.values()].flatMap(({ examples }) => examples);

test.each([
  ['亲青账户是什么', '亲情账户是什么'],
  ['家庭公济怎么帮定', '家庭共济怎么绑定'],
  ['医保电子凭正', '医保电子凭证'],
  ['我的于额', '我的余额'],
  ['jiating gongji 在哪', '家庭共济 在哪'],
  ['bangding', '绑定'],
  ['zenme bangding laopo', '怎么 绑定 老婆'],
  ['zenmebangding', '怎么绑定'],
  ['banding', '绑定'],
  ['gongjii', '共济'],
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
  '影响医保吗',
  'app打不开',
])('%s is left as it is', (text) => {
  expect(understand(text).repairedAs).toBeUndefined();
});

test('hardly a clean sentence is changed: 0.3 % of all that we learn from', () => {
  const sentences = [...knowledge.intents.values()].flatMap(({ examples }) => examples);
  const normalize = createNormalizer(knowledge.lexicon.patterns.variants);
  const repair = new Repair({
    terms: knowledge.lexicon.terms,
    known: new Set(knowledge.lexicon.patterns.never_repair),
  });
  // Without what training knows of them, as a stranger would write them; misspelt on purpose are those in Latin letters.
  const changed = sentences.filter(
    (text) => !/[a-z]/iu.test(text) && repair.apply(normalize(text)).as.length > 0,
  );
  expect(changed.length / sentences.length).toBeLessThanOrEqual(0.003);
});

test.each(['homophone', 'lookalike', 'doubled', 'pinyin', 'fatfinger', 'traditional'] as const)(
  'a sentence with a slip of the kind %s is still understood in nineteen of twenty cases',
  (kind) => {
    const noise = createNoise({ texts: trained, lexicon: knowledge.lexicon });
    const clean = trained.filter((text) => text.length >= 6).slice(0, 400);
    const same = clean.filter((text) => understand(noise(text, kind, 7)).intent === understand(text).intent);
    expect(same.length / clean.length).toBeGreaterThanOrEqual(0.95);
  },
);

test('the same seed makes the same noise', () => {
  const noise = createNoise({ texts: trained, lexicon: knowledge.lexicon });
  expect(noise('家庭共济怎么绑定', 'homophone', 3)).toBe(noise('家庭共济怎么绑定', 'homophone', 3));
  expect(noise('家庭共济怎么绑定', 'homophone', 3)).not.toBe('家庭共济怎么绑定');
  expect(noise('绑定', 'pinyin', 3)).toBe('bangding');
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
