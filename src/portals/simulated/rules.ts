/** The rules the office goes by, as it asks for them. Who answers is wired from outside. */
import type { Day, RegionCode } from '../../domain/insurance.ts';
import type { RuleId, RuleValueOf } from '../../knowledge/schema/region.ts';

export interface OfficeRegion {
  readonly name: string;
  /** Code of its province; its own code when it is one. */
  readonly province: RegionCode;
}

export interface OfficeRules {
  /** The value in force in a region on a day; undefined when nobody knows, which never means allowed. */
  rule<R extends RuleId>(rule: R, region: RegionCode, day: Day): RuleValueOf<R> | undefined;
  region(code: RegionCode): OfficeRegion | undefined;
}

/** Rules a fixture sets for this office alone, by region. */
export type LocalPractice = { readonly [region: RegionCode]: { readonly [rule: string]: unknown } };

/** The office's own practice before the general rules; that of a province holds in its cities. */
export function withPractice(rules: OfficeRules, practice: LocalPractice): OfficeRules {
  return {
    rule<R extends RuleId>(rule: R, region: RegionCode, day: Day): RuleValueOf<R> | undefined {
      const province = rules.region(region)?.province ?? region;
      const own = practice[region]?.[rule] ?? practice[province]?.[rule];
      // The fixture's schema has checked the value against the rule.
      return own === undefined ? rules.rule(rule, region, day) : (own as RuleValueOf<R>);
    },
    region: (code) => rules.region(code),
  };
}
