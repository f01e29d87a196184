/** Trains the model of the shipped knowledge into dist/, unless the one there still fits. */
import { BUILT_DIR, openLibrary } from '../src/library.ts';

const started = performance.now();
openLibrary({ cacheDir: BUILT_DIR });
process.stdout.write(`model: ready in ${Math.round(performance.now() - started)} ms\n`);
