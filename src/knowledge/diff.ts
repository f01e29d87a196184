/** What is different: between two days of one knowledge, or between two folders. */
import type { Day, RegionCode } from '../domain/insurance.ts';
import { mayBeSaid } from './answers.ts';
import type { Knowledge } from './knowledge.ts';
import {
  allEntriesAt,
  type EffectiveEntry,
  type EffectiveRule,
  effectiveRules,
  regionChain,
} from './lookup.ts';
import { OPERATIONS, type Region } from './schema/region.ts';

export interface Change {
  readonly what: 'added' | 'removed' | 'changed';
  /** `rule`, `way`, `answer`, `review`, or the name of a part of the knowledge such as `sources`. */
  readonly part: string;
  /** Of a rule `<region>/<rule>`, of a way `<region>/entry.<operation>`; of everything else its own. */
  readonly id: string;
  /** Which keys of it are different; empty when all of it came or went. */
  readonly keys: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface Period {
  readonly from: Day;
  readonly to: Day;
  /** Only what holds there, inherited values included; absent: every place by what it says itself. */
  readonly region?: RegionCode;
}

/** What a citizen is told otherwise on the second day than on the first, and reviews that fall due between. */
export function changesBetweenDays(knowledge: Knowledge, period: Period): readonly Change[] {
  const codes = period.region === undefined ? [...knowledge.regions.keys()] : [period.region];
  return [
    ...codes.flatMap((code) => ruleChanges(knowledge, code, period)),
    ...codes.flatMap((code) => wayChanges(knowledge, code, period)),
    ...answerChanges(knowledge, period),
  ];
}

function ruleChanges(knowledge: Knowledge, code: RegionCode, { from, to, region }: Period): Change[] {
  const later = effectiveRules(knowledge, code, to);
  return effectiveRules(knowledge, code, from).flatMap((before, index) => {
    const after = later[index] as EffectiveRule;
    const isOwn = region !== undefined || saysItself(before, code) || saysItself(after, code);
    if (!isOwn || same(told(before), told(after))) return [];
    return [{ ...change(told(before), told(after)), part: 'rule', id: `${code}/${before.rule}` }];
  });
}

function saysItself({ region, status }: EffectiveRule, code: RegionCode): boolean {
  return region === code && status !== 'unknown';
}

/** Undefined where nothing is known, so that a rule can begin and end. */
function told({ value, status, source }: EffectiveRule): object | undefined {
  return status === 'unknown' ? undefined : { value, status, source };
}

function wayChanges(knowledge: Knowledge, code: RegionCode, { from, to, region }: Period): Change[] {
  return OPERATIONS.flatMap((operation) => {
    const on = (day: Day) =>
      allEntriesAt(knowledge, operation, code, day)
        .filter((way) => region !== undefined || way.region === code)
        .map(shortWay);
    const [before, after] = [on(from), on(to)];
    const part = { part: 'way', id: `${code}/entry.${operation}`, keys: [] };
    return [
      ...before
        .filter((way) => !contains(after, way))
        .map((way): Change => ({ ...part, what: 'removed', before: way })),
      ...after
        .filter((way) => !contains(before, way))
        .map((way): Change => ({ ...part, what: 'added', after: way })),
    ];
  });
}

function shortWay({ platform, client, path, scope, status }: EffectiveEntry): object {
  return { platform, client, path, scope, status };
}

function answerChanges(knowledge: Knowledge, { from, to, region }: Period): Change[] {
  const chain = region === undefined ? undefined : regionChain(knowledge, region);
  return [...knowledge.faq.values()]
    .filter(({ regions }) => chain === undefined || chain.some((code) => regions.includes(code)))
    .flatMap((entry) => {
      const { id, title, review_due } = entry;
      const [before, after] = [mayBeSaid(knowledge, entry, from), mayBeSaid(knowledge, entry, to)];
      const isDue = after && from < review_due && review_due <= to;
      const due: Change = { what: 'changed', part: 'review', id, keys: [], after: review_due };
      if (before === after) return isDue ? [due] : [];
      const said = before ? { what: 'removed', before: title } : { what: 'added', after: title };
      return [{ part: 'answer', id, keys: [], ...said } as Change, ...(isDue ? [due] : [])];
    });
}

/** Everything that came, went or is otherwise in the second folder; rules and ways one by one. */
export function changesBetweenFolders(before: Knowledge, after: Knowledge): readonly Change[] {
  return Object.entries(after).flatMap(([part, value]) => {
    const old: unknown = Reflect.get(before, part) ?? new Map();
    if (part === 'regions') return regionChanges(before.regions, after.regions);
    if (value instanceof Map) return mapChanges(part, old as Map<string, unknown>, value);
    if (part === 'lexicon') return mapChanges(part, mapOf(old as object), mapOf(value as object));
    return [];
  });
}

function regionChanges(before: ReadonlyMap<string, Region>, after: ReadonlyMap<string, Region>): Change[] {
  const codes = [...new Set([...before.keys(), ...after.keys()])].sort();
  return codes.flatMap((code) => {
    const [old, now] = [before.get(code), after.get(code)];
    return [
      ...mapChanges('regions', one(code, old), one(code, now)),
      ...mapChanges('rule', named(code, '', old?.rules), named(code, '', now?.rules)),
      ...mapChanges('way', named(code, 'entry.', old?.entries), named(code, 'entry.', now?.entries)),
    ];
  });
}

/** The region without its rules and ways, which are compared by themselves. */
function one(code: string, region: Region | undefined): Map<string, unknown> {
  if (region === undefined) return new Map();
  const { rules: _, entries: __, ...rest } = region;
  return new Map([[code, rest]]);
}

function named(code: string, prefix: string, values: object | undefined): Map<string, unknown> {
  return new Map(Object.entries(values ?? {}).map(([name, value]) => [`${code}/${prefix}${name}`, value]));
}

function mapOf(value: object): Map<string, unknown> {
  return new Map(
    Object.entries(value as { readonly [list: string]: unknown }).flatMap(([list, items]) =>
      Array.isArray(items)
        ? [[list, items] as readonly [string, unknown]]
        : Object.entries(items as object).map(([key, item]): readonly [string, unknown] => [
            `${list}.${key}`,
            item,
          ]),
    ),
  );
}

function mapChanges(
  part: string,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): Change[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
  return ids
    .filter((id) => !same(before.get(id), after.get(id)))
    .map((id) => ({ ...change(before.get(id), after.get(id)), part, id }));
}

function change(before: unknown, after: unknown): Omit<Change, 'part' | 'id'> {
  if (before === undefined) return { what: 'added', keys: [], after };
  if (after === undefined) return { what: 'removed', keys: [], before };
  return { what: 'changed', keys: differentKeys(before, after), before, after };
}

function differentKeys(before: unknown, after: unknown): readonly string[] {
  if (Array.isArray(before) || Array.isArray(after)) return [];
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return [];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.filter((key) => !same(Reflect.get(before, key), Reflect.get(after, key)));
}

function contains(values: readonly object[], wanted: object): boolean {
  return values.some((value) => same(value, wanted));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
