/** Everything in a sentence that has a value: relatives, places, platforms, days, sums, and concepts. */
import type { RegionCode } from '../domain/insurance.ts';
import type { Json } from '../domain/json.ts';
import type { Entity, EntityType } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { createDates } from './dates.ts';
import { Dictionary } from './dictionary.ts';
import { createFigures } from './figures.ts';
import { anyOf } from './patterns.ts';
import { createPlaces, type Place, sameProvince } from './regions.ts';
import { createRelatives } from './relations.ts';
import { createRoles } from './roles.ts';
import { originOf, type Tracked } from './tracked.ts';

/** A piece of the normalised text that stands for its kind and is masked before classification. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: 'relative' | 'place' | 'platform' | 'sum';
}

export interface Found {
  readonly entities: readonly Entity[];
  readonly spans: readonly Span[];
  /** Concepts of the sentence, for classification: their places in the lexicon. */
  readonly concepts: readonly number[];
}

export interface Context {
  readonly original: string;
  readonly asOf: string;
  readonly near: RegionCode | undefined;
}

export interface EntityFinder {
  find(tracked: Tracked, context: Context): Found;
  /** Concepts and maskable spans only: all that training needs. */
  outline(text: string): Pick<Found, 'spans' | 'concepts'>;
}

type Source = Pick<Knowledge, 'regions' | 'lexicon'>;

/** Offices and telephone lines say how something is done; their words stay for classification. */
const NOT_MASKED = /^(window|kiosk|hospital_desk|hotline_|agency_site)/u;

export function createEntityFinder({ regions, lexicon }: Source): EntityFinder {
  const findPlaces = createPlaces({ regions, lexicon });
  const findRelatives = createRelatives(lexicon);
  const findRoles = createRoles(lexicon.patterns);
  const findDates = createDates(lexicon.patterns);
  const figures = createFigures(lexicon.patterns);
  const platforms = dictionaryOf(Object.entries(lexicon.platforms).map(([id, { words }]) => [id, words]));
  const slots = Object.entries(lexicon.objects).map(
    ([slot, values]) => [slot, dictionaryOf(Object.entries(values))] as const,
  );
  const concepts = Object.entries(lexicon.concepts).map(([id, { words, topic_only }]) => ({
    id,
    isFeature: !topic_only,
    pattern: anyOf(words),
  }));

  const outline = (text: string) => {
    const relatives = findRelatives(text);
    const places = findPlaces(text, undefined);
    return { spans: spansOf(text, relatives, places), concepts: conceptsIn(text) };
  };
  const conceptsIn = (text: string) =>
    concepts.flatMap(({ isFeature, pattern }, place) => (isFeature && pattern.test(text) ? [place] : []));
  const spansOf = (
    text: string,
    relatives: ReturnType<typeof findRelatives>,
    places: readonly Place[],
  ): Span[] => [
    ...platforms
      .find(text)
      .filter(({ value }) => !NOT_MASKED.test(value))
      .map(({ from, to }) => ({ from, to, kind: 'platform' as const })),
    // One class for all: who it is decides about the law, hardly about the wish.
    ...relatives
      .filter(({ relation }) => relation !== 'self')
      .map(({ from, to }) => ({ from, to, kind: 'relative' as const })),
    ...places.map(({ from, to }) => ({ from, to, kind: 'place' as const })),
    ...figures
      .find(text)
      .filter(({ type }) => type === 'amount')
      .map(({ from, to }) => ({ from, to, kind: 'sum' as const })),
  ];

  return {
    outline,
    find(tracked, { original, asOf, near }) {
      const { text } = tracked;
      const entities: Entity[] = [];
      const add = (
        type: EntityType,
        value: Json,
        place: { readonly from: number; readonly to: number },
        alternatives: readonly Json[] = [],
      ) => {
        const { start, end } = originOf(tracked, place.from, place.to);
        const words = { text: original.slice(start, end), start, end };
        entities.push({ type, value, ...words, ...(alternatives.length > 0 ? { alternatives } : {}) });
      };
      const relatives = findRelatives(text);
      const roles = findRoles(text, relatives);
      relatives.forEach((one, index) => {
        add('relation', one.relation, one, one.alternatives);
        if (roles.payers.has(index)) add('role_payer', one.relation, one);
        if (roles.dependents.has(index)) add('role_dependent', one.relation, one);
      });
      const named = platforms.find(text);
      const places = withoutNames(findPlaces(text, near), named);
      for (const place of places) add('region', place.codes[0] ?? '', place, place.codes.slice(1));
      for (const one of named) add('platform', one.value, one);
      for (const [slot, dictionary] of slots) {
        for (const one of dictionary.find(text)) add(slot as EntityType, one.value, one);
      }
      for (const one of figures.find(text)) add(one.type, one.value, one);
      for (const { day, start, end } of findDates(tracked, asOf)) {
        entities.push({ type: 'date', value: day, text: original.slice(start, end), start, end });
      }
      const distance = distanceOf(places);
      if (distance !== undefined) add('concept', distance.concept, distance);
      const present: number[] = [];
      concepts.forEach(({ id, isFeature, pattern }, place) => {
        const match = pattern.exec(text);
        if (match === null || match[0] === '') return;
        add('concept', id, { from: match.index, to: match.index + match[0].length });
        if (isFeature) present.push(place);
      });
      return {
        entities,
        spans: spansOf(text, relatives, places),
        concepts: present,
      };
    },
  };
}

/** The place in the name of a platform is the citizen's only when no other is mentioned. */
function withoutNames(
  places: readonly Place[],
  platforms: readonly { readonly from: number; readonly to: number }[],
): readonly Place[] {
  const outside = places.filter(
    ({ from, to }) => !platforms.some((platform) => platform.from <= from && to <= platform.to),
  );
  return outside.length > 0 ? outside : places;
}

/** Two places of one sentence say by themselves whether one province is meant. */
function distanceOf(places: readonly Place[]) {
  const [first, ...others] = places.filter(({ codes }) => codes.length === 1);
  const other = others.find(({ codes }) => codes[0] !== first?.codes[0]);
  if (first === undefined || other === undefined) return undefined;
  const isSame = sameProvince(first.codes[0] ?? '', other.codes[0] ?? '');
  return { concept: isSame ? 'same_province' : 'cross_province', from: first.from, to: other.to };
}

function dictionaryOf(entries: readonly (readonly [string, readonly string[]])[]): Dictionary<string> {
  const dictionary = new Dictionary<string>();
  for (const [id, words] of entries) for (const word of words) dictionary.add(word, id);
  return dictionary;
}
