/**
 * The knowledge as tables, and tables as files of the knowledge again, without loss. Tables are made of
 * the raw files, so that a key added to a schema is carried by itself.
 *
 * The name of a column says what its cells hold: `name` text, `name[]` a list with one item a line,
 * `name{}` JSON. An empty cell means that the key is absent.
 */
import { dump } from 'js-yaml';
import type { RawFile } from './files.ts';

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Record_ = { readonly [key: string]: unknown };

/** The columns that name a thing; its rows are replaced together. */
const OWNER: { readonly [table: string]: readonly string[] } = {
  sources: ['id'],
  regions: ['code'],
  rules: ['region', 'rule'],
  ways: ['region', 'operation'],
  answers: ['id'],
  causes: ['id'],
  intents: ['id'],
  replies: ['id'],
  lexicon: ['list', 'key'],
  others: ['path'],
};
export const TABLE_NAMES = Object.keys(OWNER);

// === Files to tables

export function tablesOf(files: readonly RawFile[]): readonly Table[] {
  const records: { [table: string]: Record_[] } = Object.fromEntries(TABLE_NAMES.map((name) => [name, []]));
  for (const file of files) {
    for (const [table, record] of recordsOf(file)) records[table]?.push(record);
  }
  return Object.entries(records).map(([name, list]) => tableOf(name, list));
}

function recordsOf(file: RawFile): (readonly [string, Record_])[] {
  const data = (file.data ?? {}) as Record_;
  switch (file.room) {
    case 'regions':
      return regionRecords(data);
    case 'faq': {
      const { when = {}, ...front } = data;
      const whens = Object.entries(when as Record_).map(([key, value]) => [`when.${key}`, value]);
      const topic = file.path.split('/').slice(1, -1).join('/');
      return [['answers', { id: data.id, topic, ...front, ...Object.fromEntries(whens), body: file.body }]];
    }
    case 'causes':
      return [['causes', data]];
    case 'intents':
      return [['intents', data]];
    case 'replies':
      return Object.entries(data).map(([id, reply]) => [
        'replies',
        { id, file: file.name, ...(reply as Record_) },
      ]);
    case 'lexicon':
      return Array.isArray(data)
        ? [['lexicon', { list: file.name, key: '#', value: data }]]
        : Object.entries(data).map(([key, value]) => ['lexicon', { list: file.name, key, value }]);
    default:
      if (file.path !== 'sources.yaml') return [['others', { path: file.path, value: data }]];
      return Object.entries(data).map(([id, row]) => ['sources', { id, ...(row as Record_) }]);
  }
}

function regionRecords(data: Record_): (readonly [string, Record_])[] {
  const { rules = {}, entries = {}, ...region } = data;
  const each = (table: string, kind: string, lists: unknown) =>
    Object.entries(lists as Record_).flatMap(([name, values]) =>
      (values as readonly Record_[]).map(
        (value) => [table, { region: data.code, [kind]: name, ...value }] as const,
      ),
    );
  return [['regions', region], ...each('rules', 'rule', rules), ...each('ways', 'operation', entries)];
}

function tableOf(name: string, records: readonly Record_[]): Table {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const kinds = keys.map((key) =>
    kindOf(records.map((record) => record[key]).filter((value) => value !== undefined)),
  );
  return {
    name,
    columns: keys.map((key, index) => `${key}${kinds[index]}`),
    rows: records.map((record) => keys.map((key, index) => cellOf(record[key], kinds[index] as Kind))),
  };
}

// === Cells

type Kind = '' | '[]' | '{}';

function kindOf(values: readonly unknown[]): Kind {
  if (values.every((value) => typeof value === 'string' && value !== '')) return '';
  return values.every(isPlainList) ? '[]' : '{}';
}

/** A list that comes back as it was from one line an item. */
function isPlainList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (item) => typeof item === 'string' && item !== '' && item === item.trim() && !/[\r\n]/u.test(item),
    ) &&
    String(value[0]) !== NO_ITEMS
  );
}

/** The list is there and empty; an empty cell says that it is not there. */
const NO_ITEMS = '[]';

function cellOf(value: unknown, kind: Kind): string {
  if (value === undefined) return '';
  if (kind === '{}') return JSON.stringify(value);
  if (kind === '') return String(value);
  const items = value as readonly string[];
  return items.length === 0 ? NO_ITEMS : items.join('\n');
}

function readCell(cell: string, kind: Kind): unknown {
  if (kind === '{}') return JSON.parse(cell);
  if (kind === '') return cell;
  return cell.trim() === NO_ITEMS ? [] : cell.split(/\r?\n/u).filter((item) => item !== '');
}

function recordOf(columns: readonly string[], row: readonly string[], where: string): Record_ {
  const record: { [key: string]: unknown } = {};
  columns.forEach((column, index) => {
    const cell = row[index] ?? '';
    const [, key = column, kind = ''] = /^(.*?)(\[\]|\{\})?$/u.exec(column) ?? [];
    if (cell === '') return;
    try {
      record[key] = readCell(mended(key, cell), kind as Kind);
    } catch {
      throw new Error(`${where}: ${column}: '${cell.slice(0, 40)}' is not JSON`);
    }
  });
  return record;
}

