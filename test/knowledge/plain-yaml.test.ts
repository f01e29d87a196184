/** The fast reader against the general one: the same value, or no value; never another one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { splitFrontMatter } from '../../src/knowledge/files.ts';
import { readPlainYaml } from '../../src/knowledge/plain-yaml.ts';
import { REAL } from './folder.ts';

const texts = readdirSync(REAL, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(?:yaml|md)$/u.test(path) && !path.endsWith('README.md'))
  .map((path) => {
    const text = readFileSync(join(REAL, path), 'utf8');
    return path.endsWith('.md') ? (splitFrontMatter(text)?.front ?? '') : text;
  });

/** What the fast reader says that the general one does not; undefined when they agree or it is silent. */
function disagreement(text: string): string | undefined {
  const fast = readPlainYaml(text);
  if (fast === undefined) return undefined;
  try {
    return isDeepStrictEqual(fast.value, parse(text, { logLevel: 'silent' })) ? undefined : text;
  } catch {
    return text;
  }
}

test('reads every shipped file as the general reader does', () => {
  expect(texts.filter((text) => disagreement(text) !== undefined)).toEqual([]);
});

test('reads nearly all shipped files, or it would not be worth having', () => {
  const read = texts.filter((text) => readPlainYaml(text) !== undefined);
  expect(read.length / texts.length).toBeGreaterThan(0.95);
});

test('of damaged files it reads what the general reader reads, or nothing', () => {
  // A window of some lines keeps the comparison quick.
  const windows = texts.flatMap((text) => {
    const lines = text.split('\n');
    return lines
      .map((_, index) => lines.slice(index, index + 12).join('\n'))
      .filter((_, index) => index % 9 === 0);
  });
  const damage = fc.constantFrom(
    ...[
      '',
      ' ',
      '  ',
      '\n',
      ':',
      ': ',
      '#',
      ' #',
      '-',
      '- ',
      ',',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a',
      '*a',
      '|',
      '|-',
    ],
    ...[
      '>',
      '?',
      '!',
      '%',
      '\t',
      '\\',
      '0',
      '1.5',
      '.',
      'null',
      'true',
      '~',
      '\r',
      'e3',
      '_',
      '@',
      '一',
      ' \n ',
      '\n\n',
    ],
  );
  const damaged = fc
    .tuple(fc.constantFrom(...windows), fc.nat(), fc.nat(3), damage)
    .map(([text, place, cut, put]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + put + text.slice(at + cut);
    });
  fc.assert(
    fc.property(damaged, (text) => {
      expect(disagreement(text)).toBeUndefined();
    }),
    { numRuns: 3000, seed: 20261122 },
  );
});

test('of whatever the general writer writes it reads the same value, or nothing', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.integer({ min: 2, max: 4 }),
      (value, indent) => {
        expect(disagreement(stringify(value, { indent }))).toBeUndefined();
      },
    ),
    { numRuns: 500, seed: 20261122 },
  );
});

describe('it reads', () => {
  test.each([
    ['a: 1 # one\nb: 二 三', { a: 1, b: '二 三' }],
    ['a:\n  - x\n  - y: 1\n    z: [1, "2", 三]', { a: ['x', { y: 1, z: [1, '2', '三'] }] }],
    [
      'a: { b: 2026-11-22, c: null, d: false, e: 0.5 }',
      { a: { b: '2026-11-22', c: null, d: false, e: 0.5 } },
    ],
    ['a: |-\n  一\n    二\n\n  三\n\nb: 1', { a: '一\n  二\n\n三', b: 1 }],
    ['a: &x\n  - 1\nb: *x', { a: [1], b: [1] }],
    ['a: [\n  1,\n  2,\n  ]', { a: [1, 2] }],
    ["a: 'it''s'\nb: \"\\n\"", { a: "it's", b: '\n' }],
  ])('%j', (text, value) => {
    expect(readPlainYaml(text)).toEqual({ value });
    expect(parse(text)).toEqual(value);
  });
});

describe('it leaves to the general reader', () => {
  test.each([
    'a: 1\na: 2',
    'a: 一\n  二',
    'a: 0x10',
    'a: 1e3',
    'a: ~',
    'a: b: c',
    'a: *nobody',
    'a: !tag 1',
    'a: >-\n  一',
    '? a\n: 1',
    '<<: 1',
    'a: "\\x41"',
    'a:\tb',
    '__proto__: 1',
    '1: 2',
    '---\na: 1',
    '',
  ])('%j', (text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});
