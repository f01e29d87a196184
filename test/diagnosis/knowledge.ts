/** The real knowledge, loaded once for a test file. */
import { fileURLToPath } from 'node:url';
import { loadKnowledge } from '../../src/knowledge/load.ts';

export const knowledge = loadKnowledge(fileURLToPath(new URL('../../knowledge', import.meta.url)));
