import { describe, expect, test } from 'vitest';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import {
  effectiveRules,
  entriesAt,
  isTellable,
  regionByName,
  regionChain,
  ruleAt,
} from '../../src/knowledge/lookup.ts';
import { RULE_IDS } from '../../src/knowledge/schema/region.ts';
import { dated, folder, regionFile, SOURCES } from './folder.ts';

const DAY = '2026-11-22';

function entry(platform: string, scope = 'any', rest = ''): string {
  return `    - { platform: ${platform}, client: app, path: [打开], scope: ${scope}, from: 2024-01-01, source: gov, checked: 2026-11-22${rest} }`;
}

const knowledge = loadKnowledge(
  folder({
    'sources.yaml': SOURCES,
    ...regionFile({
      code: '000000',
      name: '全国',
      rules: [
        `  max_at_once: [${dated('9', '2024-01-01')}]`,
        `  fund_model: [${dated('F1', '2024-01-01')}]`,
        `  review: [${dated('none', '2024-01-01')}]`,
      ].join('\n'),
      entries: ['  bind:', entry('national_app'), entry('wallet_app', 'cross_province')].join('\n'),
    }),
    ...regionFile({
      code: '320000',
      name: '江苏省',
      rules: [
        `  max_at_once: [${dated('7', '2025-01-01', ', until: 2026-01-01')}]`,
        `  fund_model: [${dated('null', '2025-01-01')}]`,
        '  review: [{ value: agency, from: 2025-01-01, source: farm, checked: 2026-11-22, status: unverified }]',
      ].join('\n'),
      entries: ['  bind:', entry('province_app', 'cross_city')].join('\n'),
    }),
    ...regionFile({
      code: '320500',
      name: '苏州市',
      rules: `  max_at_once: [${dated('5', '2026-06-01')}]`,
      entries: [
        '  bind:',
        entry('city_app', 'same_city'),
        '  unbind:',
        entry('farm_app').replace('source: gov', 'source: farm'),
      ].join('\n'),
    }),
  }),
);

describe('the chain of regions', () => {
  test('goes from the city over the province to the nation', () => {
    expect(regionChain(knowledge, '320500')).toEqual(['320500', '320000', '000000']);
  });
  test('a county belongs to its city', () => {
    expect(regionChain(knowledge, '320585')).toEqual(['320500', '320000', '000000']);
  });
  test('a city without a file is answered for by its province, a province without one by the nation', () => {
    expect(regionChain(knowledge, '320100')).toEqual(['320000', '000000']);
    expect(regionChain(knowledge, '510100')).toEqual(['000000']);
  });
  test('the nation is its own chain', () => {
    expect(regionChain(knowledge, '000000')).toEqual(['000000']);
  });
});

describe('a rule on a day', () => {
  test.each([
    ['2024-12-31', 9, 'nation'],
    ['2025-01-01', 7, 'province'],
    ['2025-12-31', 7, 'province'],
    ['2026-01-01', 9, 'nation'],
    ['2026-06-01', 5, 'city'],
  ])('on %s the city has %i members by the %s', (asOf, value, level) => {
    expect(ruleAt(knowledge, 'max_at_once', '320500', asOf)).toMatchObject({ value, level });
  });

  test('says where it comes from', () => {
    expect(ruleAt(knowledge, 'max_at_once', '320100', '2025-05-01')).toEqual({
      rule: 'max_at_once',
      value: 7,
      region: '320000',
      level: 'province',
      status: 'current',
      from: '2025-01-01',
      until: '2026-01-01',
      source: 'gov',
      grade: 'A',
      checked: '2026-11-22',
    });
  });

  test('a null stops the chain and means unknown, whatever the nation says', () => {
    const rule = ruleAt(knowledge, 'fund_model', '320500', DAY);
    expect(rule).toMatchObject({ value: null, status: 'unknown', region: '320000' });
    expect(isTellable(rule)).toBe(false);
  });

  test('a local doubt is not healed by a national rule', () => {
    const rule = ruleAt(knowledge, 'review', '320500', DAY);
    expect(rule).toMatchObject({ value: 'agency', status: 'unverified', grade: 'D' });
    expect(isTellable(rule)).toBe(false);
  });

  test('a rule nobody states is unknown, and unknown may never be told', () => {
    const rules = effectiveRules(knowledge, '320500', DAY);
    expect(rules.map(({ rule }) => rule)).toEqual(RULE_IDS);
    const unknown = rules.filter(({ status }) => status === 'unknown');
    expect(unknown.length).toBeGreaterThan(20);
    expect(unknown.every((rule) => rule.value === null && !isTellable(rule))).toBe(true);
  });

  test.each([
    ['current', 'A', true],
    ['current', 'B', true],
    ['current', 'M', true],
    ['current', 'C', false],
    ['current', 'D', false],
    ['current', 'P', false],
    ['unverified', 'A', false],
    ['disputed', 'A', false],
    ['superseded', 'A', false],
  ] as const)('%s on grade %s may be told: %s', (status, grade, tellable) => {
    expect(isTellable({ status, grade })).toBe(tellable);
  });
});

describe('ways to do an operation', () => {
  const platforms = (...args: Parameters<typeof entriesAt>) =>
    entriesAt(...args).map(({ platform }) => platform);

  test('inside one city the page of the city comes first', () => {
    expect(platforms(knowledge, 'bind', '320500', DAY, 'same_city')).toEqual(['city_app', 'national_app']);
  });
  test('between two cities of the province it is the page of the province', () => {
    expect(platforms(knowledge, 'bind', '320500', DAY, 'cross_city')).toEqual([
      'province_app',
      'national_app',
    ]);
  });
  test('across provinces only the wallet is given', () => {
    expect(platforms(knowledge, 'bind', '320500', DAY, 'cross_province')).toEqual(['wallet_app']);
  });
  test('without a scope each scope has its way', () => {
    expect(platforms(knowledge, 'bind', '320500', DAY)).toEqual([
      'city_app',
      'province_app',
      'national_app',
      'wallet_app',
    ]);
  });
  test('a menu known from a content farm is not given', () => {
    expect(platforms(knowledge, 'unbind', '320500', DAY)).toEqual([]);
  });
  test('a way that did not exist yet is not given', () => {
    expect(platforms(knowledge, 'bind', '320500', '2023-12-31')).toEqual([]);
  });
});

test.each([
  ['江苏省', '320000'],
  ['江苏', '320000'],
  ['苏州市', '320500'],
  ['苏州', '320500'],
  ['全国', '000000'],
  ['火星', undefined],
])('%s is the region %s', (name, code) => {
  expect(regionByName(knowledge, name)).toBe(code);
});
