/** Loads what is known and trains what understands it: at the start, and for commands. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/**
 * @param cacheDir where the trained model is kept between starts; absent: trained anew
 * @param dir another knowledge folder than that of this installation
 * @throws AppError `bad_knowledge` with every problem of every file
 */
export function openLibrary(options: { readonly cacheDir?: string; readonly dir?: string } = {}): Library {
  const knowledge = loadKnowledge(options.dir ?? KNOWLEDGE_DIR);
  const cache = options.cacheDir === undefined ? undefined : modelCache(options.cacheDir);
  return { knowledge, understander: createUnderstanding(knowledge, cache) };
}

/** A cache that is missing or torn is trained anew; one that is there is whole, since it is renamed into place. */
export function modelCache(cacheDir: string): ModelCache {
  const file = join(cacheDir, 'model.json');
  return {
    load() {
      if (!existsSync(file)) return undefined;
      const [digest = '', json = ''] = readFileSync(file, 'utf8').split(/\n(.*)/su);
      return digest === hash(json) ? json : undefined;
    },
    save(json) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, `${hash(json)}\n${json}`);
      renameSync(`${file}.new`, file);
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
