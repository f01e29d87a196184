/** The folders of situations, played under the real knowledge. */
import { fileURLToPath } from 'node:url';
import { playAll, readOrdinary, readSituations } from '../../src/cli/situations.ts';
import type { Outcome } from '../../src/diagnosis/measure.ts';
import type { Knowledge } from '../../src/knowledge/knowledge.ts';

export const AS_OF = '2026-11-22';
export const TUNED = fileURLToPath(new URL('.', import.meta.url));
export const HELD = fileURLToPath(new URL('held', import.meta.url));

export function playFolder(knowledge: Knowledge, dir: string): readonly Outcome[] {
  return playAll(knowledge, readSituations(dir), { ordinary: readOrdinary(dir), day: AS_OF });
}
