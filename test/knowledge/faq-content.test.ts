/** What `docs/curating.md` promises of every answer. The loader and the lint hold the rest. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/domain/understanding.ts';
import { citationsOf, findAnswer } from '../../src/knowledge/answers.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { PUBLISHABLE } from '../../src/knowledge/schema/dated.ts';
import type { FaqEntry } from '../../src/knowledge/schema/faq.ts';

const ROOT = join(import.meta.dirname, '../..');
const ARTICLES = join(ROOT, '../shared/reference/articles');
const CONCLUSION_MAX = 120;
const SENTENCE_MAX = 40;
/** So many characters in a row are no accident. */
const COPIED_RUN = 12;
/** What a screen or an office calls something may stand in both texts. */
const OFFICIAL_NAMES = [
  '职工医保个人账户家庭共济',
  '个人账户家庭共济关系绑定/解绑',
  '基本医疗保险参保人员历年账户家庭共济备案',
  '历年账户家庭共济备案',
  '个人账户家庭共济',
  '国家医保服务平台',
  '大连市自然人社保缴费',
];

const knowledge = loadKnowledge(join(ROOT, 'knowledge'));
const entries = [...knowledge.faq.values()];
const idsWhere = (isWrong: (entry: FaqEntry) => boolean) => entries.filter(isWrong).map(({ id }) => id);

describe('the answers', () => {
  it('are at least seventy, and every question intent has one for the whole country', () => {
    expect(entries.length).toBeGreaterThanOrEqual(70);
    const national = entries.filter(({ regions, when }) => isEmpty(when) && regions.includes('000000'));
    expect(new Set(national.map(({ intent }) => intent)).size).toBe(13);
  });

  it('each rest on a source of grade A, B or M and on none of grade D or P', () => {
    const grades = (entry: FaqEntry) => entry.sources.map((id) => knowledge.sources.get(id)?.grade);
    expect(idsWhere((e) => !grades(e).some((grade) => grade && PUBLISHABLE.has(grade)))).toEqual([]);
    expect(idsWhere((e) => grades(e).some((grade) => grade === 'D' || grade === 'P'))).toEqual([]);
  });

  it('never show the address of a copy', () => {
    const shown = entries.flatMap(({ sources }) => citationsOf(knowledge, sources));
    expect(shown.filter(({ grade, url }) => grade === 'M' && url !== undefined)).toEqual([]);
    expect(idsWhere(({ body }) => /https?:|www\.|\.(com|cn)\b/u.test(body))).toEqual([]);
  });

  it('begin with a conclusion of at most 120 characters', () => {
    expect(idsWhere(({ body }) => (body.split('\n')[0] ?? '').length > CONCLUSION_MAX)).toEqual([]);
  });

  it('hold no sentence over 40 characters', () => {
    expect(entries.flatMap(({ body }) => longSentences(body))).toEqual([]);
  });

  it('say what to do when it does not work', () => {
    expect(idsWhere(({ body }) => !body.includes('不行怎么办：'))).toEqual([]);
  });

  it('number their steps from one, without a gap', () => {
    expect(idsWhere(({ body }) => !areStepsInOrder(body))).toEqual([]);
  });

  it('name no payment window of 2027', () => {
    expect(idsWhere(({ body, title }) => /2027/u.test(title + body))).toEqual([]);
  });

  it('never ask for a number that belongs on the secure page', () => {
    expect(idsWhere(({ body }) => /(发给我|告诉我).{0,6}(身份证号|卡号|密码)/u.test(body))).toEqual([]);
  });

  it('leave no two of the same intent, region, constraint and day to chance', () => {
    expect(rivals()).toEqual([]);
  });
});

