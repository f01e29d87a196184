/** Loads what is known and trains what understands it: at the start, and for commands. */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadKeptKnowledge, type Shelf } from './knowledge/kept.ts';
import type { Knowledge } from './knowledge/knowledge.ts';
import { loadKnowledge } from './knowledge/load.ts';
import { createUnderstanding } from './understanding/index.ts';
import type { ModelCache, Understander } from './understanding/understander.ts';

export interface Library {
  readonly knowledge: Knowledge;
  readonly understander: Understander;
}

/** The `knowledge/` folder of this installation. */
export const KNOWLEDGE_DIR = fileURLToPath(new URL('../knowledge/', import.meta.url));

/** Where `scripts/build-model.ts` leaves the model of the shipped knowledge, so that no first start has to train. */
export const BUILT_DIR = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * @param cacheDir where a model trained here is kept between starts; absent: it is not kept
 * @param dir another knowledge folder than that of this installation
 * @throws AppError `bad_knowledge` with every problem of every file
 */
export function openLibrary(options: { readonly cacheDir?: string; readonly dir?: string } = {}): Library {
  const knowledge =
    options.dir === undefined ? loadKeptKnowledge(KNOWLEDGE_DIR, shelf()) : loadKnowledge(options.dir);
  return { knowledge, understander: createUnderstanding(knowledge, layered(options.cacheDir)) };
}

/** Judged knowledge is kept beside the built model. An installation that cannot be written to judges at each start. */
function shelf(): Shelf {
  const file = join(BUILT_DIR, 'knowledge.bin');
  return {
    load: () => (existsSync(file) ? readFileSync(file) : undefined),
    save: (bytes) => {
      try {
        replaceFile(file, bytes);
      } catch {
        // Read-only: the next start takes a quarter of a second longer, and that is all.
      }
    },
  };
}

/** Whole or not at all, whoever else writes the same file. */
function replaceFile(file: string, content: Uint8Array | string): void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, content);
  renameSync(own, file);
}

/** The newer of our own model and the built one; which of them fits, its content hash tells. */
function layered(cacheDir: string | undefined): ModelCache {
  const own = cacheDir === undefined ? undefined : modelCache(cacheDir);
  const isBuiltNewer = cacheDir === undefined || madeAt(cacheDir) < madeAt(BUILT_DIR);
  return {
    load: () => (isBuiltNewer ? modelCache(BUILT_DIR) : own)?.load(),
    save: (model) => own?.save(model),
  };
}

function madeAt(dir: string): number {
  return statSync(join(dir, MODEL_FILE), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const MODEL_FILE = 'model.bin';
/** Of the digest that stands before the model, in hexadecimal. */
const DIGEST_LENGTH = 64;

/** A cache that is missing or torn is trained anew; one that is there is whole, since it is renamed into place. */
export function modelCache(cacheDir: string): ModelCache {
  const file = join(cacheDir, MODEL_FILE);
  return {
    load() {
      if (!existsSync(file)) return undefined;
      const bytes = readFileSync(file);
      const model = bytes.subarray(DIGEST_LENGTH);
      return bytes.toString('latin1', 0, DIGEST_LENGTH) === digestOf(model) ? model : undefined;
    },
    save: (model) => replaceFile(file, Buffer.concat([Buffer.from(digestOf(model)), model])),
  };
}

function digestOf(content: Uint8Array): string {
  return hash('sha256', content, 'hex');
}
