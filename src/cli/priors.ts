/**
 * `gongji priors estimate`: how common each cause is, estimated anew from closed cases. Reads the store of
 * a stopped server (`--data`), PostgreSQL, or lines of a file (`--from`); prints what would change in
 * `knowledge/causes`, and writes it only with `--yes`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { estimatePriors, type PriorChange, type SolvedCase } from '../diagnosis/priors.ts';
import { CAUSES, SYMPTOMS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { clock, keyFile, random } from '../main.ts';
import { openStore } from '../store/open.ts';
import { type Command, describe, type Io } from './command.ts';
import { OWN_KNOWLEDGE } from './rules.ts';

const lineSchema = z.looseObject({ symptom: z.enum(SYMPTOMS), trueCause: z.enum(CAUSES) });

export const priors: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      data: { type: 'string' },
      memory: { type: 'boolean' },
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      yes: { type: 'boolean', default: false },
    },
  });
  if (positionals[0] !== 'estimate') {
    throw new AppError(
      'bad_input',
      "There is only 'gongji priors estimate [--from FILE | --data DIR] [--yes]'",
    );
  }
  const { causes } = loadKnowledge(values.knowledge);
  const solved = values.from === undefined ? await casesOfStore(values.data) : casesOfFile(values.from, io);
  const { changes, tooFew, unlisted } = estimatePriors(causes, solved);
  const edits = [...Map.groupBy(changes, ({ cause }) => cause)].map(([cause, group]) =>
    editOf(join(values.knowledge, 'causes', `${cause}.yaml`), group),
  );
  for (const { text: _, ...edit } of edits) io.print(JSON.stringify(edit));
  for (const one of tooFew) io.print(JSON.stringify({ left: 'too few closed cases', ...one }));
  for (const one of unlisted)
    io.print(JSON.stringify({ left: 'the cause does not list the complaint', ...one }));
  if (values.yes) for (const { file, text } of edits) writeFileSync(file, text);
  io.print(JSON.stringify({ cases: solved.length, files: edits.length, written: values.yes }));
  return 0;
};

interface Edit {
  readonly file: string;
  /** The line as it stands, and as it would be. */
  readonly before: string;
  readonly after: string;
  readonly changes: readonly PriorChange[];
  readonly text: string;
}

/** Only the numbers of one line change: comments and order are the author's. */
function editOf(file: string, changes: readonly PriorChange[]): Edit {
  const text = readFileSync(file, 'utf8');
  const before = /^symptoms: \{.*\}$/mu.exec(text)?.[0];
  if (before === undefined) {
    throw new AppError(
      'bad_knowledge',
      `${file}: 'symptoms' must stand on one line, in braces, to be estimated`,
    );
  }
  const after = changes.reduce(
    (line, { symptom, to }) => line.replace(new RegExp(`\\b${symptom}: [\\w.]+`, 'u'), `${symptom}: ${to}`),
    before,
  );
  return { file, before, after, changes, text: text.replace(before, after) };
}

/** One case a line: `{"symptom", "trueCause"}`. A bad line is reported and left out. */
function casesOfFile(file: string, io: Io): readonly SolvedCase[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        const { symptom, trueCause } = lineSchema.parse(JSON.parse(line));
        return [{ symptom, cause: trueCause }];
      } catch (error) {
        io.print(JSON.stringify({ error: describe(error), line: index + 1 }));
        return [];
      }
    });
}

/** The embedded store belongs to one process: while a server has it, this says `store_locked`. */
async function casesOfStore(data: string | undefined): Promise<readonly SolvedCase[]> {
  const config = readConfig();
  const dir = resolve(data ?? config.dataDir);
  const { store, close } = await openStore({
    url: config.databaseUrl ?? pathToFileURL(join(dir, 'gongji.sqlite')).href.replace('file:', 'sqlite:'),
    clock,
    random,
    vaultKey: config.vaultKey ?? keyFile(join(dir, 'vault.key')),
    isVisitor: true,
  });
  try {
    return (await store.solvedCases()).flatMap(({ symptom, closed }) =>
      symptom === undefined || closed?.trueCause === undefined ? [] : [{ symptom, cause: closed.trueCause }],
    );
  } finally {
    await close();
  }
}
