/** Loaded before a program: writes what it loads to the file `LOADED`, one address a line, and what of Node's own. */
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = new Set();
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    loaded.add(found.url);
    return found;
  },
});
process.once('exit', () => {
  writeFileSync(process.env.LOADED, [...loaded, ...process.moduleLoadList].join('\n'));
});
