/**
 * The door of what runs for long: `start.mjs` is the server, `start.mjs COMMAND …` a command of `gongji` in this
 * very process. Compiled code is kept from start to start, which has to be said before the code is loaded. This file
 * is JavaScript for that reason: it is the only one that no kept code can be there for, and as TypeScript it would
 * load the whole compiler for its ten lines, a tenth of a second and 20 MB.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// A folder that cannot be written to is not an error.
enableCompileCache(fileURLToPath(new URL('../dist/compiled', import.meta.url)));
if (process.argv.length > 2) await import('../src/cli/gongji.ts');
else {
  const { main } = await import('../src/main.ts');
  await main();
  flushCompileCache();
}
