/** Loaded before the server: one sentence makes the turn that thinks about it run into a regular expression without end. */
import { registerHooks } from 'node:module';

const CALL = 'draft.context.understander.understand(words, listening)';
const ENDLESS = `/^(\\w+\\s?)*$/.test('a'.repeat(60) + '!')`;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/src/dialog/commands.ts')) return loaded;
    const source = String(loaded.source);
    if (!source.includes(CALL)) throw new Error(`There is no ${CALL} to hang in`);
    return {
      ...loaded,
      source: source.replace(CALL, `(words.includes('永远想不完') && ${ENDLESS}, ${CALL})`),
    };
  },
});
