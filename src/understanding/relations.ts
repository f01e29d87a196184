/**
 * Relatives in a sentence: single words, and relatives of relatives (老婆的妈 is a parent-in-law).
 * Composition follows kinship; where two readings are possible the likelier stands first.
 */
import type { Relation } from '../domain/insurance.ts';
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import { Dictionary, type Found } from './dictionary.ts';

export interface Relative {
  readonly from: number;
  readonly to: number;
  readonly relation: Relation;
  readonly alternatives: readonly Relation[];
}

type Composed = { readonly [outer in Relation]?: { readonly [inner in Relation]?: readonly Relation[] } };

const COMPOSED: Composed = {
  spouse: {
    parent: ['parent_in_law'],
    sibling: ['sibling_in_law'],
    grandparent: ['other_relative'],
    maternal_grandparent: ['other_relative'],
    aunt_uncle: ['other_relative'],
    child: ['child', 'step_or_foster'],
  },
  parent: {
    parent: ['grandparent', 'maternal_grandparent'],
    spouse: ['parent', 'step_or_foster'],
    sibling: ['aunt_uncle'],
    child: ['sibling'],
    grandchild: ['niece_nephew', 'child'],
  },
  child: {
    spouse: ['child_in_law'],
    child: ['grandchild', 'maternal_grandchild'],
    parent: ['spouse'],
    sibling: ['child'],
    grandparent: ['parent', 'parent_in_law'],
    maternal_grandparent: ['parent_in_law', 'parent'],
    aunt_uncle: ['sibling_in_law', 'sibling'],
    parent_in_law: ['other_relative'],
  },
  sibling: {
    spouse: ['sibling_in_law'],
    child: ['niece_nephew'],
    parent: ['parent'],
    parent_in_law: ['other_relative'],
  },
  grandparent: { sibling: ['other_relative'], parent: ['other_relative'], child: ['aunt_uncle'] },
  maternal_grandparent: { sibling: ['other_relative'], parent: ['other_relative'], child: ['aunt_uncle'] },
  grandchild: { spouse: ['other_relative'], parent: ['child', 'child_in_law'] },
  aunt_uncle: { child: ['cousin'], spouse: ['aunt_uncle'] },
  friend: { parent: ['friend'], child: ['friend'], spouse: ['friend'] },
  partner: { parent: ['other_relative'], child: ['other_relative'], sibling: ['other_relative'] },
  parent_in_law: { child: ['sibling_in_law', 'spouse'], sibling: ['other_relative'] },
};

/** Readings that a woman in the middle turns round: mother's mother, daughter's child. */
const THROUGH_WOMAN: ReadonlySet<Relation> = new Set(['maternal_grandparent', 'maternal_grandchild']);

export type FindRelatives = (text: string) => Relative[];

export function createRelatives(lexicon: Pick<Lexicon, 'relations' | 'patterns'>): FindRelatives {
  const dictionary = new Dictionary<Relation | undefined>();
  for (const word of lexicon.patterns.never_relation) dictionary.add(word, undefined);
  for (const [relation, { words }] of Object.entries(lexicon.relations)) {
    for (const word of words) dictionary.add(word, relation as Relation);
  }
  const links = new Set(lexicon.patterns.composition.links);
  const female = new RegExp(`[${lexicon.patterns.composition.female.join('')}]`, 'u');
  return (text) => {
    const found = dictionary.find(text).filter(isRelative);
    const relatives: (Relative & { readonly word: string })[] = [];
    for (const next of found) {
      const last = relatives.at(-1);
      const readings = last === undefined ? undefined : COMPOSED[last.relation]?.[next.value];
      if (last === undefined || readings === undefined || !areLinked(text, last, next, links)) {
        relatives.push({ ...next, relation: next.value, alternatives: [] });
        continue;
      }
      const sorted = readings.toSorted((a, b) => Number(THROUGH_WOMAN.has(b)) - Number(THROUGH_WOMAN.has(a)));
      const [relation, ...rest] = female.test(last.word) ? sorted : readings;
      const certain = THROUGH_WOMAN.has(sorted[0] as Relation);
      relatives[relatives.length - 1] = {
        from: last.from,
        to: next.to,
        word: next.word,
        relation: relation as Relation,
        alternatives: certain ? [] : rest,
      };
    }
    return relatives;
  };
}

function isRelative(found: Found<Relation | undefined>): found is Found<Relation> {
  return found.value !== undefined;
}

/** Joined by a link word; without one only when the second word is too short to stand for itself. */
function areLinked(
  text: string,
  first: { readonly to: number; readonly word: string },
  second: Found<Relation>,
  links: ReadonlySet<string>,
): boolean {
  const between = text.slice(first.to, second.from);
  if (!links.has(between) || (between === '' && first.word.endsWith(second.word))) return false;
  return between !== '' || second.word.length === 1 || links.has(second.word.charAt(0));
}
