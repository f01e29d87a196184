/** `gongji kb export --format csv|md` and `gongji kb import FILE|DIR`: the knowledge as tables and back, without loss. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import {
  filesOf,
  putOver,
  TABLE_NAMES,
  type Table,
  tablesOf,
  type WrittenFile,
  writeFile,
} from '../knowledge/exchange.ts';
import { type RawFile, readFiles } from '../knowledge/files.ts';
import { readKnowledge } from '../knowledge/load.ts';
import { problemLine } from '../knowledge/problem.ts';
import { readCsv, readMarkdown, writeCsv, writeMarkdown } from '../knowledge/sheets.ts';
import type { Command } from './command.ts';
import { OWN_KNOWLEDGE } from './rules.ts';

const FORMATS = {
  csv: { write: writeCsv, read: readCsv },
  md: { write: writeMarkdown, read: readMarkdown },
} as const;
type Format = keyof typeof FORMATS;

export const kbExport: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      format: { type: 'string' },
      out: { type: 'string', default: 'knowledge-export' },
    },
  });
  const { format, out } = values;
  if (!isFormat(format)) throw new AppError('bad_input', 'kb export takes --format csv or --format md');
  const { files, problems } = readFiles(values.knowledge);
  if (problems.length > 0) throw new AppError('bad_knowledge', problems.map(problemLine).join('\n'));
  mkdirSync(out, { recursive: true });
  for (const table of tablesOf(files)) {
    if (table.rows.length === 0) continue;
    const file = join(out, `${table.name}.${format}`);
    writeFileSync(file, FORMATS[format].write(table));
    io.print(`${file}　${table.rows.length} 行`);
  }
  return 0;
};

export const kbImport: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { knowledge: { type: 'string', default: OWN_KNOWLEDGE } },
  });
  const [from] = positionals;
  if (from === undefined || !existsSync(from)) {
    throw new AppError(
      'bad_input',
      'kb import takes a file or folder that kb export has written, such as answers.csv',
    );
  }
  const dir = values.knowledge;
  const { files } = readFiles(dir);
  const changed = changedFiles(files, read(from));
  const problems = problemsWith(dir, changed);
  for (const line of problems) io.warn(line);
  if (problems.length > 0) {
    io.warn(`没有导入：${problems.length} 个问题，${dir} 没有动过`);
    return 1;
  }
  for (const file of changed) {
    write(dir, file);
    io.print(`写入 ${file.path}`);
  }
  io.warn(
    changed.length === 0
      ? '内容相同，没有写入任何文件'
      : `写入 ${changed.length} 个文件。请运行 gongji kb check`,
  );
  return 0;
};

function isFormat(format: string | undefined): format is Format {
  return format !== undefined && Object.hasOwn(FORMATS, format);
}

function read(from: string): readonly Table[] {
  const paths = statSync(from).isDirectory() ? readdirSync(from).map((name) => join(from, name)) : [from];
  const tables = paths.flatMap((path) => {
    const [, name = '', format] = /^(.+)\.(\w+)$/u.exec(basename(path)) ?? [];
    if (!isFormat(format) || !TABLE_NAMES.includes(name)) return [];
    try {
      return [FORMATS[format].read(name, readFileSync(path, 'utf8'))];
    } catch (error) {
      throw new AppError('bad_input', error instanceof Error ? error.message : String(error));
    }
  });
  if (tables.length > 0) return tables;
  throw new AppError(
    'bad_input',
    `${from} holds no table; expected files named ${TABLE_NAMES.join(', ')} with .csv or .md`,
  );
}

/** Files that say something else than before; the others are left as their authors wrote them, with their comments. */
function changedFiles(files: readonly RawFile[], given: readonly Table[]): readonly WrittenFile[] {
  const known = new Map(files.map((file) => [file.path, file]));
  try {
    return filesOf(putOver(tablesOf(files), given)).filter((file) => {
      const old = known.get(file.path);
      return old === undefined || !same(old.data, file.data) || old.body.trim() !== file.body.trim();
    });
  } catch (error) {
    throw new AppError('bad_input', error instanceof Error ? error.message : String(error));
  }
}

/** Tried on a copy: what does not load is not written. */
function problemsWith(dir: string, files: readonly WrittenFile[]): readonly string[] {
  const copy = mkdtempSync(join(tmpdir(), 'gongji-import-'));
  try {
    if (existsSync(dir)) cpSync(dir, copy, { recursive: true });
    for (const file of files) write(copy, file);
    return readKnowledge(copy).problems.map(problemLine);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function write(dir: string, file: WrittenFile): void {
  const path = join(dir, file.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, writeFile(file));
}

/** The order of keys says nothing. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
