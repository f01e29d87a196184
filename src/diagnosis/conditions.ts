/**
 * Conditions over facts, in three values: true, false, and undefined for "not known". A condition that
 * rests on an unknown fact is neither fulfilled nor refuted, so it moves no cause either way.
 */
import type { Fact, FactId, FactValue } from '../domain/fact.ts';
import type { Comparison, Condition, Operand } from '../knowledge/schema/cause.ts';
import { type Known, placeOf } from './fact-book.ts';

export type Truth = boolean | undefined;
export type FactLookup = (id: FactId) => Fact | undefined;

/** A condition made ready to be asked many times. */
export type Check = (known: Known) => Truth;

export function holds(condition: Condition, lookup: FactLookup): Truth {
  const known: (Fact | undefined)[] = [];
  for (const id of factsOf(condition)) known[placeOf(id)] = lookup(id);
  return checkOf(condition)(known);
}

const compiled = new WeakMap<Condition, Check>();

/** Compiled once, as knowledge is frozen. */
export function checkOf(condition: Condition): Check {
  const check = compiled.get(condition) ?? compile(condition);
  compiled.set(condition, check);
  return check;
}

function compile(condition: Condition): Check {
  if ('all' in condition) return decide(condition.all.map(checkOf), false);
  if ('any' in condition) return decide(condition.any.map(checkOf), true);
  if ('not' in condition) return negate(checkOf(condition.not));
  return comparison(condition);
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
function decide(parts: readonly Check[], decisive: boolean): Check {
  return (known) => {
    let unknown = false;
    for (const part of parts) {
      const truth = part(known);
      if (truth === decisive) return decisive;
      if (truth === undefined) unknown = true;
    }
    return unknown ? undefined : !decisive;
  };
}

function negate(inner: Check): Check {
  return (known) => {
    const truth = inner(known);
    return truth === undefined ? undefined : !truth;
  };
}

function comparison(condition: Comparison): Check {
  const fact = placeOf(condition.fact);
  if ('known' in condition) {
    const wanted = condition.known;
    return (known) => (known[fact] !== undefined) === wanted;
  }
  if ('is' in condition) {
    const wanted = condition.is;
    return onValue(fact, (value) => value === wanted);
  }
  if ('in' in condition) {
    const wanted = new Set(condition.in);
    return onValue(fact, (value) => wanted.has(value));
  }
  return 'at_least' in condition
    ? onNumber(fact, condition.at_least, (value, bound) => value >= bound)
    : onNumber(fact, condition.at_most, (value, bound) => value <= bound);
}

function onValue(fact: number, test: (value: FactValue) => boolean): Check {
  return (known) => {
    const found = known[fact];
    return found === undefined ? undefined : test(found.value);
  };
}

function onNumber(fact: number, operand: Operand, test: (value: number, bound: number) => boolean): Check {
  const other = typeof operand === 'number' ? undefined : placeOf(operand.fact);
  return (known) => {
    const value = known[fact]?.value;
    const bound = other === undefined ? operand : known[other]?.value;
    return typeof value === 'number' && typeof bound === 'number' ? test(value, bound) : undefined;
  };
}
