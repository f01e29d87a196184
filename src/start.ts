/**
 * Where `npm start` begins. Compiled code is kept from start to start, which has to be said before the
 * code is loaded: that is all this file is for. A folder that cannot be written to is not an error.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../dist/compiled', import.meta.url)));
const { main } = await import('./main.ts');
await main();
flushCompileCache();
