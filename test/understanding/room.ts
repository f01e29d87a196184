/** The room as it is started with: the model that was built from this knowledge, or one trained on it here. */
import { openLibrary } from '../../src/library.ts';
import type { Listening } from '../../src/understanding/understander.ts';

export const { knowledge, understander } = openLibrary();
export const AS_OF = '2026-11-22';
export const IDLE: Listening = { inFlow: false, asOf: AS_OF };

export function understand(text: string, listening: Listening = IDLE) {
  return understander.understand(text, listening);
}

/** Commands for a sentence, as the manager would get them. */
export function commands(text: string, listening: Listening = IDLE) {
  return understander.commands(understand(text, listening), listening);
}

/** Values of one kind of entity, in the order of the words. */
export function values(text: string, type: string, listening: Listening = IDLE) {
  return understand(text, listening)
    .entities.filter((entity) => entity.type === type)
    .map(({ value }) => value);
}
