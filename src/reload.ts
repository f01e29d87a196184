/**
 * Keeps the knowledge in use like the folder: what is saved and whole becomes the newest version, what
 * is broken is refused with a message and the last good version stays.
 */
import { Worker } from 'node:worker_threads';
import type { Editions } from './editions.ts';
import { freezeDeep } from './knowledge/freeze.ts';
import type { Problem } from './knowledge/problem.ts';
import { codeOf, type Log } from './log.ts';
import { mindOf } from './mind.ts';
import type { Reloaded, ReloadTask } from './reload-worker.ts';
import { createUnderstandingInSteps } from './understanding/index.ts';
import { type Watch, watchFolder } from './watch.ts';

export type ReloadOutcome = Reloaded['kind'] | 'failed';

export interface ReloaderParts {
  readonly dir: string;
  readonly editions: Editions;
  readonly log: Log;
  /** For the person at the machine: why a version was refused, or that one is in use. */
  readonly warn: (line: string) => void;
  /** Keeps a new model for the next start. */
  readonly keepModel?: (model: Uint8Array) => void;
  /** Told after each attempt. */
  readonly onDone?: (outcome: ReloadOutcome) => void;
}

export interface Reloader extends Watch {
  /** Reads the folder now. */
  reload(): Promise<ReloadOutcome>;
}

export function createReloader(parts: ReloaderParts): Reloader {
  const { dir, editions, log, warn } = parts;
  let mind: string | undefined;

  async function attempt(): Promise<ReloadOutcome> {
    const began = performance.now();
    const { knowledge, understander } = editions.whole();
    mind ??= mindOf(knowledge);
    const found = await inThread({ dir, version: knowledge.version, mind });
    if (found.kind === 'refused') refuse(found.problems);
    if (found.kind !== 'ready') return found.kind;
    const { model } = found;
    const next = freezeDeep(found.knowledge);
    const learnt =
      model === undefined ? understander : await createUnderstandingInSteps(next, modelOf(model), pause);
    editions.publish({ knowledge: next, understander: learnt });
    mind = found.mind;
    if (model !== undefined) parts.keepModel?.(model);
    const ms = Math.round(performance.now() - began);
    log.event('knowledge.reloaded', { version: next.version, ms, trained: model !== undefined ? 1 : 0 });
    warn(`gongji: knowledge ${next.version} is in use`);
    return 'ready';
  }

  function refuse(problems: readonly Problem[]): void {
    const [first] = problems;
    const { version } = editions.whole().knowledge;
    log.event('knowledge.refused', {
      file: first?.file ?? '',
      key: first?.key ?? '',
      problems: problems.length,
      kept: version,
    });
    for (const { file, key, message } of problems.slice(0, MOST_LINES)) {
      warn(
        `gongji: knowledge refused, ${version} stays in use: ${file}${key === '' ? '' : `: ${key}`}: ${message}`,
      );
    }
    if (problems.length > MOST_LINES)
      warn(`gongji: and ${problems.length - MOST_LINES} more; see: gongji kb check`);
  }

  async function reload(): Promise<ReloadOutcome> {
    let outcome: ReloadOutcome = 'failed';
    try {
      outcome = await attempt();
    } catch (error) {
      log.event('knowledge.reload_failed', { code: codeOf(error) });
      warn(`gongji: knowledge could not be read again (${codeOf(error)}); the version in use stays`);
    }
    parts.onDone?.(outcome);
    return outcome;
  }

  const watch = watchFolder(dir, async () => void (await reload()));
  return { reload, close: () => watch.close() };
}

/** A folder half copied can have hundreds; the first say enough. */
const MOST_LINES = 5;

function inThread(task: ReloadTask): Promise<Reloaded> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./reload-worker.ts', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The reading thread ended with ${code}`)));
    // A server that stops does not wait for it.
    worker.unref();
  });
}

/** Lets replies go out between two steps. */
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

function modelOf(model: Uint8Array) {
  return { load: () => model, save() {} };
}
