/** The files of the knowledge folder as raw values: read, hashed and parsed, nothing judged. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import type { Problem } from './problem.ts';

export interface RawFile {
  /** Relative to the knowledge folder, with forward slashes. */
  readonly path: string;
  /** The file name without its ending; by convention the id of what it holds. */
  readonly name: string;
  /** The folder directly under the knowledge folder; empty for files at its root. */
  readonly room: string;
  readonly data: unknown;
  /** What follows the front matter; empty for YAML. */
  readonly body: string;
}

export interface RawKnowledge {
  readonly files: readonly RawFile[];
  /** Hash over paths and contents. */
  readonly version: string;
  readonly problems: readonly Problem[];
}

/** The texts of the folder, and the version they have together: a hash over paths and contents. */
export interface Texts {
  readonly texts: readonly { readonly path: string; readonly text: string }[];
  readonly version: string;
}

/** Every `.yaml` of the folder and every `.md` below `faq`; other Markdown is for people. */
export function readTexts(dir: string): Texts {
  const hash = createHash('sha256');
  const texts = listFiles(dir).map((path) => {
    const text = readFileSync(join(dir, path), 'utf8');
    hash.update(`${path}\n${text.length}\n${text}`);
    return { path, text };
  });
  return { texts, version: hash.digest('hex').slice(0, 12) };
}

export function readFiles(dir: string): RawKnowledge {
  return parseTexts(readTexts(dir));
}

export function parseTexts({ texts, version }: Texts): RawKnowledge {
  const problems: Problem[] = [];
  const files: RawFile[] = [];
  for (const { path, text } of texts) {
    const parsed = parseFile(path, text);
    if ('problem' in parsed) problems.push(parsed.problem);
    else files.push(parsed.file);
  }
  return { files, version, problems };
}

function listFiles(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.yaml') || (path.startsWith('faq/') && path.endsWith('.md')))
    .filter((path) => basename(path) !== 'README.md')
    .sort();
}

function parseFile(path: string, text: string): { readonly file: RawFile } | { readonly problem: Problem } {
  const markdown = path.endsWith('.md');
  const split = markdown ? splitFrontMatter(text) : { front: text, body: '' };
  if (split === undefined) {
    return {
      problem: error(path, 'no front matter: the file must begin with a block between two lines of ---'),
    };
  }
  try {
    const data: unknown = load(split.front);
    const name = basename(path).replace(/\.(yaml|md)$/u, '');
    const room = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
    return { file: { path, name, room, data, body: split.body } };
  } catch (cause) {
    return {
      problem: error(path, `no valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`),
    };
  }
}

/** Front matter and answer of a Markdown file, or undefined when it has no front matter. */
export function splitFrontMatter(
  text: string,
): { readonly front: string; readonly body: string } | undefined {
  const match = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)([\s\S]*)$/u.exec(text);
  if (match === null) return undefined;
  return { front: match[1] as string, body: (match[2] as string).trim() };
}

function error(file: string, message: string): Problem {
  return { file, key: '', message, severity: 'error' };
}
