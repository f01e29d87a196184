/** A small office for tests: hand-made rules, a clock that is set, chance that is counted. */
import { createHash } from 'node:crypto';
import type { BindRequest, PersonKey } from '../../src/contracts/portal.ts';
import { checkCharacter } from '../../src/domain/id-number.ts';
import type { RuleId, RuleValueOf } from '../../src/knowledge/schema/region.ts';
import type { OfficeOptions } from '../../src/portals/simulated/counter.ts';
import { type Fixture, parseFixture } from '../../src/portals/simulated/fixture.ts';
import { openSimulatedOffice, type SimulatedOffice } from '../../src/portals/simulated/office.ts';
import type { OfficeRules } from '../../src/portals/simulated/rules.ts';

export const START = Date.parse('2026-11-24T02:00:00Z');
const DAY_MS = 86_400_000;

export class SetClock {
  #now = START;
  now(): number {
    return this.#now;
  }
  advanceDays(days: number): void {
    this.#now += days * DAY_MS;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}

export function countedRandom(seed = 'office') {
  let count = 0;
  return {
    bytes(size: number): Uint8Array {
      count += 1;
      return createHash('sha512').update(`${seed}:${count}`).digest().subarray(0, size);
    },
  };
}

type RuleTable = { readonly [R in RuleId]?: RuleValueOf<R> };

/** What every test region starts from; a region adds what makes it different. */
const BASE: RuleTable = {
  payer_schemes: ['employee_working', 'employee_retired'],
  relations_allowed: ['spouse', 'parent', 'child', 'sibling'],
  dependent_must_be_insured: true,
  dependent_schemes: ['employee', 'resident'],
  geographic_scope: 'province',
  payers_per_dependent: 'one',
  unbind_by: ['payer', 'dependent'],
  ends_on: ['move', 'end_of_insurance'],
  suspension_effect: 'ends',
  premium_allowed: true,
  cross_province: 'wallet_quota',
};

const REGIONS: { readonly [code: string]: RuleTable } = {
  '130000': { consent_step: 'none', review: 'none', effective: 'at_once' },
  '320000': { consent_step: 'spouse', period: 'start_and_end', unbind_by: ['payer'] },
  '440000': { review: 'agency', effective: 'on_approval' },
  '620000': { consent_step: 'from_age', own_face_check_from_age: 16, review: 'agency' },
  '460000': { consent_step: 'everyone', own_face_check_from_age: 16 },
  '230000': { effective: 'next_day', period: 'start' },
  '430000': { max_at_once: 2, max_lifetime: 2 },
  '210200': { max_by_slot: { father: 1, mother: 1, spouse: 1, child: 2 } },
  '330000': { usable_balance: 'past_years', minimum_retained_fen: 100_000 },
  '350000': { duplicate_enrolment_blocks: true, suspension_effect: 'pauses' },
  '340000': { ecert_first: true, materials: { spouse: ['marriage_certificate'], child: [] } },
  '370000': { payers_per_dependent: 'several', suspension_effect: 'none' },
  '360000': { unbind_lock_days: 90 },
  '610000': { payers_per_dependent: 'several', order_rule: 'order_page', order_set_by: 'dependent' },
  '640000': { fund_model: 'F2', minimum_retained_fen: 200_000 },
  '210000': {},
  '140000': { geographic_scope: 'pooling_region' },
};

export const testRules: OfficeRules = {
  rule<R extends RuleId>(rule: R, region: string): RuleValueOf<R> | undefined {
    const province = `${region.slice(0, 2)}0000`;
    if (REGIONS[province] === undefined) return undefined;
    return (REGIONS[region]?.[rule] ?? REGIONS[province]?.[rule] ?? BASE[rule]) as RuleValueOf<R> | undefined;
  },
  region(code) {
    const province = `${code.slice(0, 2)}0000`;
    return REGIONS[province] === undefined ? undefined : { name: province, province };
  },
};

/** An ID number of the place that is never issued; odd orders are men. */
export function idNumber(birthday: string, order: number): string {
  const first17 = `990101${birthday.replaceAll('-', '')}${String(order).padStart(3, '0')}`;
  return first17 + checkCharacter(first17);
}

let orders = 100;

/** A person of the fixture: employee with money unless told otherwise. */
export function employee(name: string, region: string, more: Record<string, unknown> = {}): object {
  return somebody(name, {
    enrolments: [{ scheme: 'employee', region }],
    account: { balanceFen: 500_000, pastYearsFen: 300_000 },
    ...more,
  });
}

export function resident(name: string, region: string, more: Record<string, unknown> = {}): object {
  return somebody(name, { enrolments: [{ scheme: 'resident', region }], ...more });
}

function somebody(name: string, more: Record<string, unknown>): object {
  const { born = '1985-05-05', male = true, ...rest } = more;
  orders += 2;
  const number = idNumber(String(born), (orders % 900) + (male === true ? 1 : 0));
  return { name, document: { type: 'resident_id', number }, ...rest };
}

/** Payer 甲, spouse 乙, father 丙, mother 丁, child 戊 of ten, sibling 己, a stranger 庚; all in one place. */
export function household(region: string, more: Record<string, unknown> = {}): object {
  return {
    people: {
      payer: employee('甲一', region),
      spouse: resident('乙一', region, { male: false }),
      father: resident('丙一', region, { born: '1955-01-01' }),
      mother: resident('丁一', region, { born: '1957-01-01', male: false }),
      child: resident('戊一', region, { born: '2016-03-03' }),
      sibling: employee('己一', region, { born: '1988-08-08' }),
      stranger: resident('庚一', region),
    },
    families: [
      { person: 'payer', relative: 'spouse', relation: 'spouse' },
      { person: 'payer', relative: 'father', relation: 'parent' },
      { person: 'payer', relative: 'mother', relation: 'parent' },
      { person: 'payer', relative: 'child', relation: 'child' },
      { person: 'payer', relative: 'sibling', relation: 'sibling' },
    ],
    ...more,
  };
}

/** The household with other values for some of its people. */
export function householdWith(region: string, people: Record<string, object>, more = {}): object {
  const base = household(region, more) as { people: Record<string, object> };
  return { ...base, people: { ...base.people, ...people } };
}

/** Son and daughter give to their mother; she sets the order. The son's bill for her can be paid today. */
export function twoPayers(region: string): object {
  const bill = { year: 2027, amountFen: 40_000, opens: 'today-10', closes: 'today+10' };
  return {
    people: {
      son: employee('辛一', region),
      daughter: employee('辛二', region, { male: false }),
      mother: resident('壬一', region, { born: '1957-01-01', male: false, premiums: [bill] }),
    },
    families: [
      { person: 'son', relative: 'mother', relation: 'parent' },
      { person: 'daughter', relative: 'mother', relation: 'parent' },
    ],
    bindings: [
      { payer: 'son', dependent: 'mother', relation: 'parent', region, submittedOn: 'today-20' },
      { payer: 'daughter', dependent: 'mother', relation: 'parent', region, submittedOn: 'today-10' },
    ],
  };
}

/** A payer and a father in two provinces, with open wallets. */
export function farAway(payerRegion: string, fatherRegion: string): object {
  const wallet = { open: true, regionOpen: true };
  return {
    people: {
      payer: employee('癸一', payerRegion, { wallet }),
      father: resident('癸二', fatherRegion, { born: '1955-01-01', wallet }),
      // Nothing is known of his wallet.
      uncle: resident('癸三', fatherRegion, { born: '1958-01-01' }),
    },
    families: [
      { person: 'payer', relative: 'father', relation: 'parent' },
      { person: 'payer', relative: 'uncle', relation: 'sibling' },
    ],
  };
}

export interface OfficeWorld {
  readonly office: SimulatedOffice;
  readonly clock: SetClock;
  readonly delays: number[];
  key(id: string): PersonKey;
  request(dependent: string, relation: BindRequest['relation'], more?: Partial<BindRequest>): BindRequest;
}

export function openOffice(fixture: unknown, more: Partial<OfficeOptions> = {}): OfficeWorld {
  const clock = new SetClock();
  const delays: number[] = [];
  const parsed: Fixture = parseFixture(fixture);
  const office = openSimulatedOffice({
    file: ':memory:',
    rules: testRules,
    clock,
    random: countedRandom(),
    fixture: parsed,
    delay: async (ms) => void delays.push(ms),
    ...more,
  });
  const key = (id: string): PersonKey => {
    const person = office.personById(id);
    if (person === undefined) throw new Error(`No ${id} in the fixture`);
    const { name, documentType, documentNumber } = person;
    return { name, documentType, documentNumber };
  };
  const regionOf = (id: string) => parsed.people[id]?.enrolments[0]?.region ?? '130000';
  const request: OfficeWorld['request'] = (dependent, relation, change = {}) => ({
    payer: key('payer'),
    dependent: key(dependent),
    relation,
    region: regionOf('payer'),
    pledge: { version: '1', digest: 'd', signedAt: new Date(START).toISOString() },
    ...change,
  });
  return { office, clock, delays, key, request };
}