/** Spreadsheets write days their own way and take the zeros off codes. */
function mended(key: string, cell: string): string {
  const day = /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/u.exec(cell.trim());
  if (day !== null) return `${day[1]}-${day[2]?.padStart(2, '0')}-${day[3]?.padStart(2, '0')}`;
  return CODES.has(key) ? cell.replace(/^\d{1,5}$/gmu, (code) => code.padStart(6, '0')) : cell;
}
const CODES = new Set(['code', 'parent', 'region', 'regions']);

// === Tables to files

export interface WrittenFile {
  readonly path: string;
  readonly data: unknown;
  readonly body: string;
}

/**
 * The files the tables stand for.
 * @throws Error that names table and row when a cell cannot be read
 */
export function filesOf(tables: readonly Table[]): readonly WrittenFile[] {
  const of = (name: string) => recordsIn(tables, name);
  const files: WrittenFile[] = [];
  const add = (path: string, data: unknown, body = '') => files.push({ path, data, body });
  const sources = of('sources');
  if (sources.length > 0) add('sources.yaml', byKey(sources, 'id'));
  for (const region of of('regions'))
    add(`regions/${region.code}.yaml`, regionData(region, of('rules'), of('ways')));
  for (const record of of('answers')) addAnswer(record, add);
  for (const room of ['causes', 'intents']) for (const one of of(room)) add(`${room}/${one.id}.yaml`, one);
  for (const [file, list] of grouped(of('replies'), 'file')) add(`replies/${file}.yaml`, byKey(list, 'id'));
  for (const [list, items] of grouped(of('lexicon'), 'list')) add(`lexicon/${list}.yaml`, lexiconData(items));
  for (const { path, value } of of('others')) add(String(path), value);
  return files;
}

function recordsIn(tables: readonly Table[], name: string): readonly Record_[] {
  const table = tables.find((one) => one.name === name);
  return table?.rows.map((row, index) => recordOf(table.columns, row, `${name}, row ${index + 2}`)) ?? [];
}

function addAnswer(record: Record_, add: (path: string, data: unknown, body?: string) => void): void {
  const { topic, body, ...front } = record;
  const entries = Object.entries(front);
  const when = entries
    .filter(([key]) => key.startsWith('when.'))
    .map(([key, value]) => [key.slice(5), value]);
  const data: { [key: string]: unknown } = {};
  for (const [key, value] of entries) {
    if (key.startsWith('when.')) continue;
    data[key] = value;
    // Where people look for it.
    if (key === 'regions' && when.length > 0) data.when = Object.fromEntries(when);
  }
  add(`faq/${topic ?? 'other'}/${front.id}.md`, data, String(body ?? ''));
}

function regionData(region: Record_, rules: readonly Record_[], ways: readonly Record_[]): Record_ {
  const own = (records: readonly Record_[], kind: string) => {
    const mine = records.filter((record) => record.region === region.code);
    const lists = grouped(mine, kind).map(([name, list]) => [
      name,
      list.map(({ region: _, [kind]: __, ...value }) => value),
    ]);
    return Object.fromEntries(lists) as Record_;
  };
  const [ownRules, ownWays] = [own(rules, 'rule'), own(ways, 'operation')];
  return {
    ...region,
    ...(Object.keys(ownRules).length === 0 ? {} : { rules: ownRules }),
    ...(Object.keys(ownWays).length === 0 ? {} : { entries: ownWays }),
  };
}

function lexiconData(items: readonly Record_[]): unknown {
  const [first] = items;
  if (first?.key === '#') return first.value;
  return Object.fromEntries(items.map(({ key, value }) => [key, value]));
}

function byKey(records: readonly Record_[], key: string): Record_ {
  return Object.fromEntries(records.map(({ [key]: id, file: _, ...rest }) => [id, rest]));
}

function grouped(records: readonly Record_[], key: string): (readonly [string, readonly Record_[]])[] {
  return [...Map.groupBy(records, (record) => String(record[key]))];
}

/** The file as text. */
export function writeFile({ path, data, body }: WrittenFile): string {
  const yaml = dump(data, { lineWidth: 110, noRefs: true });
  return path.endsWith('.md') ? `---\n${yaml}---\n\n${body}\n` : yaml;
}

// === Putting tables over tables

/**
 * The tables with what was handed in put over them: things named in both are taken from `given`, new
 * ones are added at the end, and what `given` does not name stays.
 */
export function putOver(tables: readonly Table[], given: readonly Table[]): readonly Table[] {
  return TABLE_NAMES.map((name) => {
    const [old, next] = [tables, given].map((list) => list.find((table) => table.name === name));
    if (old === undefined || next === undefined) return next ?? old ?? { name, columns: [], rows: [] };
    return merged(old, next, OWNER[name] ?? []);
  });
}

function merged(old: Table, next: Table, ownerColumns: readonly string[]): Table {
  const idOf = (record: Record_) => ownerColumns.map((column) => String(record[column])).join('\u0000');
  const read = (table: Table) =>
    table.rows.map((row, index) => recordOf(table.columns, row, `${table.name}, row ${index + 2}`));
  const newer = Map.groupBy(read(next), idOf);
  const older = Map.groupBy(read(old), idOf);
  const records = [...new Set([...older.keys(), ...newer.keys()])].flatMap(
    (id) => newer.get(id) ?? older.get(id) ?? [],
  );
  return tableOf(old.name, records);
}
