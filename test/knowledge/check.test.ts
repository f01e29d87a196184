/** Each lint rule finds the error planted for it, and the sound folder around it is silent. */
import { describe, expect, test } from 'vitest';
import { CAUSES, INTENTS } from '../../src/domain/taxonomy.ts';
import { checkKnowledge, LINT_RULES, mentions } from '../../src/knowledge/check.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { dated, type Files, faqFile, folder, regionFile } from './folder.ts';

const SOUND_SOURCES = `
gov: {title: 政府文件, publisher: 政府, date: 2024-01-01, grade: A, checked: 2026-11-22}
`;
const MORE_SOURCES = `${SOUND_SOURCES}
undated: {title: 无日期, publisher: 报, grade: B, checked: 2026-11-22}
farm: {title: 农场, publisher: 内容农场, grade: D, checked: 2026-11-22}
`;

function intentFile(id: string, examples: readonly string[]): Files {
  const text = `id: ${id}\ndescription: d\nlabel: 标签\nleads_to: answer\nexamples: [${examples.join(', ')}]`;
  return { [`intents/${id}.yaml`]: text };
}

const sentences = (id: string) => Array.from({ length: 12 }, (_, index) => `${id}的第${index}句`);

const BODY = '打开当地的办事应用，找到家庭共济，按提示办。\n\n不行怎么办：去窗口问。';

function causeFile(id: string, rest = 'remedy: { kind: person }\nbasis: record'): Files {
  const evidence = 'evidence: [{ if: { fact: relation, is: child }, for: slight }]';
  const text = `id: ${id}\ntitle: 原因\nsymptoms: { other: usual }\n${evidence}\nmend_order: 1\n${rest}`;
  return { [`causes/${id}.yaml`]: text };
}

function systemFile(id: string, rest = 'operations: { bind: { note: 未找到公开依据 } }'): Files {
  const text = `id: ${id}\nlabel: 应用\nkind: app\nregions: ['000000']\nseen: 2024-01-01\nsources: [gov]\nstatus: current\nask: [${id}]\n${rest}`;
  return { [`systems/${id}.yaml`]: text };
}

const SOUND: Files = {
  'sources.yaml': SOUND_SOURCES,
  ...regionFile({ code: '000000', name: '全国', rules: `  max_at_once: [${dated('5', '2024-01-01')}]` }),
  ...regionFile({ code: '320000', name: '江苏省' }),
  ...faqFile({ id: 'bind', title: '家庭共济怎么绑定', body: BODY }),
  ...Object.assign({}, ...INTENTS.map((id) => intentFile(id, sentences(id)))),
  ...Object.assign({}, ...CAUSES.map((id) => causeFile(id))),
  ...systemFile('app'),
  'replies/greet.yaml': 'greet: { text: "您好，{name|masked}" }',
  'lexicon/platforms.yaml': 'app: { label: 应用, words: [应用] }',
  'lexicon/causes.yaml': CAUSES.map((id) => `${id}: { examples: [${id}的抱怨] }`).join('\n'),
};

function lint(planted: Files, asOf = '2026-11-22', articles?: string) {
  const problems = checkKnowledge(folder({ ...SOUND, ...planted }), {
    asOf,
    ...(articles === undefined ? {} : { articles }),
  });
  return problems.map(({ rule, file, severity }) => `${severity} ${rule} ${file}`);
}

test('a sound folder has no problems', () => expect(lint({})).toEqual([]));

const rule = (value: string) => regionFile({ code: '320000', name: '江苏省', rules: `  ${value}` });
const bind = (rest: string) =>
  regionFile({
    code: '320000',
    name: '江苏省',
    entries: `  bind: [{ client: app, path: [打开], from: 2024-01-01, checked: 2026-11-22, ${rest} }]`,
  });

