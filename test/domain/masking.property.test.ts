/** Numbers that identify a person never get through, however they are typed; everything else is left alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacter, parseIdNumber } from '../../src/domain/id-number.ts';
import { maskName, maskNumbers } from '../../src/domain/masking.ts';

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));
const day = fc
  .date({ min: new Date('1930-01-01T00:00:00Z'), max: new Date('2025-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
const idNumber = fc
  .tuple(fc.constantFrom('99', '32', '11', '44'), digits(4), day, digits(3))
  .map(([place, county, born, order]) => {
    const first17 = `${place}${county}${born}${order}`;
    return `${first17}${checkCharacter(first17)}`;
  });
const phone = fc
  .tuple(fc.constantFrom('3', '5', '7', '8', '9'), digits(9))
  .map(([second, rest]) => `1${second}${rest}`);
/** As people type: together, in groups, or with the wide digits of an input method. */
const typed = (number: string) =>
  fc.constantFrom(
    number,
    number.replace(/(.{4})/gu, '$1 ').trim(),
    number.replace(/(.{3})(.{4})/u, '$1-$2-'),
    number.replace(/\d/gu, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    number.toLowerCase(),
  );
const words = fc.constantFrom('我妈的', '身份证是', '，', ' ', '手机', '看看', '');

describe('masking', () => {
  it.each([
    ['ID numbers', idNumber],
    ['phone numbers', phone],
    ['card numbers', digits(16).filter((number) => !number.startsWith('0'))],
  ])('hides %s in any spelling', (_, numbers) => {
    fc.assert(
      fc.property(
        words,
        numbers.chain((number) => fc.tuple(fc.constant(number), typed(number))),
        words,
        (before, [number, spelt], after) => {
          const { text, masked } = maskNumbers(`${before}${spelt}${after}`);
          const left = text.normalize('NFKC').replace(/[^\dXx]/gu, '');
          expect(left).toBe('');
          expect(masked.length).toBeGreaterThan(0);
          expect(text).not.toContain(number);
        },
      ),
      { numRuns: 400, seed: 1 },
    );
  });

  it('leaves short numbers, days, money and our own numbers alone', () => {
    for (const text of [
      '余额1234.56元',
      '2026-11-22',
      '12393',
      '绑了3个人',
      '受理号SQ261122-DQW8X',
      '登记号261122-0001',
      '400元',
    ]) {
      expect(maskNumbers(text)).toEqual({ text, masked: [] });
    }
  });

  it('never throws and never invents a number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const masked = maskNumbers(text);
        if (masked.masked.length === 0) expect(masked.text).toBe(text);
      }),
      { seed: 2 },
    );
  });

  it('shows of a name no more than its first and last character', () => {
    expect(['张三', '欧阳明', '诸葛孔明', '李', '买买提·艾力'].map(maskName)).toEqual([
      '张*',
      '欧*明',
      '诸**明',
      '*',
      '买****力',
    ]);
  });
});

describe('ID numbers', () => {
  it('with a right checksum are read, and any other last character is refused', () => {
    fc.assert(
      fc.property(idNumber, fc.constantFrom(...'0123456789X'), (number, last) => {
        expect(parseIdNumber(number, '2026-11-22').ok).toBe(true);
        const changed = `${number.slice(0, 17)}${last}`;
        expect(parseIdNumber(changed, '2026-11-22').ok).toBe(changed === number);
      }),
      { seed: 3 },
    );
  });

  it('tell what is wrong', () => {
    const faults = [
      '99010119860307011',
      '99010119860307011A',
      '00010119860307011X',
      '990101198602300115',
      '990101203003070110',
    ].map((number) => {
      const parsed = parseIdNumber(number, '2026-11-22');
      return parsed.ok ? 'ok' : parsed.fault;
    });
    expect(faults).toEqual(['length', 'characters', 'place', 'date', 'date']);
  });
});
