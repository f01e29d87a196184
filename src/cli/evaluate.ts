/**
 * `gongji evaluate`: measures understanding. On a file of labelled sentences, or with
 * `--cross-validate` on the examples themselves, each held out once. `--fit` chooses the thresholds
 * anew, from the examples alone: it takes no file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CAUSES, INTENTS, SYMPTOMS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { openLibrary } from '../library.ts';
import { dataVersion, fitThresholds } from '../understanding/fit.ts';
import { FITTED } from '../understanding/fitted.ts';
import { foldsOf } from '../understanding/folds.ts';
import { createUnderstanding } from '../understanding/index.ts';
import { type Measured, type Report, report } from '../understanding/measure.ts';
import { createNoise, NOISES, type Noise } from '../understanding/noise.ts';
import type { Understander } from '../understanding/understander.ts';
import { type Command, describe, type Io } from './command.ts';
import { picture } from './evaluate-picture.ts';
import { inWords, markdown } from './evaluate-words.ts';
import { dayOf } from './rules.ts';
import { listeningTo, sentenceSchema } from './understand.ts';

const rowSchema = sentenceSchema.extend({
  intent: z.enum(INTENTS),
  alt_intents: z.array(z.enum(INTENTS)).optional(),
  symptom: z.enum(SYMPTOMS).optional(),
  cause: z.enum(CAUSES).optional(),
  style: z.string().optional(),
});
type Row = z.infer<typeof rowSchema>;

const FOLDS = 5;
const FITTED_FILE = fileURLToPath(new URL('../understanding/fitted.ts', import.meta.url));

const OPTIONS = {
  'as-of': { type: 'string' },
  data: { type: 'string' },
  memory: { type: 'boolean' },
  /** JSON lines are the rule; `--text` is for people. */
  json: { type: 'boolean' },
  text: { type: 'boolean' },
  'cross-validate': { type: 'boolean' },
  fit: { type: 'boolean' },
  /** Sets of folds: 1 to this. */
  repeats: { type: 'string', default: '1' },
  noise: { type: 'string' },
  seed: { type: 'string', default: '1' },
  report: { type: 'string' },
} as const;

export const evaluate: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const [file] = positionals;
  const asOf = dayOf(values['as-of']);
  const seeds = Array.from({ length: Math.max(1, Number(values.repeats) || 1) }, (_, index) => index + 1);
  if (file !== undefined && (values.fit || values['cross-validate']))
    throw new AppError('bad_input', '--fit and --cross-validate look at the examples only and take no file');
  const { knowledge, understander } = openLibrary(values.data === undefined ? {} : { cacheDir: values.data });
  if (values.fit) return refit(knowledge, { seeds, asOf }, io);
  if (FITTED.data !== dataVersion(knowledge))
    io.warn('evaluate: the sentences have changed since the thresholds were fitted; see evaluate --fit');
  const spoil = spoiler(knowledge, values.noise, Number(values.seed));
  const measured: Tried = { rows: [], times: [] };
  if (values['cross-validate']) crossValidate(knowledge, { seeds, asOf, spoil }, measured);
  else if (file === undefined) throw new AppError('bad_input', 'evaluate takes a file of labelled sentences');
  else for (const row of rowsOf(file, io)) tryOne(understander, row, { asOf, spoil }, measured);
  if (measured.rows.length === 0) throw new AppError('bad_input', `${file} holds no labelled sentence`);
  const found = report(measured.rows);
  const ms = { p50: quantile(measured.times, 0.5), p95: quantile(measured.times, 0.95) };
  const shown = values.text
    ? inWords(found, ms)
    : lines(found, ms).map((line) => JSON.stringify(line, rounded));
  for (const line of shown) io.print(line);
  if (values.report !== undefined) {
    const of = values['cross-validate'] ? 'the examples, each held out once' : 'sentences never learnt from';
    writeFileSync(join(values.report, 'understanding-report.md'), markdown(found, ms, of));
    writeFileSync(join(values.report, 'understanding-report.svg'), picture(found));
  }
  return 0;
};

interface Tried {
  readonly rows: Measured[];
  readonly times: number[];
}

interface Trial {
  readonly asOf: string;
  readonly spoil: (text: string) => string;
}

function tryOne(understander: Understander, row: Row, { asOf, spoil }: Trial, into: Tried): void {
  const text = spoil(row.text);
  const begun = performance.now();
  const understood = understander.understand(text, listeningTo(row, asOf));
  into.times.push(performance.now() - begun);
  into.rows.push({ label: row, understood });
}

function crossValidate(
  knowledge: Knowledge,
  trial: Trial & { readonly seeds: readonly number[] },
  into: Tried,
): void {
  for (const seed of trial.seeds) {
    for (const { source, heldOut } of foldsOf(knowledge, { folds: FOLDS, seed })) {
      const understander = createUnderstanding(source);
      // Cause sentences state a reason and ask for nothing: they have no intent to be measured by.
      const asking = heldOut.filter(({ cause }) => cause === undefined);
      for (const row of asking) tryOne(understander, { ...row }, trial, into);
    }
  }
}

function* rowsOf(file: string, io: Io): Generator<Row> {
  let number = 0;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      yield rowSchema.parse(JSON.parse(line));
    } catch (error) {
      io.print(JSON.stringify({ error: describe(error), line: number }));
    }
  }
}

function spoiler(knowledge: Knowledge, noise: string | undefined, seed: number): (text: string) => string {
  if (noise === undefined) return (text) => text;
  if (!NOISES.some((one) => one === noise))
    throw new AppError('bad_input', `--noise is one of ${NOISES.join(', ')}`);
  const texts = [...knowledge.intents.values()].flatMap(({ examples }) => examples);
  const make = createNoise({ texts, lexicon: knowledge.lexicon });
  return (text) => make(text, noise as Noise, seed);
}

function refit(
  knowledge: Knowledge,
  { seeds, asOf }: { readonly seeds: readonly number[]; readonly asOf: string },
  io: Io,
): number {
  const fitted = fitThresholds(knowledge, { folds: FOLDS, seeds, asOf });
  const { bias, gate, sure, ahead } = fitted.trust;
  const [head = ''] = readFileSync(FITTED_FILE, 'utf8').split('  data:');
  const body = [
    `  data: '${fitted.data}',`,
    `  gate: ${fitted.gate},`,
    `  act: ${fitted.act},`,
    `  trust: { bias: ${bias}, gate: ${gate}, sure: ${sure}, ahead: ${ahead} },`,
    '};',
  ];
  writeFileSync(FITTED_FILE, `${head}${body.join('\n')}\n`);
  io.print(JSON.stringify(fitted));
  return 0;
}

function lines(found: Report, ms: { readonly p50: number; readonly p95: number }): object[] {
  const { perIntent, calibration, calibrationError, abstention, slices, confusion, macro, ...shares } = found;
  return [
    { ...shares, macro, calibrationError, ms },
    ...perIntent,
    ...slices,
    { abstention },
    { calibration },
    { confusion },
  ];
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? 0;
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
}
