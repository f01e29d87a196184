/**
 * Rules and ways of a region on a day. The nearest level of the chain city -> province -> nation
 * that has a value in force decides, also when that value is "not known here": unknown never means
 * allowed, and a local doubt is not healed by a national rule.
 */
import type { Day, RegionCode } from '../domain/insurance.ts';
import { placeName } from './gazetteer.ts';
import type { Knowledge } from './knowledge.ts';
import { type Grade, PUBLISHABLE, type Status } from './schema/dated.ts';
import {
  type DatedRule,
  type Entry,
  type Operation,
  type Region,
  RULE_IDS,
  type RuleId,
  type RuleValueOf,
} from './schema/region.ts';

export const NATION: RegionCode = '000000';
export type Level = Region['level'];
export type Scope = Entry['scope'];

/** Where a piece of knowledge comes from; absent parts only where nothing is known. */
interface Provenance {
  /** The region that set it; the one asked about when no level says anything. */
  readonly region: RegionCode;
  readonly level: Level;
  readonly status: Status | 'unknown';
  readonly from?: Day;
  /** First day it no longer holds. */
  readonly until?: Day;
  readonly source?: string;
  readonly grade?: Grade;
  readonly checked?: Day;
  readonly note?: string;
}

export interface EffectiveRule<R extends RuleId = RuleId> extends Provenance {
  readonly rule: R;
  /** Null exactly when `status` is `unknown`. */
  readonly value: RuleValueOf<R> | null;
}

export interface EffectiveEntry extends Provenance {
  readonly operation: Operation;
  readonly platform: string;
  readonly client: Entry['client'];
  readonly path: readonly string[];
  readonly scope: Scope;
}

/** May a citizen be told this as the rule of today? Only what is current and rests on grade A, B or M. */
export function isTellable(found: Pick<Provenance, 'status' | 'grade'>): boolean {
  return found.status === 'current' && found.grade !== undefined && PUBLISHABLE.has(found.grade);
}

/**
 * The region and the levels above it, nearest first, as far as they have files; the nation is always
 * last. A region without a file of its own is answered for by its province.
 */
export function regionChain(knowledge: Knowledge, region: RegionCode): readonly RegionCode[] {
  const chain: RegionCode[] = [];
  let next: RegionCode | undefined = region;
  while (next !== undefined && next !== NATION && !chain.includes(next)) {
    if (knowledge.regions.has(next)) chain.push(next);
    next = knowledge.regions.get(next)?.parent ?? parentCode(next);
  }
  return [...chain, NATION];
}

function parentCode(region: RegionCode): RegionCode | undefined {
  const city = `${region.slice(0, 4)}00`;
  const province = `${region.slice(0, 2)}0000`;
  return [city, province, NATION].find((code) => code !== region && region !== province);
}

/**
 * What holds for one rule; `status: 'unknown'` when no level says anything or the nearest one says
 * that it is not known. Values that may not be told are given too: ask `isTellable`.
 */
export function ruleAt<R extends RuleId>(
  knowledge: Knowledge,
  rule: R,
  region: RegionCode,
  asOf: Day,
): EffectiveRule<R> {
  for (const code of regionChain(knowledge, region)) {
    const level = knowledge.regions.get(code);
    const values = level?.rules[rule] as readonly DatedRule<R>[] | undefined;
    const value = values?.find((candidate) => isInForce(candidate, asOf));
    if (level === undefined || value === undefined) continue;
    const provenance = provenanceOf(knowledge, level, value);
    if (value.value === null) return { rule, value: null, ...provenance, status: 'unknown' };
    return { rule, value: value.value, ...provenance };
  }
  return { rule, value: null, region, level: levelOf(knowledge, region), status: 'unknown' };
}

/** Every rule there is, in the order of their list; unknown ones included. */
export function effectiveRules(
  knowledge: Knowledge,
  region: RegionCode,
  asOf: Day,
): readonly EffectiveRule[] {
  return RULE_IDS.map((rule) => ruleAt(knowledge, rule, region, asOf));
}

/**
 * Where to tap for an operation, nearest level first and the nation's ways last; only ways that may
 * be told. With a scope, the ways of the nearest level that serve it; without, also those of higher
 * levels for a scope that no nearer way serves. `any` means any two persons of one province: across
 * provinces only a way that says so is given, because the ordinary pages refuse there.
 */
