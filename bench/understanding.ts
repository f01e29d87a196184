/**
 * Speed and size of understanding on the committed evaluation sentences:
 * `node --expose-gc bench/understanding.ts [rounds]`. Prints one JSON line: training time cold and from the cache,
 * time a sentence (p50, p95, p99), and what the room adds to the memory of the process.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadKnowledge } from '../src/knowledge/load.ts';

const rounds = Number(process.argv[2] ?? 5);
const sentences = readFileSync(new URL('../test/utterances/questions.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { readonly text: string }).text);

const knowledge = loadKnowledge(fileURLToPath(new URL('../knowledge', import.meta.url)));
global.gc?.();
const before = process.memoryUsage().rss;

const [{ createUnderstanding }, importMs] = await timed(() => import('../src/understanding/index.ts'));
const [understander, trainMs] = await timed(() => createUnderstanding(knowledge));

const listening = { inFlow: false, asOf: '2026-11-22' };
const times: number[] = [];
for (let round = 0; round <= rounds; round += 1) {
  for (const text of sentences) {
    const begun = performance.now();
    understander.commands(understander.understand(text, listening), listening);
    // The first round warms the engine up, as the first citizens of a day do.
    if (round > 0) times.push(performance.now() - begun);
  }
}
times.sort((a, b) => a - b);
global.gc?.();
const added = process.memoryUsage().rss - before;

let kept: string | undefined;
const cache = {
  load: () => kept,
  save: (json: string) => {
    kept = json;
  },
};
createUnderstanding(knowledge, cache);
const [, cachedMs] = await timed(() => createUnderstanding(knowledge, cache));

console.log(
  JSON.stringify({
    sentences: sentences.length,
    rounds,
    importMs: Math.round(importMs),
    trainMs: Math.round(trainMs),
    cachedMs: Math.round(cachedMs),
    cacheKb: Math.round((kept?.length ?? 0) / 1024),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    rssAddedMb: Math.round(added / 1e6),
  }),
);

async function timed<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const begun = performance.now();
  return [await work(), performance.now() - begun];
}

function quantile(q: number): number {
  return Math.round((times[Math.floor((times.length - 1) * q)] ?? 0) * 1000) / 1000;
}