describe('what is true changes with the day', () => {
  const concept = (value: string): Entity => ({ type: 'concept', value, text: '', start: 0, end: 0 });
  const answerOn = (asOf: string, value: string) =>
    findAnswer(knowledge, { intent: 'ask.cross_region', asOf, entities: [concept(value)] })?.entry.id;

  it('sharing with another province has four answers on four days', () => {
    const days = ['2024-06-15', '2025-01-15', '2025-10-15', '2026-11-22'];
    expect(days.map((day) => answerOn(day, 'cross_province'))).toEqual([
      'cross-province-2022',
      'cross-province-2024',
      'cross-province-2025',
      'cross-province',
    ]);
  });

  it('sharing with another city of the province depends on the place until 2024-11-26, then on nothing', () => {
    expect(answerOn('2024-11-25', 'same_province')).toBe('same-province-2022');
    expect(answerOn('2024-11-26', 'same_province')).toBe('same-province');
  });

  it('the limits of the wallet are told as current only while they were', () => {
    expect(answerOn('2025-12-01', 'wallet_limits')).toBe('wallet-limits-2025');
    expect(answerOn('2026-11-22', 'wallet_limits')).toBe('wallet-limits');
  });

  it('a sibling could not be told yes before every province had widened the circle', () => {
    const sibling: Entity = { type: 'relation', value: 'sibling', text: '', start: 0, end: 0 };
    const ask = (asOf: string) =>
      findAnswer(knowledge, { intent: 'ask.eligibility', asOf, entities: [sibling] })?.entry.id;
    expect(ask('2024-06-15')).toBe('eligible-overview-before-2025');
    expect(ask('2026-11-22')).toBe('eligible-sibling');
  });
});

describe('the contradictions listed in docs/curating.md', () => {
  const rows = [
    ...readFileSync(join(ROOT, 'docs/curating.md'), 'utf8').matchAll(/^\| (C\d\d) \|.*\| (.+) \|$/gmu),
  ];
  const answeredBy = new Map(rows.map(([, id = '', list = '']) => [id, list.split(', ')]));

  it('are C01 to C22', () => {
    const all = Array.from({ length: 22 }, (_, index) => `C${String(index + 1).padStart(2, '0')}`);
    expect([...answeredBy.keys()]).toEqual(all);
  });

  it('are each answered by entries that exist', () => {
    const missing = [...answeredBy.values()]
      .flat()
      .filter((id) => !knowledge.faq.has(id.replaceAll('`', '')));
    expect(missing).toEqual([]);
  });
});

describe.runIf(existsSync(ARTICLES))('what citizens have read elsewhere', () => {
  it('is never repeated for twelve characters, official names aside', () => {
    const articles = readdirSync(ARTICLES).map((name) => squeeze(readFileSync(join(ARTICLES, name), 'utf8')));
    const copied = runsOf(articles);
    const found = entries.flatMap(({ title, questions, body }) => {
      return [title, ...questions, ...body.split('\n')].flatMap((line) => copiedIn(line, copied));
    });
    expect(found).toEqual([]);
  });
});

function isEmpty(when: FaqEntry['when']): boolean {
  return Object.keys(when).length === 0;
}

function longSentences(body: string): string[] {
  return body
    .split(/[。！？；\n]/u)
    .map((sentence) => sentence.replace(/^\d+\. /u, '').trim())
    .filter((sentence) => sentence.length > SENTENCE_MAX);
}

function areStepsInOrder(body: string): boolean {
  const numbers = [...body.matchAll(/^(\d+)\. /gmu)].map(([, number]) => Number(number));
  return numbers.every((number, index) => number === 1 || number === (numbers[index - 1] ?? 0) + 1);
}

/** Pairs of answers between which only the alphabet would decide. */
function rivals(): string[] {
  const seen = new Map<string, FaqEntry[]>();
  const found: string[] = [];
  for (const entry of entries) {
    for (const region of entry.regions) {
      const key = JSON.stringify([entry.intent, region, entry.when]);
      const others = seen.get(key) ?? [];
      found.push(...others.filter((other) => overlap(entry, other)).map(({ id }) => `${entry.id} / ${id}`));
      seen.set(key, [...others, entry]);
    }
  }
  return found;
}

function overlap(a: FaqEntry, b: FaqEntry): boolean {
  const isBefore = (first: FaqEntry, second: FaqEntry) =>
    first.valid_until !== undefined && first.valid_until <= second.valid_from;
  return !isBefore(a, b) && !isBefore(b, a);
}

function squeeze(text: string): string {
  return text.replace(/[\s*#`>]/gu, '');
}

function runsOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => windows(text)));
}

function copiedIn(line: string, copied: ReadonlySet<string>): string[] {
  const own = OFFICIAL_NAMES.reduce((text, name) => text.replaceAll(name, '\n'), line);
  return own.split('\n').flatMap((part) => windows(squeeze(part)).filter((run) => copied.has(run)));
}

function windows(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - COPIED_RUN + 1) }, (_, at) =>
    text.slice(at, at + COPIED_RUN),
  );
}
