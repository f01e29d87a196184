/** Writes `docs/knowledge-table.md` anew from `knowledge/`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadKnowledge } from '../src/knowledge/load.ts';
import { knowledgeTable } from '../src/knowledge/table.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
writeFileSync(at('docs/knowledge-table.md'), knowledgeTable(loadKnowledge(at('knowledge'))));
