/**
 * Misspelt terms of the field, recognised by their sound: 亲青账户 is read as 亲情账户, `bangding` as
 * 绑定. Only towards terms of the lexicon, never over a word that is a word already. Terms of two
 * characters must sound exactly alike; one blurred syllable (zh/z, ang/an, n/l) is forgiven in
 * longer ones.
 */
import { blurred, soundOf } from './pinyin.ts';
import { type Edit, edited, type Tracked } from './tracked.ts';

export interface Repaired {
  readonly tracked: Tracked;
  /** The terms that were read into the text, for 已按…理解. */
  readonly as: readonly string[];
}

export interface RepairWords {
  readonly terms: readonly string[];
  /** Words that are right as they stand. */
  readonly known: { has(word: string): boolean };
  /** Common words that are read from Latin letters only: laopo, zenme. */
  readonly typed?: readonly string[];
}

interface Term {
  readonly word: string;
  /** One unit a syllable, as `Syllables` writes them. */
  readonly sounds: string;
}

/** Sounds written as one UTF-16 unit each, so that a window of a sentence is a key as it stands. */
class Syllables {
  private readonly units = new Map<string, string>();

  /** NONE for what is no ideograph. */
  unitOf(sound: string): string {
    if (sound === '') return NONE;
    const known = this.units.get(sound);
    if (known !== undefined) return known;
    // Some 400 sounds: a unit for each, the first for none.
    const unit = String.fromCharCode(this.units.size + 1);
    this.units.set(sound, unit);
    return unit;
  }
}

const NONE = '\0';

export class Repair {
  private readonly syllables = new Syllables();
  private readonly blurs = new Syllables();
  private readonly exact = new Map<string, Term>();
  private readonly loose = new Map<string, Term[]>();
  private readonly spelled = new Map<string, string>();
  /** Spellings with one letter left open or out, for a finger beside its key. */
  private readonly slipped = new Map<string, string>();
  /** Lengths of terms, longest first, and how those of a length may begin, blurred. */
  private readonly lengths: readonly (readonly [number, ReadonlySet<string>])[];
  private readonly words: ReadonlySet<string>;
  private readonly known: { has(word: string): boolean };

  constructor({ terms, known, typed = [] }: RepairWords) {
    this.known = known;
    this.words = new Set(terms);
    for (const word of terms) this.learn(word);
    for (const word of typed) this.learnSpelling(word, [...word].map(soundOf));
    this.lengths = this.beginnings(terms);
  }

  private beginnings(terms: readonly string[]): readonly (readonly [number, ReadonlySet<string>])[] {
    const begun = new Map<number, Set<string>>();
    for (const term of terms) {
      const begins = begun.get(term.length) ?? new Set<string>();
      begun.set(term.length, begins.add(this.blurs.unitOf(blurred(soundOf(term.charAt(0))))));
    }
    return [...begun].sort(([a], [b]) => b - a);
  }

  private learn(word: string): void {
    const sounds = [...word].map(soundOf);
    if (sounds.some((sound) => sound === '')) return;
    const term = { word, sounds: sounds.map((sound) => this.syllables.unitOf(sound)).join('') };
    this.exact.set(term.sounds, this.exact.get(term.sounds) ?? term);
    this.learnSpelling(word, sounds);
    this.learnSlips(word, sounds.join(''));
    if (word.length < 3) return;
    const key = sounds.map((sound) => this.blurs.unitOf(blurred(sound))).join('');
    this.loose.set(key, [...(this.loose.get(key) ?? []), term]);
  }

  private learnSpelling(word: string, sounds: readonly string[]): void {
    const letters = sounds.join('');
    if (sounds.length < 2 || sounds.includes('') || this.spelled.has(letters)) return;
    this.spelled.set(letters, word);
  }

  private learnSlips(word: string, letters: string): void {
    if (letters.length < SHORTEST_SLIPPED) return;
    const { open, shorter } = slipsOf(letters);
    const missing = letters.length > SHORTEST_SLIPPED ? shorter : [];
    for (const form of [...open, ...missing]) if (!this.slipped.has(form)) this.slipped.set(form, word);
  }

  apply(tracked: Tracked): Repaired {
    const edits = [...this.homophones(tracked.text), ...this.typedSounds(tracked.text)];
    edits.sort((a, b) => a.from - b.from);
    return { tracked: edited(tracked, edits), as: [...new Set(edits.map(({ put }) => put))] };
  }

  private homophones(text: string): Edit[] {
    if (!HAN.test(text)) return [];
    const { sounds, blurs } = this.heard(text);
    const taken = new Uint8Array(text.length);
    const edits: Edit[] = [];
    for (const [length, begins] of this.lengths) {
      for (let from = 0; from + length <= sounds.length; from += 1) {
        if (!begins.has(blurs.charAt(from)) || isTaken(taken, from, length)) continue;
        const window = text.slice(from, from + length);
        const word = this.words.has(window)
          ? window
          : this.termFor(window, sounds.slice(from, from + length), blurs.slice(from, from + length));
        if (word === undefined) continue;
        if (word !== window && tearsAWord(text, from, word, this.known)) continue;
        taken.fill(1, from, from + length);
        if (word !== window) edits.push({ from, to: from + length, put: word });
      }
    }
    return edits;
  }

  /** The sentence by its sounds; nothing of one whose characters are not all of one unit. */
  private heard(text: string): { readonly sounds: string; readonly blurs: string } {
    let sounds = '';
    let blurs = '';
    if (TWO_UNITS.test(text)) return { sounds, blurs };
    for (const char of text) {
      const sound = soundOf(char);
      sounds += this.syllables.unitOf(sound);
      blurs += this.blurs.unitOf(blurred(sound));
    }
    return { sounds, blurs };
  }

