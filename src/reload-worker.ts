/**
 * Reads and trains in a thread of its own: both take longer than a citizen should wait for a reply.
 * Gets a `ReloadTask`, posts one `Reloaded` and ends.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Knowledge } from './knowledge/knowledge.ts';
import { readKnowledge } from './knowledge/load.ts';
import type { Problem } from './knowledge/problem.ts';
import { mindOf } from './mind.ts';
import { soundnessProblems } from './soundness.ts';

export interface ReloadTask {
  readonly dir: string;
  /** Of the library in use: with the same version nothing is to be done, with the same mind nothing to be trained. */
  readonly version: string;
  readonly mind: string;
}

export type Reloaded =
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  /** `model` is what training gave; absent when the understander in use fits. */
  | {
      readonly kind: 'ready';
      readonly knowledge: Knowledge;
      readonly mind: string;
      readonly model?: Uint8Array;
    };

async function reload({ dir, version, mind }: ReloadTask): Promise<Reloaded> {
  const { knowledge, problems } = readKnowledge(dir);
  if (knowledge === undefined) return { kind: 'refused', problems };
  if (knowledge.version === version) return { kind: 'same' };
  const unsound = soundnessProblems(knowledge);
  if (unsound.length > 0) return { kind: 'refused', problems: unsound };
  const newMind = mindOf(knowledge);
  if (newMind === mind) return { kind: 'ready', knowledge, mind };
  try {
    return { kind: 'ready', knowledge, mind: newMind, model: await train(knowledge) };
  } catch (error) {
    const message = `nothing can be learnt from it: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'refused', problems: [{ file: 'lexicon', key: '', message, severity: 'error' }] };
  }
}

/** The understanding room is heavy, and most changes are answers: it is fetched only when something is to be learnt. */
async function train(knowledge: Knowledge): Promise<Uint8Array> {
  const { createUnderstanding } = await import('./understanding/index.ts');
  let model: Uint8Array = new Uint8Array();
  createUnderstanding(knowledge, {
    load: () => undefined,
    save(bytes) {
      model = bytes;
    },
  });
  return model;
}

if (parentPort !== null) parentPort.postMessage(await reload(workerData as ReloadTask));