const PLANTED: readonly (readonly [string, string, Files])[] = [
  [
    'a current rule that rests on a content farm',
    'error grade-too-low regions/320000.yaml',
    {
      ...rule(`max_at_once: [${dated('5', '2024-01-01').replace('gov', 'farm')}]`),
      'sources.yaml': MORE_SOURCES,
    },
  ],
  [
    'a way on a platform nobody knows',
    'error unknown-platform regions/320000.yaml',
    bind('platform: app2, source: gov'),
  ],
  [
    'a province that calls itself a city',
    'error level-mismatch regions/320000.yaml',
    { 'regions/320000.yaml': "code: '320000'\nname: 江苏省\nlevel: city" },
  ],
  [
    'a parent without a file',
    'error level-mismatch regions/320500.yaml',
    { 'regions/320500.yaml': "code: '320500'\nname: 苏州市\nlevel: city\nparent: '330000'" },
  ],
  [
    'a copy cited by address',
    'error cited-address sources.yaml',
    { 'sources.yaml': SOUND_SOURCES.replace('grade: A', 'grade: M, url: https://example.com/') },
  ],
  [
    'a doubt that hides a sound rule without a word',
    'error silent-shadow regions/320000.yaml',
    rule(`max_at_once: [${dated('7', '2024-06-01', ', status: unverified')}]`),
  ],
  [
    'a start taken from a page without a date',
    'warning estimated-start regions/320000.yaml',
    {
      ...rule(`refund_to: [${dated('payer', '2024-01-01').replace('gov', 'undated')}]`),
      'sources.yaml': MORE_SOURCES,
    },
  ],
  [
    'a source nothing rests on',
    'warning dead-source sources.yaml',
    {
      'sources.yaml': `${SOUND_SOURCES}\nidle: {title: 没用到, publisher: 报, date: 2024-01-01, grade: B, checked: 2026-11-22}`,
    },
  ],
  [
    'an answer on hearsay',
    'error hearsay faq/how-bind/rumour.md',
    { ...faqFile({ id: 'rumour', sources: '[farm]' }), 'sources.yaml': MORE_SOURCES },
  ],
  [
    'an answer for a region without a file',
    'error unknown-region faq/how-bind/far.md',
    faqFile({ id: 'far', regions: "['510000']", body: '另一个省的办法完全不同。' }),
  ],
  [
    'an answer bound to a platform nobody knows',
    'error unknown-when faq/how-bind/odd.md',
    faqFile({ id: 'odd', front: 'when: { platform: [app2] }', body: '这里说的是一个不存在的平台。' }),
  ],
  [
    'an answer that ends before it begins',
    'error bad-period faq/how-bind/bind.md',
    faqFile({ id: 'bind', title: '家庭共济怎么绑定', front: 'valid_until: 2023-01-01' }),
  ],
  [
    'a question that finds another answer',
    'error question-lost faq/how-bind/other.md',
    faqFile({ id: 'other', questions: '[家庭共济怎么绑定]', body: '完全是另外一件事情的说明文字。' }),
  ],
  [
    'a title about a place the answer does not hold for',
    'error place-in-title faq/how-bind/js.md',
    faqFile({ id: 'js', title: '江苏怎么办理', body: '在省里的平台上提交申请就可以。' }),
  ],
  [
    'a title about a place we have no file for',
    'error place-in-title faq/how-bind/gz.md',
    faqFile({ id: 'gz', title: '贵州省如何添加', body: '在省里的平台上提交申请就可以。' }),
  ],
  [
    'two answers that say the same',
    'warning near-duplicate faq/how-bind/twin.md',
    faqFile({ id: 'twin', title: '绑家人去哪里', body: BODY.replace('。', '！') }),
  ],
  ['a file nobody reads', 'warning unknown-file lexicon/extra.yaml', { 'lexicon/extra.yaml': 'a: 1' }],
  [
    'twelve examples that are not twelve',
    'error few-examples intents/bind.yaml',
    intentFile(
      'bind',
      Array.from({ length: 12 }, () => '我要绑定'),
    ),
  ],
  [
    'one sentence under two intents',
    'error shared-example intents/diagnose.yaml',
    intentFile('diagnose', [...sentences('diagnose'), '"bind的第0句！"']),
  ],
  [
    'a question that was also trained on',
    'warning trained-question faq/how-bind/bind.md',
    intentFile('ask.how_bind', [...sentences('ask.how_bind'), '家庭共济怎么绑定？']),
  ],
  [
    'a platform of which nothing says what it offers',
    'error system-missing systems/other.yaml',
    {
      'lexicon/platforms.yaml': 'app: { label: 应用, words: [应用] }\nother: { label: 别的, words: [别的] }',
    },
  ],
  [
    'a system nobody can name',
    'error system-unknown systems/other.yaml',
    systemFile('other', 'operations: { bind: { note: 未找到公开依据 } }'),
  ],
  [
    'an offer without a way or a word',
    'error empty-offer systems/app.yaml',
    systemFile('app', 'operations: { bind: {} }'),
  ],
  [
    'a way on a system that does not offer it',
    'error unlisted-way regions/320000.yaml',
    {
      ...bind('platform: app, source: gov'),
      ...systemFile('app', 'operations: { unbind: { note: 未找到公开依据 } }'),
    },
  ],
  [
    'a way in a region the system does not serve',
    'error foreign-way regions/330000.yaml',
    {
      ...regionFile({
        code: '330000',
        name: '浙江省',
        entries:
          '  bind: [{ platform: app, client: app, path: [打开], from: 2024-01-01, source: gov, checked: 2026-11-22 }]',
      }),
      ...{ 'systems/app.yaml': systemFile('app')['systems/app.yaml']?.replace('000000', '320000') ?? '' },
    },
  ],
  [
    'a system that is said to be sure and rests on a content farm',
    'error system-grade systems/app.yaml',
    {
      'sources.yaml': MORE_SOURCES,
      'systems/app.yaml': systemFile('app')['systems/app.yaml']?.replace('[gov]', '[farm]') ?? '',
    },
  ],
  [
    'a truth that rests on a content farm',
    'error system-grade systems/app.yaml',
    {
      'sources.yaml': MORE_SOURCES,
      ...systemFile(
        'app',
        'operations: { bind: { note: 无 } }\nclaims: [{ clash: C01, claim: 甲, truth: 乙, about: [bind], sources: [farm] }]',
      ),
    },
  ],
  [
    'a conclusion nobody can listen to the end of',
    'error long-conclusion faq/how-bind/long.md',
    faqFile({ id: 'long', body: `${'很长的话，'.repeat(25)}\n\n不行怎么办：问。` }),
  ],
  [
    'a sentence over forty characters',
    'error long-sentence faq/how-bind/long.md',
    faqFile({ id: 'long', body: `短。\n\n${'很长的话，'.repeat(9)}\n\n不行怎么办：问。` }),
  ],
  [
    'an answer that leaves people alone when it does not work',
    'error no-way-out faq/how-bind/alone.md',
    faqFile({ id: 'alone', body: '打开应用就能办好。' }),
  ],
  [
    'a step that was lost',
    'error broken-steps faq/how-bind/steps.md',
    faqFile({ id: 'steps', body: '这样办。\n\n1. 打开。\n3. 提交。\n\n不行怎么办：问。' }),
  ],
  [
    'a number asked for in chat',
    'error asks-for-number faq/how-bind/number.md',
    faqFile({ id: 'number', body: '把身份证准备好，告诉我身份证号。\n\n不行怎么办：问。' }),
  ],
  [
    'two answers between which the alphabet decides',
    'error rivals faq/how-bind/bind2.md',
    faqFile({ id: 'bind2', body: '完全不同的另一段话。\n\n不行怎么办：问。' }),
  ],
  [
    'a province that is none',
    'warning unknown-place faq/how-bind/slip.md',
    faqFile({ id: 'slip', body: '在贵洲省的平台上办。\n\n不行怎么办：问。' }),
  ],
  [
    'buttons under a sentence that asks for nothing',
    'warning no-prompt replies/',
    {
      'replies/greet.yaml':
        'greet: { text: 天气不错。, choices: [{ value: a, label: 甲 }, { value: b, label: 乙 }] }',
    },
  ],
  [
    'a cause whose source nobody knows',
    'error cause-source causes/not_bound.yaml',
    causeFile('not_bound', 'remedy: { kind: person }\nsources: [nobody]'),
  ],
  [
    'a cause that is said to be sourced and rests on a content farm',
    'error cause-source causes/not_bound.yaml',
    { ...causeFile('not_bound', 'remedy: { kind: person }\nsources: [farm]'), 'sources.yaml': MORE_SOURCES },
  ],
  [
    'a remedy that leads to an answer that is not there',
    'error lost-remedy causes/not_bound.yaml',
    causeFile('not_bound', 'remedy: { kind: guide, faq: nowhere }\nbasis: record'),
  ],
  [
    'a remedy of nothing to do and nothing to read',
    'warning empty-remedy causes/not_bound.yaml',
    causeFile('not_bound', 'remedy: { kind: guide }\nbasis: record'),
  ],
  [
    'a cause nobody complains of in words of his own',
    'warning wordless-cause lexicon/causes.yaml',
    {
      'lexicon/causes.yaml': CAUSES.slice(1)
        .map((id) => `${id}: { examples: [${id}的抱怨] }`)
        .join('\n'),
    },
  ],
  [
    'a brace that is no placeholder',
    'error broken-placeholder replies/greet.yaml',
    { 'replies/greet.yaml': 'greet: { text: "您好，{ name }" }' },
  ],
];

