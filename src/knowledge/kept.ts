/**
 * Knowledge that was judged once need not be parsed and judged again at every start: the result is kept
 * in one file. It is believed only when it was made of these very texts by this very code.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { readTexts } from './files.ts';
import { freezeDeep } from './freeze.ts';
import type { Knowledge } from './knowledge.ts';
import { knowledgeOf } from './load.ts';

/** Where the judged knowledge is kept. What is missing or torn is made anew. */
export interface Shelf {
  load(): Uint8Array | undefined;
  save(bytes: Uint8Array): void;
}

/** All knowledge of a folder, deeply frozen, as `loadKnowledge` gives it and with the same errors. */
export function loadKeptKnowledge(dir: string, shelf: Shelf): Knowledge {
  const texts = readTexts(dir);
  const key = `${texts.version} ${codeVersion()}`;
  const kept = read(shelf.load(), key);
  if (kept !== undefined) return freezeDeep(kept);
  const knowledge = knowledgeOf(dir, texts);
  shelf.save(serialize({ key, knowledge }));
  return knowledge;
}

function read(bytes: Uint8Array | undefined, key: string): Knowledge | undefined {
  if (bytes === undefined) return undefined;
  try {
    const kept = deserialize(bytes) as { readonly key: string; readonly knowledge: Knowledge };
    return kept.key === key ? kept.knowledge : undefined;
  } catch {
    return undefined;
  }
}

/** The code that reads and judges: this room and the words it is written in. */
function codeVersion(): string {
  const hash = createHash('sha256');
  for (const room of ['./', '../domain/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))) {
    const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    for (const path of files.sort()) hash.update(path).update(readFileSync(`${room}${path}`));
  }
  return hash.digest('hex');
}
