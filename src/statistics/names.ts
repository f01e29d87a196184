/** Names of what the figures speak of by code. */
import { placeName } from '../knowledge/gazetteer.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';

/** The name of a region or a cause; undefined for anything else. */
export function nameOf(knowledge: Knowledge, code: string): string | undefined {
  const cause = [...knowledge.causes.values()].find(({ id }) => id === code)?.title;
  return cause ?? knowledge.regions.get(code)?.name ?? placeName(code);
}
