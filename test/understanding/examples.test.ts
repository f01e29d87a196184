/** The sentences the models learn from: enough of each kind, each said once, and all of them ours. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAUSES, INTENTS, SYMPTOMS } from '../../src/domain/taxonomy.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { grams } from '../../src/knowledge/resemblance.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Texts that others wrote; looked at only where they lie beside the checkout. */
const OTHERS = ['articles', 'datasets'].flatMap((name) =>
  ['../shared/reference', '../shared'].map((folder) => join(ROOT, folder, name)).filter(existsSync),
);
/** So many characters in a row are no accident. */
const COPIED_RUN = 12;
/** Names of things, which anybody may write. */
const OFFICIAL_NAMES = ['职工医保个人账户家庭共济', '职工基本医疗保险', '城乡居民基本医疗保险'];
/** One word or two, and a story: both are common, and a label that has seen one only fails on the other. */
const SHORT = 5;
const LONG = 18;

interface Said {
  readonly label: string;
  readonly text: string;
}

// Not the trained room of the other tests: nothing here needs a model.
const { intents, lexicon, faq } = loadKnowledge(join(ROOT, 'knowledge'));
const ofIntents = new Map([...intents.values()].map(({ id, examples }) => [id as string, examples]));
const ofSymptoms = examplesOf(lexicon.symptoms);
const ofCauses = examplesOf(lexicon.causes);
const ofNegatives = new Map(Object.entries(lexicon.negatives));
const everything: readonly Said[] = [ofIntents, ofSymptoms, ofCauses, ofNegatives].flatMap((labels) =>
  [...labels].flatMap(([label, texts]) => texts.map((text) => ({ label, text }))),
);

describe('example sentences', () => {
  it('are thirty or more of every intent', () => {
    expect(fewer(ofIntents, INTENTS, 30)).toEqual([]);
  });

  it('are twenty or more of every symptom, and fifteen or more of every cause', () => {
    expect(fewer(ofSymptoms, SYMPTOMS, 20)).toEqual([]);
    expect(fewer(ofCauses, CAUSES, 15)).toEqual([]);
  });

  it('are five hundred or more of what is not ours, of both kinds', () => {
    const counts = [...ofNegatives.values()].map(({ length }) => length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(200);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(500);
  });

  it('stand once each: no two labels claim the same words', () => {
    const first = new Map<string, string>();
    const twice = everything.filter(({ label, text }) => {
      const words = wordsOf(text);
      const known = first.has(words);
      first.set(words, label);
      return known;
    });
    expect(twice).toEqual([]);
  });

  it('are never a question an answer is found by, which is kept to measure', () => {
    const questions = new Set([...faq.values()].flatMap(({ questions }) => questions.map(wordsOf)));
    const ours = [...ofIntents.values()].flat();
    expect(ours.filter((text) => questions.has(wordsOf(text)))).toEqual([]);
  });

  it('are of one word and of a whole story, for every intent', () => {
    const smallTalk = new Set(['chat.greet', 'oos']);
    const flat = [...ofIntents].filter(
      ([id, texts]) =>
        !texts.some(({ length }) => length <= SHORT) ||
        !(smallTalk.has(id) || texts.some(({ length }) => length >= LONG)),
    );
    expect(flat.map(([id]) => id)).toEqual([]);
  });

  it('are spread in length: a quarter below eight characters, a twentieth above twenty', () => {
    const lengths = [...ofIntents.values()].flat().map(({ length }) => length);
    const share = (holds: (length: number) => boolean) => lengths.filter(holds).length / lengths.length;
    expect(share((length) => length < 8)).toBeGreaterThan(0.25);
    expect(share((length) => length > 20)).toBeGreaterThan(0.05);
  });

  it('say the same things with the words of several parts of the country', () => {
    const missing = ['咋', '俺', '啥', '恁', '侬', '嘅', '娃'].filter(
      (word) => !everything.some(({ text }) => text.includes(word)),
    );
    expect(missing).toEqual([]);
  });
});

describe.runIf(OTHERS.length > 0)('what others wrote', () => {
  it('is never repeated for twelve characters, names of things aside', () => {
    const names = new Set(OFFICIAL_NAMES.flatMap((name) => [...grams(name, COPIED_RUN)]));
    const ours = new Map(
      everything
        .filter(({ text }) => wordsOf(text).length >= COPIED_RUN)
        .flatMap(({ text }) => [...grams(text, COPIED_RUN)].map((gram) => [gram, text])),
    );
    const copied = filesOf(OTHERS).flatMap((file) => {
      const theirs = wordsOf(readFileSync(file, 'utf8'));
      return runsOf(theirs).flatMap((run) => (names.has(run) ? [] : (ours.get(run) ?? [])));
    });
    expect([...new Set(copied)]).toEqual([]);
  });
});

function examplesOf(entries: { readonly [label: string]: { readonly examples: readonly string[] } }) {
  return new Map(Object.entries(entries).map(([label, { examples }]) => [label, examples]));
}

function fewer(
  have: ReadonlyMap<string, readonly string[]>,
  labels: readonly string[],
  least: number,
): string[] {
  return labels.filter((label) => (have.get(label)?.length ?? 0) < least);
}

/** What is left of a sentence when spelling is: signs alone (`。。。`, `👍`) stay as they are. */
function wordsOf(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase();
  return plain.replace(/[^\p{L}\p{N}]/gu, '') || plain;
}

function filesOf(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .map((entry) => join(entry.parentPath, entry.name)),
  );
}

function runsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - COPIED_RUN + 1) }, (_, at) =>
    text.slice(at, at + COPIED_RUN),
  );
}
