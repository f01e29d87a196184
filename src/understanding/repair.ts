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
}

interface Term {
  readonly word: string;
  readonly sounds: readonly string[];
}

export class Repair {
  private readonly exact = new Map<string, Term>();
  private readonly loose = new Map<string, Term[]>();
  private readonly spelled = new Map<string, string>();
  private readonly lengths: readonly number[];
  private readonly words: ReadonlySet<string>;
  private readonly known: { has(word: string): boolean };

  constructor({ terms, known }: RepairWords) {
    this.known = known;
    this.words = new Set(terms);
    for (const word of terms) this.learn(word);
    this.lengths = [...new Set(terms.map((term) => term.length))].sort((a, b) => b - a);
  }

  private learn(word: string): void {
    const sounds = [...word].map(soundOf);
    if (sounds.some((sound) => sound === '')) return;
    const term = { word, sounds };
    this.exact.set(sounds.join(' '), this.exact.get(sounds.join(' ')) ?? term);
    this.spelled.set(sounds.join(''), word);
    if (word.length < 3) return;
    const key = sounds.map(blurred).join(' ');
    this.loose.set(key, [...(this.loose.get(key) ?? []), term]);
  }

  apply(tracked: Tracked): Repaired {
    const edits = [...this.homophones(tracked.text), ...this.typedSounds(tracked.text)];
    edits.sort((a, b) => a.from - b.from);
    return { tracked: edited(tracked, edits), as: [...new Set(edits.map(({ put }) => put))] };
  }

  private homophones(text: string): Edit[] {
    const sounds = [...text].length === text.length ? Array.from(text, soundOf) : [];
    const taken = new Uint8Array(text.length);
    const edits: Edit[] = [];
    for (const length of this.lengths) {
      for (let from = 0; from + length <= sounds.length; from += 1) {
        const window = text.slice(from, from + length);
        if (isTaken(taken, from, length)) continue;
        const word = this.words.has(window)
          ? window
          : this.termFor(window, sounds.slice(from, from + length));
        if (word === undefined) continue;
        taken.fill(1, from, from + length);
        if (word !== window) edits.push({ from, to: from + length, put: word });
      }
    }
    return edits;
  }

  private termFor(window: string, sounds: readonly string[]): string | undefined {
    if (sounds.includes('') || this.known.has(window)) return undefined;
    const exact = this.exact.get(sounds.join(' '));
    if (exact !== undefined && (sounds.length > 2 || hasRight(exact.word, window))) return exact.word;
    if (sounds.length < 3) return undefined;
    const near = this.loose.get(sounds.map(blurred).join(' ')) ?? [];
    return near.find((term) => isNear(term, window, sounds))?.word;
  }

  /** Runs of Latin letters that spell a term, with or without spaces: `gong ji`. */
  private typedSounds(text: string): Edit[] {
    const edits: Edit[] = [];
    for (const match of text.matchAll(/[a-z]+(?: [a-z]+)*/gu)) {
      const letters = match[0].replaceAll(' ', '');
      const places = [...match[0]].flatMap((char, index) => (char === ' ' ? [] : [match.index + index]));
      for (let at = 0; at < letters.length; ) {
        const spelled = this.longestSpelled(letters, at);
        if (spelled === undefined) {
          at += 1;
          continue;
        }
        const { size, word } = spelled;
        edits.push({ from: places[at] ?? 0, to: (places[at + size - 1] ?? 0) + 1, put: word });
        at += size;
      }
    }
    return edits;
  }

  private longestSpelled(letters: string, at: number) {
    for (let size = Math.min(24, letters.length - at); size >= 3; size -= 1) {
      const word = this.spelled.get(letters.slice(at, at + size));
      // Short spellings such as `yue` hide in longer words: they count only when they stand alone.
      if (word !== undefined && (size >= 6 || letters.length === size)) return { size, word };
    }
    return undefined;
  }
}

function isTaken(taken: Uint8Array, from: number, length: number): boolean {
  for (let i = from; i < from + length; i += 1) if (taken[i] === 1) return true;
  return false;
}

/** Two syllables alone are too easily met across the border of two words: one character must be right. */
function hasRight(word: string, window: string): boolean {
  return [...word].some((char, index) => char === window[index]);
}

/** At most one syllable off, and at least half of the characters right: otherwise it is another word. */
function isNear(term: Term, window: string, sounds: readonly string[]): boolean {
  const off = sounds.filter((sound, index) => sound !== term.sounds[index]).length;
  const right = [...term.word].filter((char, index) => char === window[index]).length;
  return off <= 1 && right * 2 >= term.word.length;
}
