/**
 * What goes wrong between a head and a screen, made on purpose: the same sentence with wrong
 * characters of the right sound, look-alikes, lost or doubled characters, words left in Latin
 * letters (also mistyped), or in traditional script. A seed decides; the same seed gives the same.
 */
import { Converter } from 'opencc-js/cn2t';
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import { soundOf } from './pinyin.ts';
import { randomOf } from './random.ts';

export const NOISES = [
  'homophone',
  'lookalike',
  'dropped',
  'doubled',
  'pinyin',
  'fatfinger',
  'traditional',
] as const;
export type Noise = (typeof NOISES)[number];

/** Gives the sentence with the noise, or as it was when nothing in it can go wrong in that way. */
export type MakeNoise = (text: string, noise: Noise, seed: number) => string;

export interface NoiseWords {
  /** Characters people use; only these are mistaken for one another. */
  readonly texts: readonly string[];
  readonly lexicon: {
    readonly terms: Lexicon['terms'];
    readonly patterns: Pick<Lexicon['patterns'], 'lookalikes'>;
  };
}

/** One slip in so many characters, at least one in a sentence. */
const CHARACTERS_A_SLIP = 12;
const HAN = /\p{Script=Han}/u;
/** Rows of the keyboard: a finger lands beside its key. */
const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

export function createNoise({ texts, lexicon }: NoiseWords): MakeNoise {
  const bySound = soundsOf(texts);
  const looks = lexicon.patterns.lookalikes;
  const toTraditional = Converter({ from: 'cn', to: 't' });
  const terms = lexicon.terms.filter((term) => [...term].every((char) => soundOf(char) !== ''));
  const swapped = (text: string, random: () => number, others: (char: string) => readonly string[]) =>
    slipped(
      text,
      random,
      (char) => others(char).length > 0,
      (char) => pick(others(char), random) ?? char,
    );
  const typed = (text: string, random: () => number, spell: (letters: string) => string) => {
    const term = pick(terms.filter((one) => text.includes(one)).slice(0, 3), random);
    return term === undefined ? text : text.replace(term, spell([...term].map(soundOf).join('')));
  };
  return (text, noise, seed) => {
    const random = randomOf(seed ^ sumOf(text));
    switch (noise) {
      case 'homophone':
        return swapped(text, random, (char) =>
          (bySound.get(soundOf(char)) ?? []).filter((other) => other !== char),
        );
      case 'lookalike':
        return swapped(text, random, (char) =>
          looks
            .filter((group) => group.includes(char))
            .flatMap((group) => [...group].filter((other) => other !== char)),
        );
      case 'dropped':
        return slipped(text, random, isHan, () => '');
      case 'doubled':
        return slipped(text, random, isHan, (char) => char + char);
      case 'pinyin':
        return typed(text, random, (letters) => letters);
      case 'fatfinger':
        return typed(text, random, (letters) => slippedKey(letters, random));
      case 'traditional':
        return toTraditional(text);
    }
  };
}

function soundsOf(texts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const bySound = new Map<string, string[]>();
  for (const char of new Set(texts.join(''))) {
    const sound = soundOf(char);
    if (sound !== '') bySound.set(sound, [...(bySound.get(sound) ?? []), char]);
  }
  return bySound;
}

function slipped(
  text: string,
  random: () => number,
  canSlip: (char: string) => boolean,
  slip: (char: string) => string,
): string {
  const chars = [...text];
  const slips = Math.max(1, Math.round(chars.length / CHARACTERS_A_SLIP));
  // A sentence of one character is left: nothing would be left of it.
  if (chars.length < 2) return text;
  for (let i = 0; i < slips; i += 1) {
    const places = chars.flatMap((char, place) => (canSlip(char) ? [place] : []));
    const place = pick(places, random);
    if (place === undefined) break;
    chars[place] = slip(chars[place] as string);
  }
  return chars.join('');
}

function slippedKey(letters: string, random: () => number): string {
  const place = Math.floor(random() * letters.length);
  const key = letters.charAt(place);
  const row = ROWS.find((keys) => keys.includes(key)) ?? key;
  const at = row.indexOf(key) + (random() < 0.5 ? -1 : 1);
  return letters.slice(0, place) + (row.charAt(at) || key) + letters.slice(place + 1);
}

function isHan(char: string): boolean {
  return char.length > 0 && HAN.test(char);
}

function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

/** So that two sentences do not slip in the same places. */
function sumOf(text: string): number {
  let sum = 0;
  for (const char of text) sum = (Math.imul(sum, 31) + (char.codePointAt(0) ?? 0)) | 0;
  return sum;
}