  private termFor(window: string, sounds: string, blurs: string): string | undefined {
    const exact = this.exact.get(sounds);
    const near = window.length < 3 ? undefined : this.loose.get(blurs);
    if ((exact === undefined && near === undefined) || this.known.has(window)) return undefined;
    if (exact !== undefined && (window.length > 2 || hasRight(exact.word, window))) return exact.word;
    return near?.find((term) => isNear(term, window, sounds))?.word;
  }

  /** Runs of Latin letters that spell words, with or without spaces: `gong ji`, `zenmebangding`. */
  private typedSounds(text: string): Edit[] {
    const edits: Edit[] = [];
    for (const match of text.matchAll(/[a-z]+(?: [a-z]+)*/gu)) {
      const letters = match[0].replaceAll(' ', '').slice(0, LONGEST_RUN);
      const places = [...match[0]].flatMap((char, index) => (char === ' ' ? [] : [match.index + index]));
      for (const { at, size, word } of this.wordsIn(letters)) {
        edits.push({ from: places[at] ?? 0, to: (places[at + size - 1] ?? 0) + 1, put: word });
      }
    }
    return edits;
  }

  private wordsIn(letters: string): readonly Spelled[] {
    const whole = this.cut(letters);
    if (whole !== undefined) return whole;
    const word = letters.length < SHORTEST_SLIPPED ? undefined : this.nearly(letters);
    return word === undefined ? this.longestIn(letters) : [{ at: 0, size: letters.length, word }];
  }

  /** One letter wrong, missing or too many. */
  private nearly(letters: string): string | undefined {
    const { open, shorter } = slipsOf(letters);
    const near = [letters, ...open].map((form) => this.slipped.get(form)).find((word) => word !== undefined);
    return near ?? shorter.map((form) => this.spelled.get(form)).find((word) => word !== undefined);
  }

  /** The whole run as words, as few as possible. */
  private cut(letters: string): readonly Spelled[] | undefined {
    const best: (readonly Spelled[] | undefined)[] = [[]];
    for (let end = 1; end <= letters.length; end += 1) {
      for (let at = Math.max(0, end - LONGEST_SPELLED); at <= end - SHORTEST_SPELLED; at += 1) {
        const before = best[at];
        const word = before === undefined ? undefined : this.spelled.get(letters.slice(at, end));
        if (before === undefined || word === undefined) continue;
        if ((best[end]?.length ?? Number.POSITIVE_INFINITY) <= before.length + 1) continue;
        best[end] = [...before, { at, size: end - at, word }];
      }
    }
    return letters === '' ? undefined : best[letters.length];
  }

  /** Words inside a run of other letters. Short spellings such as `yue` hide in longer words and do not count. */
  private longestIn(letters: string): readonly Spelled[] {
    const found: Spelled[] = [];
    for (let at = 0; at < letters.length; at += 1) {
      for (let size = Math.min(LONGEST_SPELLED, letters.length - at); size >= 6; size -= 1) {
        const word = this.spelled.get(letters.slice(at, at + size));
        if (word === undefined) continue;
        found.push({ at, size, word });
        at += size - 1;
        break;
      }
    }
    return found;
  }
}

const HAN = /\p{Script=Han}/u;
const TWO_UNITS = /[\u{10000}-\u{10ffff}]/u;

interface Spelled {
  readonly at: number;
  readonly size: number;
  readonly word: string;
}

const SHORTEST_SPELLED = 3;
const LONGEST_SPELLED = 24;
/** Below this a slip makes another word more often than not. */
const SHORTEST_SLIPPED = 5;
/** Nobody types more without a space; a bound against odd input. */
const LONGEST_RUN = 80;

/** The letters with each one left open, and with each one left out. */
function slipsOf(letters: string): { readonly open: readonly string[]; readonly shorter: readonly string[] } {
  const places = [...letters].map((_, index) => index);
  const around = (index: number, put: string) => letters.slice(0, index) + put + letters.slice(index + 1);
  return {
    open: places.map((index) => around(index, '*')),
    shorter: places.map((index) => around(index, '')),
  };
}

function isTaken(taken: Uint8Array, from: number, length: number): boolean {
  for (let i = from; i < from + length; i += 1) if (taken[i] === 1) return true;
  return false;
}

/**
 * A character that already makes a word with its neighbour stays: 影响医保 is no 湘医保, and 用医保吗
 * asks for no 医保码. Terms of two characters are guarded by `hasRight`.
 */
function tearsAWord(text: string, from: number, word: string, known: RepairWords['known']): boolean {
  if (word.length < 3) return false;
  return [...word].some((char, index) => {
    const at = from + index;
    if (text.charAt(at) === char) return false;
    const before = text.slice(Math.max(0, at - 1), at + 1);
    const after = text.slice(at, at + 2);
    return (before.length === 2 && known.has(before)) || (after.length === 2 && known.has(after));
  });
}

/** Two syllables alone are too easily met across the border of two words: one character must be right. */
function hasRight(word: string, window: string): boolean {
  return [...word].some((char, index) => char === window[index]);
}

/** At most one syllable off, and at least half of the characters right: otherwise it is another word. */
function isNear({ word, sounds: own }: Term, window: string, sounds: string): boolean {
  let off = 0;
  let right = 0;
  for (let i = 0; i < word.length; i += 1) {
    if (own.charCodeAt(i) !== sounds.charCodeAt(i)) off += 1;
    if (word.charCodeAt(i) === window.charCodeAt(i)) right += 1;
  }
  return off <= 1 && right * 2 >= word.length;
}
