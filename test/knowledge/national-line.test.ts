/** The shipped rules against the dates of the national line: the day before, and the day of each change. */
import { describe, expect, test } from 'vitest';
import { entriesAt, isTellable, ruleAt } from '../../src/knowledge/lookup.ts';
import type { RuleId } from '../../src/knowledge/schema/region.ts';
import { shippedRules } from './folder.ts';

const knowledge = shippedRules();
const THREE = ['spouse', 'parent', 'child'];
const EIGHT = [
  ...THREE,
  'sibling',
  'grandparent',
  'maternal_grandparent',
  'grandchild',
  'maternal_grandchild',
];

function at(rule: RuleId, region: string, day: string): unknown {
  return ruleAt(knowledge, rule, region, day).value;
}

test('cross-province asked as of 2024-06, 2025-01, 2025-10 and 2026-11 gives four different values', () => {
  const days = ['2024-06-15', '2025-01-15', '2025-10-15', '2026-11-22'];
  expect(days.map((day) => at('cross_province', '000000', day))).toEqual([
    'none',
    'pilot',
    'wallet_transfer',
    'wallet_quota',
  ]);
});

describe('the day before and the day of', () => {
  test.each([
    ['near relatives everywhere', 'relations_allowed', '000000', '2024-12-26', THREE, '2024-12-27', EIGHT],
    [
      'sharing inside the province',
      'geographic_scope',
      '000000',
      '2024-11-25',
      'pooling_region',
      '2024-11-26',
      'province',
    ],
    ['the cross-province pilot', 'cross_province', '000000', '2024-12-01', 'none', '2024-12-02', 'pilot'],
    ['the wallet', 'cross_province', '000000', '2025-09-16', 'pilot', '2025-09-17', 'wallet_transfer'],
    ['the quota', 'cross_province', '000000', '2026-01-08', 'wallet_transfer', '2026-01-09', 'wallet_quota'],
    ['premiums from the account', 'premium_allowed', '000000', '2024-07-31', null, '2024-08-01', true],
    ['near relatives in Hebei', 'relations_allowed', '130000', '2024-08-01', THREE, '2024-08-02', EIGHT],
    ['near relatives in Hubei', 'relations_allowed', '420000', '2024-09-30', THREE, '2024-10-01', EIGHT],
    ['near relatives in Shantou', 'relations_allowed', '440500', '2024-10-31', THREE, '2024-11-01', EIGHT],
    ['near relatives in Jiangsu', 'relations_allowed', '320500', '2024-12-26', THREE, '2024-12-27', EIGHT],
    ['near relatives in Shanghai', 'relations_allowed', '310000', '2024-12-26', THREE, '2024-12-27', EIGHT],
    [
      'cities of Liaoning',
      'geographic_scope',
      '210200',
      '2024-09-19',
      'pooling_region',
      '2024-09-20',
      'province',
    ],
    [
      'Nanjing joining its province',
      'geographic_scope',
      '320100',
      '2024-11-25',
      'pooling_region',
      '2024-11-26',
      'province',
    ],
    ['the window of Dalian closing', 'premium_window', '210200', '2024-12-26', null, '2026-11-22', null],
  ] as const)('%s', (_, rule, region, before, old, of, now) => {
    expect(at(rule, region, before)).toEqual(old);
    expect(at(rule, region, of)).toEqual(now);
  });
});

test('the quota of 2026 and the eight relatives may be told; what only a summary says may not', () => {
  expect(isTellable(ruleAt(knowledge, 'cross_province', '320000', '2026-11-22'))).toBe(true);
  expect(isTellable(ruleAt(knowledge, 'relations_allowed', '320000', '2026-11-22'))).toBe(true);
  expect(isTellable(ruleAt(knowledge, 'pooled_fund_shared', '320000', '2026-11-22'))).toBe(false);
});

test.each([
  ['330000', 'minimum_retained_fen'],
  ['130000', 'max_at_once'],
  ['430000', 'max_at_once'],
  ['440300', 'review'],
  ['110000', 'order_rule'],
  ['410000', 'refund_to'],
  ['320000', 'unbind_lock_days'],
] as const)('in %s the %s of content farms and summaries is kept and not told', (region, rule) => {
  const found = ruleAt(knowledge, rule, region, '2026-11-22');
  expect(found.value).not.toBeNull();
  expect(isTellable(found)).toBe(false);
});

test('a spouse in Jiangsu must confirm, in Hebei nobody must', () => {
  expect(at('consent_step', '320500', '2026-11-22')).toBe('spouse');
  expect(at('consent_step', '130000', '2026-11-22')).toBe('none');
});

test('the kinship account comes first in Hainan and nowhere else', () => {
  const first = [...knowledge.regions.keys()].filter(
    (region) => at('kinship_account_first', region, '2026-11-22') === true,
  );
  expect(first).toEqual(['460000']);
});

test('no shipped region states a window for the premiums of 2027', () => {
  const windows = [...knowledge.regions.keys()].map((region) => at('premium_window', region, '2026-11-22'));
  expect(windows.every((window) => window === null)).toBe(true);
});

test('every region has a way to bind that may be told', () => {
  for (const region of knowledge.regions.keys()) {
    expect(entriesAt(knowledge, 'bind', region, '2026-11-22').length, region).toBeGreaterThan(0);
  }
});

test('across provinces every region leads to the wallet', () => {
  for (const region of knowledge.regions.keys()) {
    const ways = entriesAt(knowledge, 'bind', region, '2026-11-22', 'cross_province');
    expect(
      ways.map(({ platform }) => platform),
      region,
    ).toEqual(['national_app']);
  }
});
