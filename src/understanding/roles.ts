/** Who gives and who receives, as far as the words tell. */
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import { isExpression, sourceOf } from './patterns.ts';
import type { Relative } from './relations.ts';

export interface Roles {
  /** Indices into the relatives. */
  readonly payers: ReadonlySet<number>;
  readonly dependents: ReadonlySet<number>;
}

export type FindRoles = (text: string, relatives: readonly Relative[]) => Roles;

/** Relatives are written `R` in the patterns; the text itself is lower case, so the letter is free. */
export function createRoles({ roles }: Pick<Lexicon['patterns'], 'roles'>): FindRoles {
  const compile = (patterns: readonly string[]) => patterns.map((one) => new RegExp(sourceOf(one), 'gu'));
  const payer = compile(roles.payer);
  const dependent = compile(roles.dependent.filter(isExpression));
  return (text, relatives) => {
    if (relatives.length === 0) return { payers: new Set(), dependents: new Set() };
    const { masked, order } = marked(text, relatives);
    const pick = (patterns: readonly RegExp[]) =>
      new Set(patterns.flatMap((pattern) => mentioned(masked, pattern, order)));
    const payers = pick(payer);
    const dependents = pick(dependent);
    for (const index of payers) dependents.delete(index);
    return { payers, dependents };
  };
}

/** The first mention inside each match: 用R的卡给R names the payer first. */
function mentioned(masked: string, pattern: RegExp, order: ReadonlyMap<number, number>): number[] {
  return [...masked.matchAll(pattern)].flatMap((match) => {
    const index = order.get(match.index + match[0].indexOf('R'));
    return index === undefined ? [] : [index];
  });
}

function marked(text: string, relatives: readonly Relative[]) {
  const order = new Map<number, number>();
  let masked = '';
  let at = 0;
  relatives.forEach(({ from, to }, index) => {
    masked += text.slice(at, from);
    order.set(masked.length, index);
    masked += 'R';
    at = to;
  });
  return { masked: masked + text.slice(at), order };
}
