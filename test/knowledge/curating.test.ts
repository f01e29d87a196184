/** The tools of a curator: new, show, diff, impact, export and import, withdraw. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { impactOf } from '../../src/cli/impact.ts';
import { kb } from '../../src/cli/kb.ts';
import { putOver, tablesOf } from '../../src/knowledge/exchange.ts';
import { readFiles } from '../../src/knowledge/files.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import type { FaqEntry } from '../../src/knowledge/schema/faq.ts';
import { readCsv, readMarkdown, writeCsv, writeMarkdown } from '../../src/knowledge/sheets.ts';
import { openLibrary } from '../../src/library.ts';
import { dated, type Files, faqFile, folder, REAL, regionFile, SOURCES } from './folder.ts';

async function run(...args: string[]) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const io = {
    input: Readable.from([]),
    print: (line: string) => void lines.push(line),
    warn: (line: string) => void warnings.push(line),
  };
  const status = await kb(args, io);
  return { status, lines, out: lines.join('\n'), warnings: warnings.join('\n') };
}

const emptyDir = () => mkdtempSync(join(tmpdir(), 'gongji-curating-'));

const SMALL = {
  'sources.yaml': SOURCES,
  ...regionFile({
    code: '000000',
    name: '全国',
    rules: `  max_at_once:
    - ${dated('5', '2024-01-01', ', until: 2025-01-01')}
    - ${dated('8', '2025-01-01')}`,
  }),
  ...regionFile({
    code: '320000',
    rules: `  fund_model: [${dated('F1', '2025-06-01')}]`,
    entries: `  bind:
    - { platform: app_one, client: app, path: [首页, 绑定], from: 2024-01-01, until: 2025-06-01, source: gov, checked: 2026-11-22 }
    - { platform: app_two, client: app, path: [首页, 共济], from: 2025-06-01, source: gov, checked: 2026-11-22 }`,
  }),
  ...faqFile({ id: 'old', front: 'valid_until: 2025-06-01' }),
  ...faqFile({ id: 'lasting' }),
};

// === New

describe('kb new', () => {
  test('an answer is there at once, and asks for what only a person can know', async () => {
    const dir = folder(SMALL);
    const { lines, warnings } = await run(
      'new',
      'faq',
      'bind-there',
      '--intent',
      'ask.how_bind',
      '--knowledge',
      dir,
    );
    expect(lines).toEqual([join(dir, 'faq/how-bind/bind-there.md')]);
    for (const key of ['title', 'sources', 'questions', '正文']) expect(warnings).toContain(key);
    for (const key of ['valid_from', 'review_due', 'intent']) expect(warnings).not.toContain(key);
  });

  test('filled in, it loads', async () => {
    const dir = folder(SMALL);
    const [file = ''] = (
      await run('new', 'faq', 'bind-there', '--intent', 'ask.how_bind', '--knowledge', dir)
    ).lines;
    const filled = readFileSync(file, 'utf8')
      .replace("title: ''", 'title: 那里怎么绑')
      .replace('sources: []', 'sources: [gov]')
      .replace('questions: []', 'questions: [那里怎么绑呢]');
    writeFileSync(file, `${filled}在手机上绑。\n`);
    expect(loadKnowledge(dir).faq.get('bind-there')?.body).toBe('在手机上绑。');
  });

  test('a region knows its name, level and parent, and loads as it is', async () => {
    const dir = folder(SMALL);
    await run('new', 'region', '330100', '--knowledge', dir);
    expect(loadKnowledge(dir).regions.get('330100')).toMatchObject({ level: 'city', parent: '330000' });
    expect(loadKnowledge(dir).regions.get('330100')?.name).not.toBe('');
  });

  test('a source is added below those that are there, comments untouched', async () => {
    const dir = folder({ ...SMALL, 'sources.yaml': `# 注释\n${SOURCES.trim()}` });
    await run('new', 'source', 'zj-20261120', '--knowledge', dir);
    const text = readFileSync(join(dir, 'sources.yaml'), 'utf8');
    expect(text.startsWith('# 注释\n')).toBe(true);
    expect(text).toContain('\nzj-20261120:\n');
  });

  test.each([
    ['faq', 'lasting'],
    ['region', '320000'],
    ['region', '999999'],
    ['source', 'gov'],
    ['cause', 'no_such_cause'],
    ['faq', 'Not An Id'],
    ['thing', 'x'],
  ])('%s %s is refused and nothing is written', async (kind, id) => {
    const dir = folder(SMALL);
    const before = readFiles(dir).version;
    await expect(run('new', kind, id, '--knowledge', dir)).rejects.toMatchObject({ code: 'bad_input' });
    expect(readFiles(dir).version).toBe(before);
  });
});

// === Show

describe('kb show', () => {
  const dir = folder(SMALL);
  test('says the value of the day, where it was set, by which source, and the time line', async () => {
    const { out } = await run(
      'show',
      '--region',
      '320000',
      '--rule',
      'max_at_once',
      '--as-of',
      '2024-06-01',
      '--knowledge',
      dir,
    );
    expect(out).toContain('max_at_once：5');
    expect(out).toContain('定于：全国，2024-01-01 起，到 2025-01-01 为止');
    expect(out).toContain('政府《政府文件》　等级 A');
    expect(out).toMatch(/沿革：[\s\S]*2024-01-01[\s\S]*2025-01-01 起　8/u);
  });

  test('names what nobody published', async () => {
    expect((await run('show', '--region', '320000', '--knowledge', dir)).out).toMatch(
      /未找到公开依据.*refund_to/u,
    );
  });

  test('--json gives one object a rule, with its time line', async () => {
    const { lines } = await run(
      'show',
      '--region',
      '320000',
      '--rule',
      'max_at_once',
      '--as-of',
      '2025-01-01',
      '--json',
      '--knowledge',
      dir,
    );
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ value: 8, timeline: [{ value: 5 }, { value: 8 }] });
  });

  test('an answer is shown with whether it is said on the day', async () => {
    const on = async (day: string) =>
      (await run('show', '--entry', 'old', '--as-of', day, '--knowledge', dir)).out;
    expect(await on('2025-05-31')).toContain('2025-05-31 会说');
    expect(await on('2025-06-01')).toContain('2025-06-01 不会说');
  });

  test.each([[['--region', 'x']], [['--region', '320000', '--rule', 'x']], [['--entry', 'x']], [[]]])(
    '%j is refused',
    async (args) => {
      await expect(run('show', ...args, '--knowledge', dir)).rejects.toMatchObject({ code: 'bad_input' });
    },
  );
});

// === Diff

describe('kb diff', () => {
  const dir = folder(SMALL);
  const between = async (from: string, to: string, ...more: string[]) =>
    (await run('diff', '--from', from, '--to', to, '--json', '--knowledge', dir, ...more)).lines.map(
      (line) => JSON.parse(line) as { part: string; id: string; what: string },
    );
  const ids = (changes: { part: string; id: string; what: string }[]) =>
    changes.map(({ what, id }) => `${what} ${id}`);

  test('between two days of one rule nothing changes', async () => {
    expect(await between('2025-02-01', '2025-05-31')).toEqual([]);
  });

  test('a rule changes on its first day, once and where it is written', async () => {
    expect(ids(await between('2024-12-31', '2025-01-01'))).toEqual(['changed 000000/max_at_once']);
  });

  test('with a region the inherited rules count too', async () => {
    expect(ids(await between('2024-12-31', '2025-01-01', '--region', '320000'))).toEqual([
      'changed 320000/max_at_once',
    ]);
  });

  test('rules that begin, ways that are replaced and answers that end are all named', async () => {
    expect(ids(await between('2025-05-31', '2025-06-01')).sort()).toEqual([
      'added 320000/entry.bind',
      'added 320000/fund_model',
      'removed 320000/entry.bind',
      'removed old',
    ]);
  });

  test('reviews that fall due are named', async () => {
    const changes = await between('2027-11-21', '2027-11-22');
    expect(changes.map(({ part, id }) => `${part} ${id}`)).toEqual(['review lasting']);
  });

  test('another folder: what came, went and changed, rule by rule, with the keys', async () => {
    const { 'faq/how-bind/old.md': _, ...left } = SMALL as Files;
    const other = folder({
      ...left,
      ...faqFile({ id: 'lasting', title: '换了标题' }),
      ...faqFile({ id: 'fresh' }),
      ...regionFile({ code: '320000', rules: `  fund_model: [${dated('F2', '2025-06-01')}]` }),
    });
    const { lines } = await run('diff', '--with', dir, '--json', '--knowledge', other);
    const changes = lines.map((line) => JSON.parse(line));
    expect(changes.map(({ what, part, id }) => `${what} ${part} ${id}`).sort()).toEqual([
      'added faq fresh',
      'changed faq lasting',
      'changed rule 320000/fund_model',
      'removed faq old',
      'removed way 320000/entry.bind',
    ]);
    expect(changes.find(({ id }) => id === 'lasting')?.keys).toEqual(['title', 'questions']);
  });

  test('a folder is no different from itself', async () => {
    expect((await run('diff', '--with', dir, '--knowledge', dir)).warnings).toBe('没有变化');
  });
});

// === Impact

describe('kb impact', () => {
  const library = openLibrary();
  const asOf = '2026-11-22';
  const entry = library.knowledge.faq.get('bind-consent') as FaqEntry;
  const [text = ''] = entry.questions;
  const questions = [
    { text, from: 'r1' },
    { text: '你好', from: 'r2' },
  ];
  const withEntry = (changed: Partial<FaqEntry>) => {
    const faq = new Map(library.knowledge.faq).set(entry.id, { ...entry, ...changed });
    return { ...library, knowledge: { ...library.knowledge, faq } };
  };

  test('the same knowledge gives the same answers', () => {
    expect(impactOf(library, library, questions, asOf)).toEqual([]);
  });

  test('an answer that is gone sends its question elsewhere, and says where', () => {
    const [found, ...more] = impactOf(library, withEntry({ status: 'unverified' }), questions, asOf);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ from: 'r1', differs: 'answer', before: { said: ['bind-consent'] } });
    expect(found?.after.said).not.toContain('bind-consent');
  });

  test('an answer in other words is named as that', () => {
    const found = impactOf(library, withEntry({ body: '新写的话。' }), questions, asOf);
    expect(found).toMatchObject([{ from: 'r1', differs: 'words' }]);
  });

  test('the command asks every question of the answers, those of the tests, and those it is given', async () => {
    const asked = join(emptyDir(), 'asked.jsonl');
    writeFileSync(asked, `${JSON.stringify({ id: 'given', text })}\n你好\n`);
    const args = ['--withdraw', 'bind-consent', '--as-of', asOf, '--json', '--questions', asked];
    const { lines, warnings } = await run('impact', ...args);
    const sources = lines.map((line) => JSON.parse(line).from);
    expect(sources).toContain('bind-consent');
    expect(sources).toContain('given');
    expect(warnings).toMatch(/问了 \d{3,} 句/u);
  });

  test.each([[[]], [['--against', REAL, '--withdraw', 'x']], [['--withdraw', 'no-such-entry']]])(
    '%j is refused',
    async (args) => {
      await expect(run('impact', ...args)).rejects.toMatchObject({ code: 'bad_input' });
    },
  );
});

// === Export and import

/** The folder without its version, which is a hash of the very bytes. */
function contentOf(dir: string) {
  const { version: _, ...content } = loadKnowledge(dir);
  return content;
}

