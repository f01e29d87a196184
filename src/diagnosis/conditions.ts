/**
 * Conditions over facts, in three values: true, false, and undefined for "not known". A condition that
 * rests on an unknown fact is neither fulfilled nor refuted, so it moves no cause either way.
 */
import type { Fact, FactId } from '../domain/fact.ts';
import type { Comparison, Condition, Operand } from '../knowledge/schema/cause.ts';

export type Truth = boolean | undefined;
export type FactLookup = (id: FactId) => Fact | undefined;

export function holds(condition: Condition, lookup: FactLookup): Truth {
  if ('all' in condition) return decide(condition.all, lookup, false);
  if ('any' in condition) return decide(condition.any, lookup, true);
  if ('not' in condition) {
    const inner = holds(condition.not, lookup);
    return inner === undefined ? undefined : !inner;
  }
  return compare(condition, lookup);
}

/** Ids of every fact the condition speaks of. */
export function factsOf(condition: Condition): readonly FactId[] {
  if ('all' in condition) return condition.all.flatMap(factsOf);
  if ('any' in condition) return condition.any.flatMap(factsOf);
  if ('not' in condition) return factsOf(condition.not);
  const operand =
    'at_least' in condition ? condition.at_least : 'at_most' in condition ? condition.at_most : 0;
  return typeof operand === 'object' ? [condition.fact, operand.fact] : [condition.fact];
}

/** The known facts that make a true condition true. */
export function witnesses(condition: Condition, lookup: FactLookup): readonly Fact[] {
  if ('all' in condition) return condition.all.flatMap((part) => witnesses(part, lookup));
  if ('any' in condition) {
    return condition.any
      .filter((part) => holds(part, lookup) === true)
      .flatMap((part) => witnesses(part, lookup));
  }
  return factsOf(condition)
    .map(lookup)
    .filter((fact) => fact !== undefined);
}

/** One false part decides an `all`, one true part an `any`; without it an unknown part leaves it open. */
function decide(parts: readonly Condition[], lookup: FactLookup, decisive: boolean): Truth {
  let unknown = false;
  for (const part of parts) {
    const truth = holds(part, lookup);
    if (truth === decisive) return decisive;
    if (truth === undefined) unknown = true;
  }
  return unknown ? undefined : !decisive;
}

function compare(condition: Comparison, lookup: FactLookup): Truth {
  const value = lookup(condition.fact)?.value;
  if ('known' in condition) return (value !== undefined) === condition.known;
  if (value === undefined) return undefined;
  if ('is' in condition) return value === condition.is;
  if ('in' in condition) return condition.in.includes(value);
  const atLeast = 'at_least' in condition;
  const bound = numberOf(atLeast ? condition.at_least : condition.at_most, lookup);
  if (bound === undefined || typeof value !== 'number') return undefined;
  return atLeast ? value >= bound : value <= bound;
}

function numberOf(operand: Operand, lookup: FactLookup): number | undefined {
  if (typeof operand === 'number') return operand;
  const value = lookup(operand.fact)?.value;
  return typeof value === 'number' ? value : undefined;
}
