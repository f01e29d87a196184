/** Numbers in words: 三百五, 一万二, 3.5万, 两千, 十二. */
export interface NumeralWords {
  readonly digits: { readonly [word: string]: number };
  readonly units: { readonly [word: string]: number };
}

export interface Numerals {
  /** Source of an expression that finds a number, without groups. */
  readonly source: string;
  /** The value, or undefined when the words are no number. */
  read(words: string): number | undefined;
}

export function createNumerals({ digits, units }: NumeralWords): Numerals {
  const letters = [...Object.keys(digits), ...Object.keys(units)]
    .filter((word) => word.length === 1)
    .join('');
  const bigUnits = Object.entries(units)
    .filter(([, value]) => value >= 1000)
    .map(([word]) => word)
    .join('');
  return {
    source: `(?:\\d+(?:\\.\\d+)?[${bigUnits}]?|[${letters}]+)`,
    read: (words) => read(words, digits, units),
  };
}

function read(
  words: string,
  digits: NumeralWords['digits'],
  units: NumeralWords['units'],
): number | undefined {
  const arabic = /^(\d+(?:\.\d+)?)(.?)$/u.exec(words);
  if (arabic !== null) {
    const unit = arabic[2] === '' ? 1 : units[arabic[2] ?? ''];
    return unit === undefined ? undefined : Number(arabic[1]) * unit;
  }
  return spoken([...words], digits, units);
}

/** Sections of ten thousand, each of digits and units; a digit after a unit may leave its own unit out. */
function spoken(
  chars: readonly string[],
  digits: NumeralWords['digits'],
  units: NumeralWords['units'],
): number | undefined {
  let total = 0;
  let section = 0;
  let digit: number | undefined;
  let lastUnit = 0;
  for (const char of chars) {
    const unit = units[char];
    if (unit === undefined) {
      const value = digits[char];
      if (value === undefined) return undefined;
      digit = digit === undefined || lastUnit > 0 ? value : digit * 10 + value;
      if (value === 0) lastUnit = 0;
    } else if (unit >= 10_000) {
      total = (total + section + (digit ?? 0)) * unit;
      section = 0;
      digit = undefined;
      lastUnit = unit;
    } else {
      section += (digit ?? 1) * unit;
      digit = undefined;
      lastUnit = unit;
    }
  }
  const left = (digit ?? 0) * (lastUnit >= 100 ? lastUnit / 10 : 1);
  return total + section + left;
}
