/**
 * Speed and size of understanding, over the `questions` of the answers, which never teach.
 * `node --expose-gc bench/understanding.ts [rounds]` prints one JSON line: training time cold, start
 * from the cache and what the room adds to the memory of such a process, time a sentence. The warm
 * figures come from a process of their own, since training leaves garbage that a start does not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadKnowledge } from '../src/knowledge/load.ts';

const [rounds = '5', model] = process.argv.slice(2);
const knowledge = loadKnowledge(fileURLToPath(new URL('../knowledge', import.meta.url)));

if (model === undefined) {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-bench-'));
  const file = join(dir, 'model.bin');
  const { createUnderstanding } = await import('../src/understanding/index.ts');
  let cacheKb = 0;
  const trainMs = timed(() =>
    createUnderstanding(knowledge, {
      load: () => undefined,
      save(bytes) {
        cacheKb = Math.round(bytes.length / 1024);
        writeFileSync(file, bytes);
      },
    }),
  );
  const args = ['--expose-gc', fileURLToPath(import.meta.url), rounds, file];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  rmSync(dir, { recursive: true });
  if (status !== 0) throw new Error(stderr);
  console.log(JSON.stringify({ trainMs: Math.round(trainMs), cacheKb, ...JSON.parse(stdout) }));
} else {
  await warm(model, Number(rounds));
}

async function warm(file: string, times: number): Promise<void> {
  global.gc?.();
  const before = process.memoryUsage().rss;
  const begun = performance.now();
  const { createUnderstanding } = await import('../src/understanding/index.ts');
  const importMs = performance.now() - begun;
  const cache = { load: () => readFileSync(file), save: () => {} };
  const understander = createUnderstanding(knowledge, cache);
  const warmMs = performance.now() - begun - importMs;
  const sentences = [...knowledge.faq.values()].flatMap(({ questions }) => questions);
  const listening = { inFlow: false, asOf: '2026-11-22' };
  const spent: number[] = [];
  for (let round = 0; round <= times; round += 1) {
    for (const text of sentences) {
      const ms = timed(() => understander.commands(understander.understand(text, listening), listening));
      // The first round warms the engine up, as the first citizens of a day do.
      if (round > 0) spent.push(ms);
    }
  }
  spent.sort((a, b) => a - b);
  const quantile = (q: number) => Math.round((spent[Math.floor((spent.length - 1) * q)] ?? 0) * 1000) / 1000;
  const peak = process.memoryUsage().rss - before;
  global.gc?.();
  const added = process.memoryUsage().rss - before;
  console.log(
    JSON.stringify({
      importMs: Math.round(importMs),
      warmMs: Math.round(warmMs),
      sentences: sentences.length,
      rounds: times,
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      rssAddedMb: Math.round(added / 1e6),
      rssPeakMb: Math.round(peak / 1e6),
    }),
  );
}

function timed(work: () => unknown): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}
