import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { review } from '../../src/cli/review.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../../src/library.ts';

const SAID = [
  { text: '咯个共济嗦怎个抻抖搞', count: 4 },
  { text: '咯个共济嗦怎个搞', count: 2 },
  { text: '夜里头几多星星哟', count: 1 },
];

let dir: string;
let knowledge: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gongji-review-'));
  knowledge = join(dir, 'knowledge');
  cpSync(KNOWLEDGE_DIR, knowledge, { recursive: true });
  const lines = SAID.map((said) =>
    JSON.stringify({
      ...said,
      action: 'ask_back',
      alternatives: [{ id: 'ask.how_bind', p: 0.4 }],
      knowledge: 'k1',
      firstAt: '2026-11-01T00:00:00.000Z',
      lastAt: '2026-11-02T00:00:00.000Z',
    }),
  );
  writeFileSync(join(dir, 'review.jsonl'), `${lines.join('\n')}\n`);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function run(...args: string[]) {
  const printed: string[] = [];
  const warned: string[] = [];
  const io = {
    input: Readable.from(['']),
    print: (line: string) => printed.push(line),
    warn: (line: string) => warned.push(line),
  };
  const status = await review(
    [...args, '--data', dir, '--knowledge', knowledge, '--as-of', '2026-11-24'],
    io,
  );
  return { status, warned, lines: printed.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const contents = () =>
  readdirSync(knowledge, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file, readFileSync(file, 'utf8')]);

test('groups are listed greatest first, and one is shown sentence by sentence', async () => {
  const { lines } = await run('--all');
  expect(lines).toMatchObject([
    { group: 1, count: 6, sentences: 2, examples: [SAID[0]?.text, SAID[1]?.text] },
    { group: 2, count: 1, sentences: 1 },
  ]);
  const shown = await run('show', '1', '--all');
  expect(shown.lines.map(({ text }) => text)).toEqual([SAID[0]?.text, SAID[1]?.text]);
  const byKey = await run('show', String(lines[0]?.key), '--all');
  expect(byKey.lines).toEqual(shown.lines);
});

test('accepting shows what would change and saves nothing', async () => {
  const before = contents();
  const { lines, warned } = await run(
    'accept',
    '1',
    '--all',
    '--intent',
    'ask.how_bind',
    '--by',
    '示例审核员',
  );
  expect(lines[0]).toEqual({ accept: SAID[0]?.text, intent: 'ask.how_bind' });
  expect(lines.find((line) => 'sentence' in line)).toMatchObject({
    sentence: { before: { p: expect.any(Number) }, after: { intent: 'ask.how_bind' } },
  });
  expect(lines.find((line) => 'evaluation' in line)).toMatchObject({
    evaluation: {
      before: { top1: expect.any(Number), confusion: expect.any(Array) },
      after: { top1: expect.any(Number), confusion: expect.any(Array) },
      of: expect.any(Number),
    },
  });
  expect(lines.find((line) => 'group' in line)).toMatchObject({ group: { of: 2 } });
  expect(lines.find((line) => 'answers' in line)).toMatchObject({ answers: expect.any(Array) });
  expect(lines.at(-1)).toMatchObject({ saved: false });
  expect(warned.join('\n')).toMatch(/--yes/u);
  expect(contents()).toEqual(before);
});

test('with --yes one line is added, signed and dated, and nothing else changes', async () => {
  const before = new Map(contents().map(([file, text]) => [file, text]));
  const sentence = '共济嗦, 咯个: 怎个搞';
  const { lines } = await run(
    ...['accept', '1', '--all', '--intent', 'ask.how_bind', '--by', '示例审核员', '--as', sentence, '--yes'],
  );
  expect(lines.at(-1)).toMatchObject({ saved: true });
  expect(loadKnowledge(knowledge).intents.get('ask.how_bind')?.examples).toContain(sentence);
  const changed = contents().filter(([file, text]) => before.get(file) !== text);
  expect(changed.map(([file]) => file)).toEqual([join(knowledge, 'intents/ask.how_bind.yaml')]);
  const [[file = '', text = ''] = []] = changed;
  const added = `  - '${sentence}' # 示例审核员 2026-11-24\n`;
  expect(text).toContain(added);
  expect(text.replace(added, '')).toBe(before.get(file));
});

test('a draft answer is on file and unsaid, with the words of the citizens as its questions', async () => {
  const source = [...loadKnowledge(knowledge).sources.keys()][0] ?? '';
  const { lines } = await run(
    ...['accept', '1', '--all', '--intent', 'ask.how_bind', '--by', '示例审核员', '--yes'],
    ...['--new-entry', 'bind-in-dialect', '--source', source],
  );
  expect(lines.at(-1)).toMatchObject({ saved: true });
  expect(loadKnowledge(knowledge).faq.get('bind-in-dialect')).toMatchObject({
    intent: 'ask.how_bind',
    status: 'unverified',
    sources: [source],
    questions: [SAID[0]?.text, SAID[1]?.text],
    reviewed_on: '2026-11-24',
    review_due: '2027-11-24',
  });
});

test('what is understood by now is left out, and how many is told', async () => {
  writeFileSync(
    join(dir, 'review.jsonl'),
    `${readFileSync(join(dir, 'review.jsonl'), 'utf8')
      .split('\n')[0]
      ?.replace(SAID[0]?.text ?? '', '转人工')}\n`,
  );
  const { lines, warned } = await run();
  expect(lines).toEqual([]);
  expect(warned.join('\n')).toMatch(/1 of 1/u);
});

const refused = async (...args: string[]) => {
  const before = contents();
  await expect(run(...args, '--all', '--yes')).rejects.toMatchObject({ code: 'bad_input' });
  expect(contents()).toEqual(before);
};

test('numbers, known examples and sentences that measure are refused', async () => {
  const { intents, faq } = loadKnowledge(knowledge);
  const accept = ['accept', '1', '--intent', 'ask.how_bind', '--by', '示例审核员', '--as'];
  await refused(...accept, '我的手机13912345678绑不上');
  await refused(...accept, '我的手机[手机号已隐藏]绑不上');
  await refused(...accept, intents.get('ask.how_bind')?.examples[0] ?? '');
  await refused(...accept, [...faq.values()][0]?.questions[0] ?? '');
});

test('nobody accepts without a name, an intent, a group or a source', async () => {
  await refused('accept', '1', '--intent', 'ask.how_bind');
  await refused('accept', '1', '--by', '示例审核员', '--intent', 'ask.nothing');
  await refused('accept', '9', '--by', '示例审核员', '--intent', 'ask.how_bind');
  await refused('accept', '1', '--by', '示例审核员', '--intent', 'ask.how_bind', '--new-entry', 'bind-x');
  await refused('accept', '1', '--by', '示例审核员', '--intent', 'bind', '--new-entry', 'bind-x');
});

test('a folder without a file says who writes it', async () => {
  rmSync(join(dir, 'review.jsonl'));
  await expect(run()).rejects.toMatchObject({ code: 'bad_input', message: expect.stringMatching(/--from/u) });
});

test('a line that is none of ours is named', async () => {
  writeFileSync(join(dir, 'review.jsonl'), '{"text":1}\n');
  await expect(run()).rejects.toMatchObject({ message: expect.stringMatching(/line 1/u) });
});
