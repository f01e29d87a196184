/** The facts of one complaint, one per id: the best known value wins. */
import type { Fact, FactId, FactOrigin } from '../domain/fact.ts';
import { isValueOf } from './answers.ts';
import { FACT_IDS } from './facts.ts';

/** A record outweighs a rule, a rule what was said. An assumed fact outweighs nothing, so it is left out. */
const RANK: Record<FactOrigin['kind'], number> = { looked_up: 3, rule: 2, said: 1, assumed: 0 };

export type FactBook = ReadonlyMap<FactId, Fact>;

/** Facts of unknown name or impossible value are left out: they can come from an older version of ours. */
export function factBook(facts: readonly Fact[]): FactBook {
  const book = new Map<FactId, Fact>();
  for (const fact of facts) {
    if (fact.origin.kind === 'assumed' || !isValueOf(fact.id, fact.value)) continue;
    const present = book.get(fact.id);
    if (present === undefined || outweighs(fact, present)) book.set(fact.id, fact);
  }
  return book;
}

/** The facts of a book by their places: conditions are tried thousands of times before one question. */
export type Known = readonly (Fact | undefined)[];

const places = new Map<FactId, number>(FACT_IDS.map((id, place) => [id, place]));

/** The place of a fact. One we do not have gets a place of its own, where nothing ever stands. */
export function placeOf(id: FactId): number {
  const known = places.get(id);
  if (known !== undefined) return known;
  places.set(id, places.size);
  return places.size - 1;
}

/** A list of its own for the caller, who may try out facts in it. */
export function knownIn(book: FactBook): (Fact | undefined)[] {
  const known = new Array<Fact | undefined>(places.size).fill(undefined);
  for (const fact of book.values()) known[placeOf(fact.id)] = fact;
  return known;
}

/** Of two records, and of two answers, the later one counts. */
function outweighs(fact: Fact, present: Fact): boolean {
  const difference = RANK[fact.origin.kind] - RANK[present.origin.kind];
  if (difference !== 0) return difference > 0;
  if (fact.origin.kind === 'looked_up' && present.origin.kind === 'looked_up') {
    return fact.origin.at >= present.origin.at;
  }
  return true;
}
