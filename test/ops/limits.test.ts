/** The table of limits says what the code does, and the manual says what the table says. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LIMITS, limitsTable } from '../../src/limits.ts';

const all = LIMITS.flatMap(({ limits }) => limits);

/** What a constant in a file comes to: numbers and products of numbers and of the file's other constants. */
function constant(file: string, name: string): number {
  const text = readFileSync(file, 'utf8');
  const [, list] = /^(\w+)\[-1\]$/u.exec(name) ?? [];
  if (list !== undefined) {
    const values = new RegExp(`const ${list} = \\[([^\\]]+)\\]`, 'u').exec(text)?.[1] ?? '';
    return Number(values.split(',').at(-1)?.trim().replaceAll('_', ''));
  }
  const [, group, field] = /^(\w+)\.(\w+)$/u.exec(name) ?? [];
  const found =
    group === undefined
      ? new RegExp(`const ${name}(?:: number)? = ([^;]+);`, 'u').exec(text)
      : new RegExp(`const ${group} = \\{[^}]*\\b${field}: ([^,]+),`, 'u').exec(text);
  const expression = found?.[1];
  if (expression === undefined) return Number.NaN;
  return expression
    .split('*')
    .map((factor) => factor.trim())
    .map((factor) =>
      /^[\d_.]+$/u.test(factor) ? Number(factor.replaceAll('_', '')) : constant(file, factor),
    )
    .reduce((product, factor) => product * factor, 1);
}

describe('limits', () => {
  test.each(all.filter(({ at }) => at !== ''))(
    '$what is $value $unit, as $at says',
    ({ at, value, scale }) => {
      const [file = '', name = ''] = at.split('#');
      expect(existsSync(file)).toBe(true);
      expect(constant(file, name) * (scale ?? 1)).toBeCloseTo(value, 9);
    },
  );

  test('each has a name of its own and a reason', () => {
    expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
    expect(all.filter(({ why }) => why.length < 2)).toEqual([]);
  });

  test('the manual has this table: gongji limits --write docs/operations.md', () => {
    expect(readFileSync('docs/operations.md', 'utf8')).toContain(limitsTable());
  });
});