describe('the lint finds', () => {
  test.each(PLANTED)('%s', (_, found, planted) => {
    expect(lint(planted)).toContain(found);
  });

  test('a missing intent, a missing cause and an empty folder', () => {
    const {
      'intents/oos.yaml': _intent,
      'causes/not_bound.yaml': _cause,
      'replies/greet.yaml': _reply,
      ...rest
    } = SOUND;
    const found = checkKnowledge(folder(rest), { asOf: '2026-11-22' }).map(
      ({ rule: name, file }) => `${name} ${file}`,
    );
    expect(found.sort()).toEqual([
      'cause-missing causes/',
      'empty-room replies/',
      'intent-missing intents/oos.yaml',
    ]);
  });

  test('an answer whose intent has no file', () => {
    const { 'intents/ask.how_bind.yaml': _, ...rest } = SOUND;
    const found = checkKnowledge(folder(rest), { asOf: '2026-11-22' }).map(({ rule: name }) => name);
    expect(found).toContain('unknown-intent');
  });

  test('reviews that are overdue, and not a day before', () => {
    expect(lint({}, '2027-11-22')).toEqual([]);
    expect(lint({}, '2027-11-23').sort()).toEqual([
      'warning review-overdue faq/how-bind/bind.md',
      'warning review-overdue regions/000000.yaml',
    ]);
  });

  test('menus overdue after half a year', () => {
    expect(lint(bind('platform: app, source: gov'), '2027-05-24')).toEqual([]);
    expect(lint(bind('platform: app, source: gov'), '2027-05-25')).toEqual([
      'warning review-overdue regions/320000.yaml',
    ]);
  });

  test('a sentence copied from an article, and no shorter run', () => {
    const articles = folder({ 'a.txt': '前言。打开当地的办事应用,找到家庭共济,按提示办。后记。' });
    expect(lint({}, '2026-11-22', articles)).toEqual(['error copied-sentence faq/how-bind/bind.md']);
    const others = folder({ 'a.txt': '找到家庭共济，然后再说别的。' });
    expect(lint({}, '2026-11-22', others)).toEqual([]);
  });

  test('something for each of at least twenty-five rules', () => {
    expect(new Set(LINT_RULES.map(({ name }) => name)).size).toBeGreaterThanOrEqual(25);
  });
});

test('a folder that does not load is not linted', () => {
  const problems = checkKnowledge(folder({ 'regions/320000.yaml': 'code: 1' }), { asOf: '2026-11-22' });
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.every(({ rule: name }) => name === undefined)).toBe(true);
});

test('what a sentence mentions is read from words and patterns of the lexicon', () => {
  const knowledge = loadKnowledge(
    folder({
      'lexicon/platforms.yaml':
        'app: { label: 应用, words: [办事应用, "/小\\\\s*程序/"] }\npay: { label: 付, words: [支付] }',
    }),
  );
  expect(mentions(knowledge, '在小 程序里怎么绑')).toEqual([
    { type: 'platform', value: 'app', text: '小 程序', start: 1, end: 5 },
  ]);
});
