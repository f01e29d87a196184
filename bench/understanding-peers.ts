/**
 * Our understanding beside other people's engines, all in this one process:
 * `node --expose-gc bench/understanding-peers.ts [--datasets DIR] [--out FILE]`.
 *
 * (a) our evaluation sentences, every engine trained on our examples; (b) intents of a foreign field with the
 * split that comes with the data; (c) finding the question that means the same. The data of (b) and (c) may
 * not be passed on: they are read where they lie, only scores are kept, and without them the part is skipped
 * loudly. Every engine is trained and asked anew for each part; nothing is chosen by what comes out.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Knowledge } from '../src/knowledge/knowledge.ts';
import { loadKnowledge } from '../src/knowledge/load.ts';
import { bigrams, similarity } from '../src/knowledge/resemblance.ts';
import { featuresOf } from '../src/understanding/features.ts';
import { createUnderstanding } from '../src/understanding/index.ts';
import { Ensemble, train } from '../src/understanding/model/ensemble.ts';
import { Vocabulary } from '../src/understanding/model/vocabulary.ts';
import { type Engine, type Example, miniSearch, naturalBayes, nlpJs, orama, type Rank } from './peers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    datasets: { type: 'string', default: `${root}../shared/datasets` },
    out: { type: 'string', default: `${root}docs/bench-understanding.md` },
  },
});
/** Queries of the retrieval part, every so-and-so-many-th of all: enough for an interval of three points. */
const QUERIES = 600;
const AS_OF = '2026-11-22';

interface Asked {
  readonly text: string;
  readonly right: ReadonlySet<string>;
}

interface Row {
  readonly engine: string;
  readonly top1: number;
  readonly top3: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly trainMs: number;
  readonly heapMb: number;
}

interface Part {
  readonly title: string;
  readonly engines: readonly Engine[];
  readonly examples: readonly Example[];
  readonly asked: readonly Asked[];
}

// === Ours

/** The whole room as citizens meet it: repair, entities, gate, intents. Examples come from the knowledge folder. */
function wholeRoom(knowledge: Knowledge): Engine {
  return {
    name: '**ours**, whole',
    train() {
      const understander = createUnderstanding(knowledge);
      const listening = { inFlow: false, asOf: AS_OF };
      return (text) => understander.understand(text, listening).alternatives.map(({ id }) => id);
    },
  };
}

/** The classifier alone, on any labels: no lexicon, no groups, the weights of the intent head. */
const SHAPE = { weights: { margins: 2, bayes: 0.15, neighbours: 2, groups: 0 }, groupings: [] };
const classifier: Engine = {
  name: '**ours**, classifier alone',
  mostLabels: 200,
  train(examples) {
    const trained = train(
      examples.map(({ text, label }) => ({ features: featuresOf(plain(text), []), label })),
      SHAPE,
    );
    const vocabulary = new Vocabulary(trained.features);
    const ensemble = new Ensemble(trained, SHAPE, vocabulary);
    return (text) => {
      const found = ensemble.probabilities(vocabulary.read(featuresOf(plain(text), [])));
      return ensemble.labels
        .map((label, index) => ({ label, p: found[index] as number }))
        .sort((a, b) => b.p - a.p)
        .map(({ label }) => label);
    };
  },
};

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** How we choose among answers of one intent: likeness by pairs of characters, every sentence looked at. */
const resemblance: Engine = {
  name: '**ours**, likeness of answers',
  train(examples) {
    const known = examples.map(({ text, label }) => ({ grams: bigrams(text), label }));
    return (text) => {
      const own = bigrams(text);
      const best: { label: string; score: number }[] = [];
      for (const { grams, label } of known) {
        const score = similarity(own, grams);
        if (best.length === 3 && score <= (best[2]?.score ?? 0)) continue;
        best.push({ label, score });
        best.sort((a, b) => b.score - a.score);
        best.length = Math.min(best.length, 3);
      }
      return best.map(({ label }) => label);
    };
  },
};

// === The three parts

const peers = [nlpJs, naturalBayes, miniSearch, orama];

function ourSentences(): Part {
  const knowledge = loadKnowledge(`${root}knowledge`);
  const { intents, lexicon } = knowledge;
  const as = (label: string) => (text: string) => ({ text, label });
  const troubles = [...Object.values(lexicon.symptoms), ...Object.values(lexicon.causes)];
  return {
    title: '(a) our evaluation sentences, trained on our examples',
    engines: [wholeRoom(knowledge), classifier, ...peers],
    examples: [
      ...[...intents.values()].flatMap(({ id, examples }) => examples.map(as(id))),
      ...troubles.flatMap(({ examples }) => examples.map(as('diagnose'))),
      ...lexicon.negatives.other_insurance.map(as('ask.other')),
      ...lexicon.negatives.off_topic.map(as('oos')),
    ],
    asked: linesOf(`${root}test/utterances/eval.jsonl`, labelled).map(
      ({ text, intent, alt_intents = [] }) => ({ text, right: new Set([intent, ...alt_intents]) }),
    ),
  };
}

const labelled = z.object({
  text: z.string(),
  intent: z.string(),
  alt_intents: z.array(z.string()).optional(),
});
const foreign = z.object({
  split: z.string(),
  text: z.string(),
  domain: z.string(),
  intent: z.string().nullish(),
});

