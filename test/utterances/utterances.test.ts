/** What makes the evaluation sentences fit to measure with: enough of each kind, and none of them known. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CAUSES, INTENTS, SYMPTOMS } from '../../src/domain/taxonomy.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { bigrams, similarity } from '../../src/knowledge/resemblance.ts';
import type { Labelled } from '../../src/understanding/measure.ts';

interface Row extends Labelled {
  readonly id: string;
  readonly text: string;
  readonly style?: string;
}

/** Two sentences more alike than this are one sentence written twice. */
const SAME = 0.9;
const STYLES = ['plain', 'clerk', 'angry', 'voice', 'word', 'story', 'dialect', 'mixed'];

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');
const read = (file: string) =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
const rows = read('eval.jsonl');
const older = read('questions.jsonl');
const { intents, lexicon } = loadKnowledge(`${root}/knowledge`);
const examples = [
  ...[...intents.values()].map((entry) => entry.examples),
  ...Object.values(lexicon.symptoms).map((entry) => entry.examples),
  ...Object.values(lexicon.causes).map((entry) => entry.examples),
  ...Object.values(lexicon.negatives),
].flat();

function fewerThan(least: number, ids: readonly string[], of: (row: Row) => string | undefined): string[] {
  return ids.filter((id) => rows.filter((row) => of(row) === id).length < least);
}

test('there are six hundred sentences and more, each written once', () => {
  expect(rows.length).toBeGreaterThanOrEqual(600);
  expect(new Set([...rows, ...older].map(({ id }) => id)).size).toBe(rows.length + older.length);
  expect(rows.flatMap(({ text }, index) => alike(text, [...rows.slice(index + 1), ...older]))).toEqual([]);
});

test('every intent, symptom and cause has enough of them, and so have those who ask for something else', () => {
  expect(fewerThan(12, INTENTS, ({ intent }) => intent)).toEqual([]);
  expect(fewerThan(10, SYMPTOMS, ({ symptom }) => symptom)).toEqual([]);
  expect(fewerThan(4, CAUSES, ({ cause }) => cause)).toEqual([]);
  const outsiders = rows.filter(({ intent }) => intent === 'oos' || intent === 'ask.other');
  expect(outsiders.length).toBeGreaterThanOrEqual(120);
});

test('every sentence names the manner of its asker, and no manner is rare', () => {
  expect(rows.filter(({ style }) => !STYLES.includes(style ?? ''))).toEqual([]);
  expect(
    STYLES.filter((style) => style !== 'mixed' && rows.filter((row) => row.style === style).length < 30),
  ).toEqual([]);
});

// When this fails the example has to go, not the sentence that measures: it was there to be unknown.
test('no evaluation sentence is an example, nor nearly one', () => {
  const known = examples.map((text) => ({ text }));
  expect([...rows, ...older].flatMap(({ text }) => alike(text, known))).toEqual([]);
});

/** What measures on them. None of these may choose anything by what it sees. */
const MEASURING = ['bench/understanding.ts', 'bench/understanding-peers.ts', 'src/cli/kb-impact.ts'];

test('nothing that trains or tunes can read the evaluation sentences', () => {
  const others = ['src', 'scripts', 'bench'].flatMap(filesUnder).filter((file) => !MEASURING.includes(file));
  expect(others.length).toBeGreaterThan(100);
  expect(others.filter((file) => /utterances/u.test(textOf(file)))).toEqual([]);
});

test('what measures on them chooses no threshold and trains on none of them', () => {
  const measuring = ['src', 'bench'].flatMap(filesUnder).filter((file) => MEASURING.includes(file));
  expect(measuring.filter((file) => /thresholds\.ts|\bfit\b/u.test(textOf(file)))).toEqual([]);
});

const textOf = (file: string) => readFileSync(`${root}/${file}`, 'utf8');

function filesUnder(folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length + 1))
    .filter((file) => !file.includes('/node_modules/'));
}

function alike(text: string, others: readonly { readonly text: string }[]): [string, string][] {
  const own = gramsOf(text);
  return others
    .filter((other) => similarity(own, gramsOf(other.text)) > SAME)
    .map((other): [string, string] => [text, other.text]);
}

const grams = new Map<string, ReadonlySet<string>>();
function gramsOf(text: string): ReadonlySet<string> {
  const found = grams.get(text) ?? bigrams(text);
  grams.set(text, found);
  return found;
}
