/** Places: the gazetteer, what people call them, and what to do when a name is used twice. */
import type { RegionCode } from '../domain/insurance.ts';
import { PLACES } from '../knowledge/gazetteer.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { Dictionary } from './dictionary.ts';
import { sourceOf } from './patterns.ts';

export interface Place {
  readonly from: number;
  readonly to: number;
  /** Best first; more than one when the name alone cannot tell. */
  readonly codes: readonly RegionCode[];
}

export type FindPlaces = (text: string, near: RegionCode | undefined) => Place[];

type Source = Pick<Knowledge, 'regions'> & { readonly lexicon: Pick<Knowledge['lexicon'], 'places'> };

export function createPlaces({ regions, lexicon }: Source): FindPlaces {
  const names = new Map<string, Set<RegionCode>>();
  const learn = (name: string, code: RegionCode) => {
    if (name.length >= 2) names.set(name, (names.get(name) ?? new Set()).add(code));
  };
  const { aliases, endings, never_bare, town_ending } = lexicon.places;
  const never = new Set(never_bare);
  const byHand = new Map(Object.entries(aliases).map(([name, codes]) => [name, [codes].flat()]));
  const ending = new RegExp(endings.map((pattern) => `(?:${sourceOf(pattern)})`).join('|'), 'u');
  for (const { code, name, aliases: called } of regions.values()) {
    if (Number(code) > 0) for (const word of [name, ...called]) learn(word, code);
  }
  for (const [list, isCounty] of [
    [PLACES.provinces, false],
    [PLACES.cities, false],
    [PLACES.counties, true],
  ] as const) {
    for (const [code, name] of Object.entries(list)) {
      if (never.has(name)) continue;
      learn(name, code);
      const bare = name.replace(ending, '');
      if (!never.has(bare) && (!isCounty || name.endsWith(town_ending))) learn(bare, code);
    }
  }
  const dictionary = new Dictionary<readonly RegionCode[]>();
  for (const [name, codes] of byHand) dictionary.add(name, codes);
  for (const [name, codes] of names) dictionary.add(name, highest([...codes]));
  return (text, near) => joined(dictionary.find(text)).map((place) => preferred(place, near));
}

/** A province called 吉林 goes before the city of that name, a city before a county. */
function highest(codes: readonly RegionCode[]): RegionCode[] {
  const level = (code: RegionCode) => (code.endsWith('0000') ? 0 : code.endsWith('00') ? 1 : 2);
  const best = Math.min(...codes.map(level));
  const kept = codes.filter((code) => level(code) === best);
  // Municipalities stand in the gazetteer as province and as city under one name.
  return kept.filter((code) => !(code.endsWith('0100') && codes.includes(`${code.slice(0, 2)}0000`)));
}

/** 江苏苏州 is one place, and 南京鼓楼 tells which of the four. */
function joined(found: readonly { from: number; to: number; value: readonly RegionCode[] }[]): Place[] {
  const places: Place[] = [];
  for (const { from, to, value } of found) {
    const last = places.at(-1);
    const within =
      last === undefined
        ? []
        : value.filter((code) => last.codes.some((outer) => code === outer || isWithin(code, outer)));
    if (last !== undefined && from - last.to <= 1 && within.length > 0) {
      places[places.length - 1] = { from: last.from, to, codes: within };
    } else {
      places.push({ from, to, codes: value });
    }
  }
  return places;
}

export function isWithin(code: RegionCode, outer: RegionCode): boolean {
  return code !== outer && code.startsWith(outer.replace(/(00)+$/u, ''));
}

export function sameProvince(a: RegionCode, b: RegionCode): boolean {
  return a.slice(0, 2) === b.slice(0, 2);
}

function preferred(place: Place, near: RegionCode | undefined): Place {
  if (place.codes.length < 2 || near === undefined) return place;
  const home = place.codes.filter((code) => sameProvince(code, near));
  return home.length === 1 ? { ...place, codes: home } : place;
}
