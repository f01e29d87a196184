/**
 * The knowledge without what a curator took out of use. A withdrawn answer or rule stays on file as
 * `unverified`, which no citizen is told; a withdrawn rule so hides the one above it too, because a
 * local doubt is no reason to quote the nation. A withdrawn cause is gone from diagnosis.
 */
import { createHash } from 'node:crypto';
import type { Knowledge } from './knowledge.ts';
import type { Region } from './schema/region.ts';

export interface Withdrawn {
  readonly kind: 'faq' | 'cause' | 'rule' | 'canned';
  /** A rule is named `<region>/<rule id>`, the ways of an operation `<region>/entry.<operation>`. */
  readonly id: string;
}

/** What an id names in this knowledge; undefined when it names nothing. An answer goes before a cause. */
export function kindOf(knowledge: Knowledge, id: string): Withdrawn['kind'] | undefined {
  if (knowledge.faq.has(id)) return 'faq';
  if ([...knowledge.causes.keys()].some((cause) => cause === id)) return 'cause';
  if (knowledge.canned.has(id)) return 'canned';
  const { region, rule, operation } = partsOf(knowledge, id);
  const isThere =
    operation === undefined ? rule in (region?.rules ?? {}) : operation in (region?.entries ?? {});
  return isThere ? 'rule' : undefined;
}

/** The same object when nothing is withdrawn. Its version tells what is, and differs between the two. */
export function withoutWithdrawn(knowledge: Knowledge, withdrawn: readonly Withdrawn[]): Knowledge {
  if (withdrawn.length === 0) return knowledge;
  const of = (kind: Withdrawn['kind']) => withdrawn.filter((one) => one.kind === kind).map(({ id }) => id);
  const regions = new Map(knowledge.regions);
  for (const id of of('rule')) {
    const { region, rule, operation } = partsOf(knowledge, id);
    const left = region && (regions.get(region.code) ?? region);
    if (left !== undefined) regions.set(left.code, doubted(left, rule, operation));
  }
  const faq = new Map(knowledge.faq);
  for (const id of of('faq')) {
    const entry = faq.get(id);
    if (entry !== undefined) faq.set(id, Object.freeze({ ...entry, status: 'unverified' as const }));
  }
  const canned = new Map(knowledge.canned);
  for (const id of of('canned')) canned.delete(id);
  const gone = new Set<string>(of('cause'));
  const causes = new Map([...knowledge.causes].filter(([id]) => !gone.has(id)));
  const version = `${knowledge.version}${mark('-r', [...of('rule'), ...gone])}${mark('-a', [...of('faq'), ...of('canned')])}`;
  return Object.freeze({ ...knowledge, version, faq, canned, causes, regions });
}

/** The version of the files, without what was withdrawn. */
export function baseVersion(version: string): string {
  return version.split('-', 1)[0] as string;
}

/** Of a version: which rules and causes were withdrawn, the things a running task rests on. */
export function rulesWithdrawn(version: string): string {
  return /-r[0-9a-f]+/u.exec(version)?.[0] ?? '';
}

function partsOf(knowledge: Knowledge, id: string) {
  const [code = '', rule = ''] = id.split('/');
  const operation = rule.startsWith('entry.') ? rule.slice('entry.'.length) : undefined;
  return { region: knowledge.regions.get(code), rule, operation };
}

function doubted(region: Region, rule: string, operation: string | undefined): Region {
  const all = (operation === undefined ? region.rules : region.entries) as {
    readonly [name: string]: readonly object[] | undefined;
  };
  const name = operation ?? rule;
  const values = all[name]?.map((value) => Object.freeze({ ...value, status: 'unverified' as const }));
  if (values === undefined) return region;
  const key = operation === undefined ? 'rules' : 'entries';
  return Object.freeze({ ...region, [key]: Object.freeze({ ...all, [name]: Object.freeze(values) }) });
}

function mark(prefix: string, ids: readonly string[]): string {
  if (ids.length === 0) return '';
  return prefix + createHash('sha256').update(ids.toSorted().join('\n')).digest('hex').slice(0, 8);
}