export function entriesAt(
  knowledge: Knowledge,
  operation: Operation,
  region: RegionCode,
  asOf: Day,
  scope?: Scope,
): readonly EffectiveEntry[] {
  const levels = levelsOf(knowledge, operation, region, asOf).map((entries) => entries.filter(isTellable));
  if (scope === undefined) return layered(levels);
  const serving = levels.map((entries) =>
    entries
      .filter((entry) => serves(entry.scope, scope))
      .sort((a, b) => Number(b.scope === scope) - Number(a.scope === scope)),
  );
  const nearest = serving.slice(0, -1).find((entries) => entries.length > 0) ?? [];
  return [...nearest, ...(serving.at(-1) ?? [])];
}

/** Like `entriesAt` without a scope, with the ways that may not be told: for people who keep the knowledge. */
export function allEntriesAt(
  knowledge: Knowledge,
  operation: Operation,
  region: RegionCode,
  asOf: Day,
): readonly EffectiveEntry[] {
  return layered(levelsOf(knowledge, operation, region, asOf));
}

/** One list a level, nearest first, the nation last. */
function levelsOf(knowledge: Knowledge, operation: Operation, region: RegionCode, asOf: Day) {
  return regionChain(knowledge, region).map((code) => entriesOf(knowledge, operation, code, asOf));
}

function layered(levels: readonly (readonly EffectiveEntry[])[]): readonly EffectiveEntry[] {
  const served = new Set<Scope>();
  const local = levels.slice(0, -1).flatMap((entries) => {
    const fresh = entries.filter(({ scope }) => !isServed(scope, served));
    for (const { scope } of entries) served.add(scope);
    return fresh;
  });
  return [...local, ...(levels.at(-1) ?? [])];
}

function isServed(scope: Scope, served: ReadonlySet<Scope>): boolean {
  if (served.has(scope)) return true;
  if (scope === 'any') return served.has('same_city') && served.has('cross_city');
  return scope !== 'cross_province' && served.has('any');
}

/** All ways one level itself knows on a day, those that may not be told included. */
export function entriesOf(
  knowledge: Knowledge,
  operation: Operation,
  region: RegionCode,
  asOf: Day,
): readonly EffectiveEntry[] {
  const level = knowledge.regions.get(region);
  if (level === undefined) return [];
  return (level.entries[operation] ?? [])
    .filter((entry) => isInForce(entry, asOf))
    .map((entry) => ({
      operation,
      platform: entry.platform,
      client: entry.client,
      path: entry.path,
      scope: entry.scope,
      ...provenanceOf(knowledge, level, entry),
    }));
}

/** The region people mean by a name: official name, name without its last 省/市/自治区, or an alias. */
export function regionByName(knowledge: Knowledge, name: string): RegionCode | undefined {
  const wanted = shortName(name.trim());
  for (const [code, region] of knowledge.regions) {
    if (namesOf(region).some((known) => shortName(known) === wanted)) return code;
  }
  return undefined;
}

/** What a region is called: in full, without its last 省, 市 or 自治区, and by its aliases. */
export function namesOf(region: Region): readonly string[] {
  return [...new Set([region.name, shortName(region.name), ...region.aliases])];
}

/** The name of a region: of its file, else of the gazetteer, else of the nearest level above that has a file. */
export function regionName(knowledge: Knowledge, region: RegionCode): string {
  const own = knowledge.regions.get(region)?.name ?? placeName(region);
  if (own !== undefined) return own;
  const [nearest = NATION] = regionChain(knowledge, region);
  return knowledge.regions.get(nearest)?.name ?? nearest;
}

function serves(scope: Scope, asked: Scope | undefined): boolean {
  if (asked === undefined || scope === asked) return true;
  return scope === 'any' && asked !== 'cross_province';
}

function isInForce(dated: { readonly from: Day; readonly until?: Day | undefined }, asOf: Day): boolean {
  return dated.from <= asOf && (dated.until === undefined || asOf < dated.until);
}

type Dated = Pick<DatedRule, 'from' | 'until' | 'source' | 'checked' | 'status' | 'note'>;

function provenanceOf(knowledge: Knowledge, region: Region, dated: Dated): Provenance {
  const grade = knowledge.sources.get(dated.source)?.grade;
  return {
    region: region.code,
    level: region.level,
    status: dated.status,
    from: dated.from,
    source: dated.source,
    checked: dated.checked,
    ...(dated.until === undefined ? {} : { until: dated.until }),
    ...(grade === undefined ? {} : { grade }),
    ...(dated.note === undefined ? {} : { note: dated.note }),
  };
}

function levelOf(knowledge: Knowledge, region: RegionCode): Level {
  const known = knowledge.regions.get(region)?.level;
  if (known !== undefined) return known;
  if (region === NATION) return 'nation';
  return region.endsWith('0000') ? 'province' : 'city';
}

function shortName(name: string): string {
  const short = name.replace(/(?:维吾尔|壮族|回族)?自治区$|省$|市$/u, '');
  return short.length >= 2 ? short : name;
}
