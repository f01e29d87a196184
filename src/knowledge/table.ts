/** `docs/knowledge-table.md`: everything known, one row each, with its grade. Generated, never edited. */
import type { Knowledge } from './knowledge.ts';
import { NATION } from './lookup.ts';
import type { Grade } from './schema/dated.ts';
import type { DatedRule, Operation } from './schema/region.ts';

/** From the most official down. */
const BEST_FIRST: readonly Grade[] = ['A', 'B', 'M', 'C', 'D', 'P'];

export function knowledgeTable(knowledge: Knowledge): string {
  return [
    '# What is known, and on what grade it rests',
    '',
    'Generated from `knowledge/` by `node scripts/knowledge-table.ts`; a test holds it fresh. Grades are those of',
    '`knowledge/README.md`: only current rows of grade A, B or M are told to a citizen.',
    '',
    ...section('Region x operation x entry x grade', ENTRY_HEAD, entryRows(knowledge)),
    ...section('Region x rule x value x grade', RULE_HEAD, ruleRows(knowledge)),
    ...section('System x operation', SYSTEM_HEAD, systemRows(knowledge)),
    ...section('Answers', ANSWER_HEAD, answerRows(knowledge)),
  ].join('\n');
}

const ENTRY_HEAD = [
  'region',
  'operation',
  'system',
  'client',
  'scope',
  'where to tap',
  'from',
  'until',
  'grade',
  'status',
];
const RULE_HEAD = ['region', 'rule', 'value', 'from', 'until', 'grade', 'status'];
const SYSTEM_HEAD = [
  'system',
  'regions',
  'kind',
  'operation',
  'known',
  'who or what is not known',
  'contradicted',
];
const ANSWER_HEAD = ['answer', 'intent', 'regions', 'from', 'until', 'review due', 'grade', 'status'];

type Row = readonly string[];

function section(title: string, head: Row, rows: readonly Row[]): string[] {
  const line = (cells: Row) => `| ${cells.map(cell).join(' | ')} |`;
  return [
    `## ${title}`,
    '',
    `${rows.length} rows.`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
  ];
}

function entryRows(knowledge: Knowledge): Row[] {
  return regionsOf(knowledge).flatMap(({ code, name, entries }) =>
    Object.entries(entries).flatMap(([operation, list]) =>
      list.map((entry) => [
        `${code} ${name}`,
        operation,
        labelOf(knowledge, entry.platform),
        entry.client,
        entry.scope,
        entry.path.join(' → '),
        entry.from,
        entry.until ?? '',
        gradeOf(knowledge, [entry.source]),
        entry.status,
      ]),
    ),
  );
}

function ruleRows(knowledge: Knowledge): Row[] {
  return regionsOf(knowledge).flatMap(({ code, name, rules }) =>
    Object.entries(rules).flatMap(([rule, values]) =>
      ((values ?? []) as readonly DatedRule[]).map(({ value, from, until, source, status }) => [
        `${code} ${name}`,
        rule,
        wordsOf(value),
        from,
        until ?? '',
        gradeOf(knowledge, [source]),
        status,
      ]),
    ),
  );
}

function systemRows(knowledge: Knowledge): Row[] {
  return byKey(knowledge.systems).flatMap(({ id, label, regions, kind, operations, claims }) =>
    Object.entries(operations).map(([operation, { who, note }]) => [
      label,
      regions.join(' '),
      kind,
      operation,
      bestWay(knowledge, id, operation as Operation),
      [who, note].filter((part) => part !== undefined).join('；'),
      claims
        .filter(({ about }) => about.includes(operation as Operation))
        .map(({ clash }) => clash)
        .join(' '),
    ]),
  );
}

function answerRows(knowledge: Knowledge): Row[] {
  return byKey(knowledge.faq).map((entry) => [
    entry.id,
    entry.intent,
    entry.regions.join(' '),
    entry.valid_from,
    entry.valid_until ?? '',
    entry.review_due,
    gradeOf(knowledge, entry.sources),
    entry.status,
  ]);
}

/** Status and grade of the best way on a system, or a dash when no region knows any. */
function bestWay(knowledge: Knowledge, system: string, operation: Operation): string {
  const ways = [...knowledge.regions.values()]
    .flatMap(({ entries }) => entries[operation] ?? [])
    .filter(({ platform }) => platform === system)
    .map(({ status, source }) => `${status} ${gradeOf(knowledge, [source])}`);
  return ways.find((way) => way.startsWith('current')) ?? ways[0] ?? '-';
}

function regionsOf({ regions }: Knowledge) {
  return byKey(regions).map((region) => ({ ...region, name: region.code === NATION ? '全国' : region.name }));
}

function byKey<T>(entries: ReadonlyMap<string, T>): T[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function gradeOf({ sources }: Knowledge, ids: readonly string[]): string {
  const grades = ids.map((id) => sources.get(id)?.grade);
  return BEST_FIRST.find((grade) => grades.includes(grade)) ?? '';
}

function labelOf({ systems, lexicon }: Knowledge, platform: string): string {
  return systems.get(platform)?.label ?? lexicon.platforms[platform]?.label ?? platform;
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key}: ${wordsOf(part)}`)
    .join('; ');
}

/** A bar or a line break would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/gu, ' ');
}