describe('export and import', () => {
  test.each(['csv', 'md'])(
    'all knowledge goes out as %s into an empty folder without loss',
    async (format) => {
      const [out, target] = [emptyDir(), emptyDir()];
      await run('export', '--format', format, '--out', out);
      expect((await run('import', out, '--knowledge', target)).status).toBe(0);
      expect(contentOf(target)).toEqual(contentOf(REAL));
      const paths = (dir: string) => readFiles(dir).files.map(({ path }) => path);
      expect(paths(target)).toEqual(paths(REAL));
    },
  );

  test('imported over itself, no file is touched', async () => {
    const out = emptyDir();
    await run('export', '--format', 'csv', '--out', out);
    const copy = emptyDir();
    cpSync(REAL, copy, { recursive: true });
    expect((await run('import', out, '--knowledge', copy)).warnings).toContain('没有写入任何文件');
    expect(readFiles(copy).version).toBe(readFiles(REAL).version);
  });

  test('a spreadsheet is opened as it is: mark of UTF-8, quotes doubled, formulas made text', () => {
    const csv = writeCsv({
      name: 'answers',
      columns: ['id', 'body'],
      rows: [
        ['a', '他说"好"，\n再来'],
        ['b', '=1+1'],
      ],
    });
    expect(csv).toBe('\uFEFFid,body\r\na,"他说""好""，\n再来"\r\nb,\'=1+1\r\n');
  });

  test('one changed cell changes one file, and what the table does not name stays', async () => {
    const dir = folder(SMALL);
    const out = emptyDir();
    await run('export', '--format', 'csv', '--out', out, '--knowledge', dir);
    const file = join(out, 'answers.csv');
    const [head = '', ...rows] = readFileSync(file, 'utf8').split('\r\n');
    const changed = rows
      .filter((row) => row.startsWith('lasting,'))
      .map((row) => row.replace('答案lasting', '改过的答案'));
    writeFileSync(file, [head, ...changed].join('\r\n'));
    expect((await run('import', file, '--knowledge', dir)).lines).toEqual(['写入 faq/how-bind/lasting.md']);
    expect(loadKnowledge(dir).faq.get('lasting')?.body).toBe('改过的答案');
    expect(loadKnowledge(dir).faq.has('old')).toBe(true);
  });

  test('days and codes that a spreadsheet has rewritten are read as they were meant', async () => {
    const dir = folder(SMALL);
    const out = emptyDir();
    await run('export', '--format', 'csv', '--out', out, '--knowledge', dir);
    for (const name of ['rules.csv', 'ways.csv', 'answers.csv', 'regions.csv']) {
      const file = join(out, name);
      const text = readFileSync(file, 'utf8')
        .replace(/(\d{4})-0(\d)-0(\d)/gu, '$1/$2/$3')
        .replaceAll('000000', '0');
      writeFileSync(file, text);
    }
    const target = emptyDir();
    await run('import', out, '--knowledge', target);
    expect(contentOf(target)).toEqual(contentOf(dir));
  });

  test('what would not load is refused whole, and the folder stays as it was', async () => {
    const dir = folder(SMALL);
    const out = emptyDir();
    await run('export', '--format', 'csv', '--out', out, '--knowledge', dir);
    const file = join(out, 'rules.csv');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(',gov,', ',nobody,'));
    const before = readFiles(dir).version;
    const { status, warnings } = await run('import', out, '--knowledge', dir);
    expect(status).toBe(1);
    expect(warnings).toContain("source 'nobody' is not in sources.yaml");
    expect(readFiles(dir).version).toBe(before);
  });

  test.each([
    ['rules.csv', 'region,rule,value{}\r\n000000,max_at_once,viele\r\n', 'rules, row 2: value{}'],
    ['answers.csv', 'id,title\r\nx,"offen\r\n', 'quote'],
    ['answers.md', '# answers\n\n## x\n', 'columns'],
    ['other.csv', 'a,b\r\n', 'no table'],
  ])('%s that cannot be read is named with its place', async (name, text, message) => {
    const out = emptyDir();
    writeFileSync(join(out, name), text);
    await expect(run('import', out, '--knowledge', folder(SMALL))).rejects.toThrow(message);
  });

  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('a,b', '"', "'x", '=1', ' x ', '多\n行', '```', '## x', '**a**: b', ''),
  );
  const row = fc.tuple(fc.constantFrom('x', 'y'), cell, cell);

  test('any cells come back from CSV, but for lone carriage returns', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const table = { name: 'others', columns: ['path', 'a', 'b{}'], rows };
        expect(readCsv('others', writeCsv(table))).toEqual(table);
      }),
    );
  });

  test('any cells come back from Markdown, but for carriage returns', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const clean = rows.map((cells) => cells.map((text) => text.replace(/\r/gu, '')));
        const table = { name: 'others', columns: ['path', 'a', 'b{}'], rows: clean };
        expect(readMarkdown('others', writeMarkdown(table))).toEqual(table);
      }),
    );
  });

  test('tables put over themselves are themselves', () => {
    const tables = tablesOf(readFiles(REAL).files);
    expect(putOver(tables, tables)).toEqual(tables);
  });
});

