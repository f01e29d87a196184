/**
 * The office's rules from what we know. Only what could be told to a citizen is applied: a number that
 * rests on hearsay must not refuse anybody. What a simulated office does beyond that, its fixture says.
 */
import type { RegionCode } from '../../domain/insurance.ts';
import type { Knowledge } from '../../knowledge/knowledge.ts';
import { isTellable, NATION, regionName, ruleAt } from '../../knowledge/lookup.ts';
import type { OfficeRules } from './rules.ts';

export function knowledgeRules(knowledge: Knowledge): OfficeRules {
  return {
    rule(rule, region, day) {
      const found = ruleAt(knowledge, rule, region, day);
      return found.value !== null && isTellable(found) ? found.value : undefined;
    },
    region(code) {
      const province: RegionCode = `${code.slice(0, 2)}0000`;
      const isPlace = code !== NATION && knowledge.regions.has(province);
      return isPlace ? { name: regionName(knowledge, code), province } : undefined;
    },
  };
}