function foreignIntents(file: string): Part {
  const rows = linesOf(file, foreign);
  const labelOf = (row: z.infer<typeof foreign>) => `${row.domain}.${row.intent ?? ''}`;
  return {
    title: '(b) smp-ecdt-zh 2020, domain and intent, its own split (train / test)',
    engines: [classifier, ...peers],
    examples: rows
      .filter(({ split }) => split === 'train')
      .map((row) => ({ text: row.text, label: labelOf(row) })),
    asked: rows
      .filter(({ split }) => split === 'test')
      .map((row) => ({ text: row.text, right: new Set([labelOf(row)]) })),
  };
}

function sameQuestions(folder: string): Part {
  const corpus = linesOf(`${folder}/retrieval.corpus.jsonl`, z.object({ id: z.string(), text: z.string() }));
  const query = z.object({ text: z.string(), relevant: z.array(z.string()) });
  const queries = linesOf(`${folder}/retrieval.queries.jsonl`, query);
  const step = Math.floor(queries.length / QUERIES);
  return {
    title: `(c) lcqmc-zh retrieval, every ${step}th query over ${corpus.length} questions (top 1 is hit@1)`,
    engines: [resemblance, ...peers],
    examples: corpus.map(({ id, text }) => ({ text, label: id })),
    asked: queries
      .filter((_, index) => index % step === 0)
      .map(({ text, relevant }) => ({ text, right: new Set(relevant) })),
  };
}

function linesOf<Value>(file: string, schema: z.ZodType<Value>): readonly Value[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)));
}

// === Measuring

async function measure(engine: Engine, { examples, asked }: Part): Promise<Row> {
  const before = await heapMb();
  const begun = performance.now();
  const rank = await engine.train(examples);
  const trainMs = performance.now() - begun;
  const heap = Math.max(0, (await heapMb()) - before);
  // The engine of JavaScript warms up on sentences that are not counted.
  for (const { text } of examples.slice(0, 50)) await rank(text);
  return { engine: engine.name, trainMs, heapMb: heap, ...(await scores(rank, asked)) };
}

async function scores(rank: Rank, asked: readonly Asked[]) {
  let first = 0;
  let among = 0;
  const times: number[] = [];
  for (const { text, right } of asked) {
    const begun = performance.now();
    const labels = await rank(text);
    times.push(performance.now() - begun);
    if (right.has(labels[0] ?? '')) first += 1;
    if (labels.slice(0, 3).some((label) => right.has(label))) among += 1;
  }
  times.sort((a, b) => a - b);
  const quantile = (q: number) => times[Math.floor((times.length - 1) * q)] ?? 0;
  return {
    top1: first / asked.length,
    top3: among / asked.length,
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
  };
}

/** What is still held after a collection; 0 without --expose-gc, where nothing can be said. */
async function heapMb(): Promise<number> {
  if (global.gc === undefined) return 0;
  // What the engine before held is let go only when its last promise has been forgotten.
  await new Promise((resolve) => setImmediate(resolve));
  global.gc();
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

// === Telling

const HEAD =
  '| engine | top 1 % | top 3 % | p50 ms | p95 ms | training s | memory MB |\n|---|---|---|---|---|---|---|';

function lineOf({ engine, top1, top3, p50Ms, p95Ms, trainMs, heapMb: heap }: Row): string {
  const cells = [
    engine,
    (100 * top1).toFixed(1),
    (100 * top3).toFixed(1),
    p50Ms.toFixed(2),
    p95Ms.toFixed(2),
    (trainMs / 1000).toFixed(1),
    global.gc === undefined ? '?' : heap.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

async function tell(part: Part): Promise<string> {
  const labels = new Set(part.examples.map(({ label }) => label)).size;
  const said = [
    `## ${part.title}`,
    '',
    `${part.examples.length} sentences of ${labels} labels to learn from, ${part.asked.length} asked.`,
    '',
    HEAD,
  ];
  for (const line of said) console.log(line);
  for (const engine of part.engines) {
    const line =
      labels > (engine.mostLabels ?? labels)
        ? `| ${engine.name} | not for ${labels} labels | | | | | |`
        : lineOf(await measure(engine, part));
    console.log(line);
    said.push(line);
  }
  return said.join('\n');
}

const parts: (() => Part)[] = [ourSentences];
const skipped: string[] = [];
const smp = `${values.datasets}/smp-ecdt-zh/smp2020.jsonl`;
const lcqmc = `${values.datasets}/lcqmc-zh`;
if (existsSync(smp)) parts.push(() => foreignIntents(smp));
else skipped.push('(b) smp-ecdt-zh');
if (existsSync(lcqmc)) parts.push(() => sameQuestions(lcqmc));
else skipped.push('(c) lcqmc-zh');
for (const name of skipped)
  console.error(
    `*** ${name} SKIPPED, not measured: no such folder under ${values.datasets}; see --datasets ***`,
  );

const tables: string[] = [];
for (const part of parts) tables.push(await tell(part()));
if (skipped.length > 0) console.error(`*** ${values.out} is left as it was: it tells all parts or none ***`);
else {
  const notes = existsSync(values.out)
    ? (readFileSync(values.out, 'utf8').split(/^## Notes$/mu)[1] ?? '')
    : '';
  writeFileSync(
    values.out,
    [
      '# Understanding beside others',
      '',
      `Written by \`node --expose-gc bench/understanding-peers.ts\`: one process, Node ${process.versions.node}, ${cpus().length} cores.`,
      'Scores only; the foreign data stay where they are. Times are upper values: the machine had other work.',
      '',
      tables.join('\n\n'),
      '',
      `## Notes${notes === '' ? '\n' : notes}`,
    ].join('\n'),
  );
}
