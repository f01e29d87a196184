/** `gongji kb new faq|region|cause|source ID`: a file to begin with, and what is left to be filled in. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { NEW_KINDS, type NewKind, skeleton } from '../knowledge/edit.ts';
import { readKnowledge } from '../knowledge/load.ts';
import type { Command, Io } from './command.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

export const kbNew: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      intent: { type: 'string' },
      topic: { type: 'string' },
      'as-of': { type: 'string' },
    },
  });
  const [kind, id] = positionals;
  if (!isKind(kind) || id === undefined) {
    throw new AppError(
      'bad_input',
      `kb new takes ${NEW_KINDS.join('|')} and an id, such as: kb new faq bind-somewhere`,
    );
  }
  const { intent, topic, knowledge: dir } = values;
  const { path, text, append } = skeleton({
    kind,
    id,
    today: dayOf(values['as-of']),
    ...(intent === undefined ? {} : { intent }),
    ...(topic === undefined ? {} : { topic }),
  });
  refuseTaken(dir, kind, id, path);
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  if (append && existsSync(file))
    appendFileSync(file, readFileSync(file, 'utf8').endsWith('\n') ? text : `\n${text}`);
  else writeFileSync(file, text);
  io.print(file);
  sayWhatIsLeft(io, dir, path, kind);
  return 0;
};

function isKind(kind: string | undefined): kind is NewKind {
  return NEW_KINDS.some((known) => known === kind);
}

/** The id may be in another folder of answers, or in the middle of the list of sources. */
function refuseTaken(dir: string, kind: NewKind, id: string, path: string): void {
  const { files } = readKnowledge(dir);
  const room = path.split('/')[0];
  const taken =
    kind === 'source'
      ? files.some((file) => file.path === path && Object.hasOwn((file.data ?? {}) as object, id))
      : files.some((file) => file.room === room && file.name === id) || existsSync(join(dir, path));
  if (taken) throw new AppError('bad_input', `'${id}' is there already; change it in its file instead`);
}

function sayWhatIsLeft(io: Io, dir: string, path: string, kind: NewKind): void {
  const left = readKnowledge(dir).problems.filter(({ file }) => file === path);
  if (left.length === 0) {
    io.warn('这个文件已经可以读入。只写与上级不同的内容，写完运行 gongji kb check');
    return;
  }
  io.warn('还要填：');
  for (const { key, message } of left) io.warn(`  ${key}\t${message}`);
  if (kind === 'faq') io.warn('  （正文）\t先说结论，再写步骤，例外，不行怎么办');
  io.warn('填完运行 gongji kb check。没填完之前，运行中的服务不会读入新内容，继续用上一版。');
}
