/** Lint of sources and regions: grades, levels, shadows and reviews. */
import type { Knowledge } from '../knowledge.ts';
import { isTellable, NATION, regionChain, ruleAt } from '../lookup.ts';
import { PUBLISHABLE } from '../schema/dated.ts';
import type { DatedRule, Region, RuleId } from '../schema/region.ts';
import { addDays, type LintContext, type LintRule, type Remark } from './lint.ts';

/** Rules change with a new notice, menus with every release of an app. */
const REVIEW_RULE_DAYS = 365;
const REVIEW_ENTRY_DAYS = 183;

interface Dated {
  readonly region: Region;
  readonly file: string;
  readonly key: string;
  readonly rule?: RuleId;
  readonly platform?: string;
  readonly value: Omit<DatedRule, 'value'> & { readonly value?: unknown };
}

function allDated(knowledge: Knowledge): Dated[] {
  return [...knowledge.regions.values()].flatMap((region) => {
    const file = `regions/${region.code}.yaml`;
    const rules = Object.entries(region.rules).flatMap(([rule, values]) =>
      ((values ?? []) as readonly DatedRule[]).map((value, index) => {
        return { region, file, key: `rules.${rule}.${index}`, rule: rule as RuleId, value };
      }),
    );
    const entries = Object.entries(region.entries).flatMap(([operation, list]) =>
      list.map((value, index) => {
        return { region, file, key: `entries.${operation}.${index}`, platform: value.platform, value };
      }),
    );
    return [...rules, ...entries];
  });
}

function gradeTooLow({ knowledge }: LintContext): Remark[] {
  return allDated(knowledge).flatMap(({ file, key, value }) => {
    const grade = knowledge.sources.get(value.source)?.grade;
    if (value.status !== 'current' || grade === undefined || PUBLISHABLE.has(grade)) return [];
    const message = `rests on '${value.source}' of grade ${grade} only; find one of grade A, B or M, or set status: unverified`;
    return [{ file, key, message }];
  });
}

function unknownPlatform({ knowledge }: LintContext): Remark[] {
  return allDated(knowledge).flatMap(({ file, key, platform }) =>
    platform === undefined || platform in knowledge.lexicon.platforms
      ? []
      : [{ file, key: `${key}.platform`, message: `'${platform}' is not in lexicon/platforms.yaml` }],
  );
}

function levelMismatch({ knowledge }: LintContext): Remark[] {
  return [...knowledge.regions.values()].flatMap((region) => {
    const file = `regions/${region.code}.yaml`;
    const expected = region.code === NATION ? 'nation' : region.code.endsWith('0000') ? 'province' : 'city';
    const remarks: Remark[] = [];
    if (region.level !== expected) {
      remarks.push({
        file,
        key: 'level',
        message: `a code like ${region.code} is a ${expected}, not a ${region.level}`,
      });
    }
    if (region.parent !== undefined && region.parent !== NATION && !knowledge.regions.has(region.parent)) {
      remarks.push({ file, key: 'parent', message: `there is no regions/${region.parent}.yaml` });
    }
    return remarks;
  });
}

/** A doubtful local value hides a sound one from above; that must be on purpose, and say so. */
function silentShadow({ knowledge }: LintContext): Remark[] {
  return allDated(knowledge).flatMap(({ region, file, key, rule, value }) => {
    if (rule === undefined || value.note !== undefined) return [];
    if (value.status === 'current' && value.value !== null) return [];
    const above = regionChain(knowledge, region.code)[1];
    if (above === undefined || !isTellable(ruleAt(knowledge, rule, above, value.from))) return [];
    return [
      {
        file,
        key,
        message: `hides the value of ${above} that may be told; say why in 'note', or take it out`,
      },
    ];
  });
}

function estimatedStart({ knowledge }: LintContext): Remark[] {
  return allDated(knowledge).flatMap(({ file, key, value }) => {
    const source = knowledge.sources.get(value.source);
    if (value.status !== 'current' || source?.date !== undefined || value.note !== undefined) return [];
    return [
      {
        file,
        key: `${key}.from`,
        message: `'${value.source}' bears no day; say in 'note' how 'from' was set`,
      },
    ];
  });
}

function reviewOverdue({ knowledge, asOf }: LintContext): Remark[] {
  return allDated(knowledge).flatMap(({ file, key, rule, value }) => {
    const hasEnded = value.until !== undefined && value.until <= asOf;
    const due = addDays(value.checked, rule === undefined ? REVIEW_ENTRY_DAYS : REVIEW_RULE_DAYS);
    if (hasEnded || value.status !== 'current' || due >= asOf) return [];
    return [{ file, key: `${key}.checked`, message: `last checked ${value.checked}, review was due ${due}` }];
  });
}

function citedAddress({ knowledge }: LintContext): Remark[] {
  return [...knowledge.sources.values()].flatMap(({ id, grade, url }) =>
    url === undefined || grade === 'A' || grade === 'B'
      ? []
      : [
          {
            file: 'sources.yaml',
            key: `${id}.url`,
            message: `a source of grade ${grade} is never cited by address`,
          },
        ],
  );
}

function deadSource({ knowledge }: LintContext): Remark[] {
  const used = new Set<string>(allDated(knowledge).map(({ value }) => value.source));
  for (const entry of [...knowledge.faq.values(), ...knowledge.canned.values()])
    for (const id of entry.sources) used.add(id);
  for (const reply of knowledge.replies.values()) for (const id of reply.sources) used.add(id);
  for (const { source } of knowledge.calendar.values()) used.add(source);
  for (const { sources, claims } of knowledge.systems.values()) {
    for (const id of [...sources, ...claims.flatMap((claim) => claim.sources)]) used.add(id);
  }
  const causes = JSON.stringify([...knowledge.causes.values()]);
  return [...knowledge.sources.values()]
    .filter(({ id, grade }) => PUBLISHABLE.has(grade) && !used.has(id) && !causes.includes(`"${id}"`))
    .map(({ id }) => ({
      file: 'sources.yaml',
      key: id,
      message: 'nothing rests on this source; use it or take it out',
    }));
}

export const regionRules: readonly LintRule[] = [
  { name: 'grade-too-low', severity: 'error', find: gradeTooLow },
  { name: 'unknown-platform', severity: 'error', find: unknownPlatform },
  { name: 'level-mismatch', severity: 'error', find: levelMismatch },
  { name: 'cited-address', severity: 'error', find: citedAddress },
  { name: 'silent-shadow', severity: 'error', find: silentShadow },
  { name: 'estimated-start', severity: 'warning', find: estimatedStart },
  { name: 'review-overdue', severity: 'warning', find: reviewOverdue },
  { name: 'dead-source', severity: 'warning', find: deadSource },
];