// === Withdraw

describe('kb withdraw', () => {
  test('leaves an intent for the server and says that none is running', async () => {
    const data = emptyDir();
    const { out } = await run(
      'withdraw',
      'bind-consent',
      '--reason',
      '入口换了',
      '--by',
      'lin',
      '--data',
      data,
    );
    const dir = join(data, 'withdrawals');
    const [file = ''] = readdirSync(dir);
    expect(JSON.parse(readFileSync(join(dir, file), 'utf8'))).toEqual({
      act: 'withdraw',
      id: 'bind-consent',
      kind: 'faq',
      reason: '入口换了',
      by: 'lin',
    });
    expect(out).toContain('下次启动');
  });

  test('says that it is done when a server has taken the intent up', async () => {
    const data = emptyDir();
    const running = run('restore', 'bind-consent', '--by', 'lin', '--data', data);
    const dir = join(data, 'withdrawals');
    await expect
      .poll(() => existsSync(dir) && readdirSync(dir).some((name) => name.endsWith('.json')))
      .toBe(true);
    for (const name of readdirSync(dir)) rmSync(join(dir, name));
    expect((await running).out).toBe('恢复已生效：bind-consent');
  });

  test.each([
    [['withdraw', 'bind-consent', '--by', 'lin']],
    [['withdraw', 'bind-consent', '--reason', 'x']],
    [['withdraw', 'no-such-entry', '--reason', 'x', '--by', 'lin']],
    [['restore', 'bind-consent']],
    [['withdraw', '--reason', 'x', '--by', 'lin']],
  ])('%j is refused', async (args) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 'bad_input' });
  });
});
