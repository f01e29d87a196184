import { describe, expect, test } from 'vitest';
import { splitFrontMatter } from '../../src/knowledge/files.ts';
import { loadKnowledge, readKnowledge } from '../../src/knowledge/load.ts';
import { dated, type Files, faqFile, folder, regionFile, SOURCES } from './folder.ts';

function complaints(files: Files): string[] {
  return readKnowledge(folder({ 'sources.yaml': SOURCES, ...files })).problems.map(
    ({ file, key, message }) => `${file} ${key} ${message}`,
  );
}

const rules = (text: string) => complaints(regionFile({ code: '320000', rules: `  ${text}` }));

describe('the time line of a rule', () => {
  test('values that follow each other without gap are accepted', () => {
    const line = `max_at_once: [${dated('5', '2024-01-01', ', until: 2025-01-01')}, ${dated('6', '2025-01-01')}]`;
    expect(rules(line)).toEqual([]);
  });
  test('the order in the file does not matter', () => {
    const line = `max_at_once: [${dated('6', '2025-01-01')}, ${dated('5', '2024-01-01', ', until: 2025-01-01')}]`;
    expect(rules(line)).toEqual([]);
  });
  test('a gap of one day is an error', () => {
    const line = `max_at_once: [${dated('5', '2024-01-01', ', until: 2024-12-31')}, ${dated('6', '2025-01-01')}]`;
    expect(rules(line)).toEqual([expect.stringContaining('nothing holds from 2024-12-31 to 2025-01-01')]);
  });
  test('an overlap of one day is an error', () => {
    const line = `max_at_once: [${dated('5', '2024-01-01', ', until: 2025-01-02')}, ${dated('6', '2025-01-01')}]`;
    expect(rules(line)).toEqual([expect.stringContaining('overlaps')]);
  });
  test('an older value that never ends overlaps', () => {
    expect(rules(`max_at_once: [${dated('5', '2024-01-01')}, ${dated('6', '2025-01-01')}]`)).toEqual([
      expect.stringContaining('overlaps'),
    ]);
  });
  test('two values from the same day overlap', () => {
    expect(rules(`max_at_once: [${dated('5', '2024-01-01')}, ${dated('6', '2024-01-01')}]`)).toHaveLength(1);
  });
  test.each(['2024-01-01', '2023-12-31'])('a value from 2024-01-01 cannot end on %s', (until) => {
    expect(rules(`max_at_once: [${dated('5', '2024-01-01', `, until: ${until}`)}]`)).toEqual([
      expect.stringContaining('is not after'),
    ]);
  });
});

describe('a load error', () => {
  test.each([
    ['an unknown rule', `max_members: [${dated('5', '2024-01-01')}]`, 'max_members'],
    [
      'a value of the wrong kind',
      `max_at_once: [${dated('five', '2024-01-01')}]`,
      'rules.max_at_once.0.value',
    ],
    ['a day that does not exist', `max_at_once: [${dated('5', '2024-02-30')}]`, 'rules.max_at_once.0.from'],
    ['an unknown source', `max_at_once: [${dated('5', '2024-01-01').replace('gov', 'nobody')}]`, "'nobody'"],
    [
      'a value without a source',
      'max_at_once: [{ value: 5, from: 2024-01-01, checked: 2026-11-22 }]',
      'source',
    ],
    ['an unknown status', `max_at_once: [${dated('5', '2024-01-01', ', status: maybe')}]`, 'status'],
  ])('is %s', (_, line, named) => {
    expect(rules(line)).toEqual([expect.stringContaining(named)]);
  });

  test('is a file whose name is not its id', () => {
    const text = regionFile({ code: '320000' })['regions/320000.yaml'] as string;
    expect(complaints({ 'regions/330000.yaml': text })).toEqual([
      expect.stringContaining("'320000' is not the name"),
    ]);
  });
  test('is an answer without front matter, without words, or with an unknown source', () => {
    expect(complaints({ 'faq/a/x.md': '只有正文' })).toEqual([expect.stringContaining('no front matter')]);
    expect(complaints(faqFile({ id: 'x', body: '' }))).toEqual([expect.stringContaining('empty')]);
    expect(complaints(faqFile({ id: 'x', sources: '[nobody]' }))).toEqual([
      expect.stringContaining('nobody'),
    ]);
  });
  test('is a reply id used twice', () => {
    const reply = 'greet: { text: 您好 }';
    expect(complaints({ 'replies/a.yaml': reply, 'replies/b.yaml': reply })).toEqual([
      expect.stringContaining('already used'),
    ]);
  });
  test('is YAML that cannot be read, or says a key twice', () => {
    expect(complaints({ 'replies/a.yaml': 'a: [' })).toHaveLength(1);
    expect(complaints({ 'replies/a.yaml': 'a: {text: 一}\na: {text: 二}' })).toHaveLength(1);
  });
});

test('all problems of all files are told at once, each with file and key', () => {
  const dir = folder({
    'sources.yaml': SOURCES,
    ...regionFile({ code: '320000', rules: `  max_at_once: [${dated('five', '2024-01-01')}]` }),
    ...regionFile({ code: '330000', rules: `  refund_to: [${dated('nobody', '2024-01-01')}]` }),
    ...faqFile({ id: 'x', sources: '[nobody]' }),
  });
  expect(() => loadKnowledge(dir)).toThrow(
    expect.objectContaining({
      code: 'bad_knowledge',
      message: expect.stringMatching(
        /320000\.yaml: rules\.max_at_once\.0\.value[\s\S]*330000\.yaml: rules\.refund_to\.0\.value[\s\S]*faq\/how-bind\/x\.md: sources/u,
      ),
    }),
  );
});

test('a folder with nothing in it gives empty knowledge', () => {
  const knowledge = loadKnowledge(folder({}));
  expect(knowledge.regions.size + knowledge.faq.size + knowledge.intents.size).toBe(0);
  expect(knowledge.lexicon.negatives.off_topic).toEqual([]);
});

test('loaded knowledge cannot be changed', () => {
  const knowledge = loadKnowledge(
    folder({ 'sources.yaml': SOURCES, ...regionFile({ code: '320000' }), ...faqFile({ id: 'x' }) }),
  );
  expect(Object.isFrozen(knowledge.regions.get('320000')?.aliases)).toBe(true);
  expect(Object.isFrozen(knowledge.faq.get('x')?.questions)).toBe(true);
});

test('the version follows the content, not the folder', () => {
  const files = { 'sources.yaml': SOURCES, ...regionFile({ code: '320000' }) };
  const version = loadKnowledge(folder(files)).version;
  expect(loadKnowledge(folder(files)).version).toBe(version);
  expect(loadKnowledge(folder({ ...files, 'sources.yaml': `${SOURCES}\n# changed` })).version).not.toBe(
    version,
  );
});

describe('front matter', () => {
  test('ends at the second line of dashes; dashes in the answer stay', () => {
    expect(splitFrontMatter('---\na: 1\n---\n\n一\n\n---\n\n二\n')).toEqual({
      front: 'a: 1',
      body: '一\n\n---\n\n二',
    });
  });
  test('may have Windows line ends and a byte order mark', () => {
    expect(splitFrontMatter('\uFEFF---\r\na: 1\r\n---\r\n答')).toEqual({ front: 'a: 1', body: '答' });
  });
  test('is missing when the file does not begin with it', () => {
    expect(splitFrontMatter('答\n---\na: 1\n---\n')).toBeUndefined();
  });
});
