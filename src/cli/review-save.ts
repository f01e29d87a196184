/** What a reviewer accepts, as text in the knowledge folder; every other line stays as people wrote it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Intent } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import { readKnowledge } from '../knowledge/load.ts';
import { problemLine } from '../knowledge/problem.ts';

export interface Edit {
  /** Relative to the knowledge folder. */
  readonly path: string;
  /** The whole file after the change. */
  readonly text: string;
  /** What is new in it. */
  readonly added: string;
}

export interface Signature {
  readonly by: string;
  /** `YYYY-MM-DD` */
  readonly on: string;
}

/** The intent's file with the sentence as its last example, signed by a comment. */
export function exampleEdit(dir: string, intent: Intent, sentence: string, signature: Signature): Edit {
  const path = `intents/${intent}.yaml`;
  if (!existsSync(join(dir, path))) {
    throw new AppError('bad_input', `There is no ${path}; make it first, see docs/curating.md.`);
  }
  const lines = readFileSync(join(dir, path), 'utf8').split('\n');
  const head = lines.findIndex((line) => /^examples:\s*(?:#.*)?$/u.test(line));
  const end = lines.findIndex((line, index) => index > head && /^\S/u.test(line) && !/^[-#]/u.test(line));
  const last = lines.slice(0, end < 0 ? lines.length : end).findLastIndex((line) => /^\s*- /u.test(line));
  const indent = /^(\s*)- /u.exec(lines[last] ?? '')?.[1];
  if (head < 0 || last <= head || indent === undefined) {
    throw new AppError('bad_input', `${path} has no list of examples, one a line; add the sentence by hand.`);
  }
  const added = `${indent}- ${scalar(sentence)} # ${signed(signature)}`;
  return { path, added: added.trim(), text: lines.toSpliced(last + 1, 0, added).join('\n') };
}

export interface Draft extends Signature {
  readonly id: string;
  readonly intent: Intent;
  readonly source: string;
  readonly questions: readonly string[];
  readonly reviewDue: string;
  /** What to say, as somebody proposed it. */
  readonly text?: string;
}

/** A new answer that is on file and unsaid: `status: unverified` until somebody has written and checked it. */
export function draftEdit(draft: Draft): Edit {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/u.test(draft.id)) {
    throw new AppError(
      'bad_input',
      `An entry is named by small letters, digits and hyphens, not '${draft.id}'.`,
    );
  }
  const topic = draft.intent.replace(/^ask\./u, '').replaceAll('_', '-');
  const path = `faq/${topic}/${draft.id}.md`;
  const text = [
    '---',
    `# 草稿，${signed(draft)}`,
    `id: ${draft.id}`,
    `intent: ${draft.intent}`,
    `title: ${scalar(draft.questions[0] ?? draft.id)}`,
    "regions: ['000000']",
    `sources: [${draft.source}]`,
    `valid_from: '${draft.on}'`,
    `reviewed_on: '${draft.on}'`,
    `review_due: '${draft.reviewDue}'`,
    'status: unverified',
    'questions:',
    ...draft.questions.map((question) => `  - ${scalar(question)}`),
    '---',
    '',
    draft.text ?? '（待写）',
    '',
  ].join('\n');
  return { path, text, added: text };
}

/**
 * Writes the edit, and takes it back when the folder does not load with it.
 * @throws AppError `bad_knowledge`
 */
export function save(dir: string, { path, text }: Edit): void {
  const file = join(dir, path);
  const old = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const { knowledge, problems } = readKnowledge(dir);
  if (knowledge !== undefined) return;
  if (old === undefined) rmSync(file);
  else writeFileSync(file, old);
  throw new AppError(
    'bad_knowledge',
    `Not saved, the folder would not load:\n${problems.map(problemLine).join('\n')}`,
  );
}

/** A comment must not run on into the next line. */
function signed({ by, on }: Signature): string {
  return `${by.replace(/\s+/gu, ' ').trim()} ${on}`;
}

/** Words and Chinese punctuation stand bare, as curators write them; anything else is quoted. */
function scalar(text: string): string {
  const isPlain = /^\p{Script=Han}[\p{L}\p{N}，。？！、；“”（）]*$/u.test(text);
  return isPlain ? text : `'${text.replace(/\s+/gu, ' ').replaceAll("'", "''")}'`;
}
