/**
 * Whether a binding may be made. The checks run in one fixed order, and the first that fails is the
 * answer: persons and names, payer, relative, relation, the same pair twice, limits, another payer,
 * place, double enrolment, period, electronic credential.
 *
 * The rules are those of the payer's place of insurance. A permission nobody knows is not given; a
 * limit nobody knows cannot be applied.
 */
import type { BindRequest, Refusal } from '../../contracts/portal.ts';
import { ageOn } from '../../domain/id-number.ts';
import type { Day, RegionCode, Relation } from '../../domain/insurance.ts';
import type { RuleId, RuleValueOf } from '../../knowledge/schema/region.ts';
import { type Desk, firstRefusal } from './desk.ts';
import { knownRelation, sameRelation } from './kin.ts';
import {
  accountOf,
  bindingsBetween,
  employeeEnrolmentOf,
  findPerson,
  lifetimeDependentsOf,
  liveBindingsOfDependent,
  liveBindingsOfPayer,
  validEnrolmentsOf,
} from './records.ts';
import { isRefusal, refuse } from './refusals.ts';
import type { PersonRow } from './rows.ts';
import { isLive, isPending } from './states.ts';

/** A request that stood the checks. */
export interface Examined {
  readonly payer: PersonRow;
  readonly dependent: PersonRow;
  readonly relation: Relation;
  /** Whose rules apply. */
  readonly region: RegionCode;
  readonly startsOn?: Day;
  readonly endsOn?: Day;
}

/** Two persons, what one is to the other, and the rules of the place that decides. */
export interface Matter extends Examined {
  readonly desk: Desk;
  rule<R extends RuleId>(rule: R): RuleValueOf<R> | undefined;
}

interface Question extends Matter {
  readonly request: BindRequest;
}

type Check = (question: Question) => Refusal | undefined;

const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  ['payer', checkPayer],
  ['dependent', checkDependent],
  ['relation', checkRelation],
  ['same_pair', checkSamePair],
  ['limits', checkLimits],
  ['other_payer', checkOtherPayer],
  ['place', checkPlace],
  ['double_enrolment', checkDoubleEnrolment],
  ['period', checkPeriod],
  ['credential', checkCredential],
];

export function examine(desk: Desk, request: BindRequest): Examined | Refusal {
  const persons = findPair(desk, request);
  desk.onCheck?.('persons', isRefusal(persons) ? persons : undefined);
  if (isRefusal(persons)) return persons;
  const region = employeeEnrolmentOf(desk.db, persons.payer.id)?.region ?? request.region;
  const examined: Examined = {
    ...persons,
    relation: request.relation,
    region,
    ...(request.startsOn === undefined ? {} : { startsOn: request.startsOn }),
    ...(request.endsOn === undefined ? {} : { endsOn: request.endsOn }),
  };
  const question: Question = {
    ...examined,
    desk,
    request,
    rule: (rule) => desk.rules.rule(rule, region, desk.today),
  };
  return (
    firstRefusal(
      desk,
      CHECKS.map(([name, check]) => [name, () => check(question)]),
    ) ?? examined
  );
}

/** The office does not say whether a number exists: an unknown relative is a mismatch like a wrong name. */
export function findPair(
  desk: Desk,
  request: Pick<BindRequest, 'payer' | 'dependent'>,
): { payer: PersonRow; dependent: PersonRow } | Refusal {
  const payer = findPerson(desk.db, request.payer);
  if (isRefusal(payer)) return payer;
  const dependent = findPerson(desk.db, request.dependent);
  if (isRefusal(dependent)) return refuse('identity_mismatch');
  return payer.id === dependent.id ? refuse('self') : { payer, dependent };
}

export function checkPayer({ desk, payer, rule }: Matter): Refusal | undefined {
  const enrolment = employeeEnrolmentOf(desk.db, payer.id);
  if (enrolment === undefined) return refuse('payer_not_employee');
  const schemes = rule('payer_schemes');
  if (schemes !== undefined && !schemes.includes(enrolment.category)) return refuse('payer_not_employee');
  if (enrolment.standing !== 'normal' && rule('suspension_effect') !== 'none') {
    return refuse('account_abnormal');
  }
  const account = accountOf(desk.db, payer.id);
  if (account === undefined || account.state !== 'normal') return refuse('account_abnormal');
  const minimum = rule('minimum_retained_fen') ?? 0;
  return minimum > 0 && account.balanceFen <= minimum ? refuse('below_minimum_retained') : undefined;
}

export function checkDependent({ desk, dependent, rule }: Matter): Refusal | undefined {
  if (rule('dependent_must_be_insured') === false) return undefined;
  const schemes = rule('dependent_schemes');
  const counts = validEnrolmentsOf(desk.db, dependent.id).some(
    (enrolment) =>
      enrolment.standing === 'normal' &&
      (schemes === undefined || schemes.some((scheme) => scheme === enrolment.scheme)),
  );
  return counts ? undefined : refuse('dependent_uninsured');
}

export function checkRelation({ desk, payer, dependent, relation, rule }: Matter): Refusal | undefined {
  const allowed = rule('relations_allowed');
  if (allowed === undefined) return refuse('unsupported_here');
  if (!allowed.includes(relation)) return refuse('ineligible_relation');
  const known = knownRelation(desk.db, payer.id, dependent.id);
  if (known !== undefined && !sameRelation(known, relation)) return refuse('identity_mismatch');
  // A relation on record stands in for the papers; without one the region's papers are wanted.
  const papers = rule('materials')?.[relation] ?? [];
  return known === undefined && papers.length > 0 ? refuse('materials_needed') : undefined;
}

function checkSamePair({ desk, payer, dependent }: Question): Refusal | undefined {
  const live = bindingsBetween(desk.db, payer.id, dependent.id).find((binding) => isLive(binding.state));
  if (live === undefined) return undefined;
  if (!isPending(live.state)) return refuse('already_bound');
  return live.state === 'PENDING_CONFIRM'
    ? refuse('invitation_pending')
    : refuse('invitation_pending', 'pending_review');
}

function checkLimits(question: Question): Refusal | undefined {
  const { desk, payer, dependent, rule } = question;
  const live = liveBindingsOfPayer(desk.db, payer.id);
  if (live.length >= (rule('max_at_once') ?? Number.POSITIVE_INFINITY)) return refuse('member_limit_reached');
  if (isSlotFull(question)) return refuse('member_limit_reached');
  const ever = lifetimeDependentsOf(desk.db, payer.id).filter((id) => id !== dependent.id);
  return ever.length >= (rule('max_lifetime') ?? Number.POSITIVE_INFINITY)
    ? refuse('lifetime_limit')
    : undefined;
}

/** Slots count by relation, parents apart by father and mother where the region does. */
function isSlotFull({ desk, payer, dependent, relation, rule }: Question): boolean {
  const slots = rule('max_by_slot');
  if (slots === undefined) return false;
  const slotOf = (of: Relation, person: PersonRow) => {
    const parent = parentSlot(of, person);
    return parent !== undefined && slots[parent] !== undefined ? parent : of;
  };
  const wanted = slotOf(relation, dependent);
  const taken = liveBindingsOfPayer(desk.db, payer.id).filter((binding) => {
    const person = desk.db.get<PersonRow>('select * from people where id = ?', binding.dependent);
    return person !== undefined && slotOf(binding.relation, person) === wanted;
  });
  return taken.length >= (slots[wanted] ?? Number.POSITIVE_INFINITY);
}

function parentSlot(relation: Relation, person: PersonRow): 'father' | 'mother' | undefined {
  if (relation !== 'parent' || person.documentType !== 'resident_id') return undefined;
  return Number(person.documentNumber[16]) % 2 === 0 ? 'mother' : 'father';
}

function checkOtherPayer({ desk, payer, dependent, rule }: Question): Refusal | undefined {
  if (rule('payers_per_dependent') === 'several') return undefined;
  const others = liveBindingsOfDependent(desk.db, dependent.id).filter(
    (binding) => binding.payer !== payer.id,
  );
  return others.length > 0 ? refuse('already_bound_elsewhere') : undefined;
}

function checkPlace({ desk, dependent, region, request, rule }: Question): Refusal | undefined {
  const province = (code: RegionCode) => desk.rules.region(code)?.province;
  const here = province(region);
  if (here === undefined || province(request.region) !== here) {
    return refuse('unsupported_here', 'wrong_portal');
  }
  const homes = validEnrolmentsOf(desk.db, dependent.id).map((enrolment) => enrolment.region);
  const scope = rule('geographic_scope');
  if (scope === undefined) return refuse('unsupported_here');
  const near = homes.some((home) => (scope === 'province' ? province(home) === here : home === region));
  return near || homes.length === 0 ? undefined : refuse('different_province');
}

function checkDoubleEnrolment({ desk, dependent, rule }: Question): Refusal | undefined {
  const several = validEnrolmentsOf(desk.db, dependent.id).length > 1;
  return several && rule('duplicate_enrolment_blocks') === true ? refuse('duplicate_enrolment') : undefined;
}

/** A period the region cannot keep is refused rather than dropped: the payer agreed to no longer time. */
function checkPeriod({ desk, startsOn, endsOn, rule }: Question): Refusal | undefined {
  const period = rule('period') ?? 'none';
  if (startsOn !== undefined && startsOn < desk.today) return refuse('too_late', 'relation_not_in_period');
  const first = startsOn ?? desk.today;
  if (endsOn !== undefined && endsOn <= first) return refuse('too_late', 'relation_not_in_period');
  if (endsOn !== undefined && period !== 'start_and_end') return refuse('unsupported_here');
  return first > desk.today && period === 'none' ? refuse('unsupported_here') : undefined;
}

function checkCredential({ payer, rule }: Question): Refusal | undefined {
  return rule('ecert_first') === true && payer.ecertActive === 0 ? refuse('ecert_not_activated') : undefined;
}

/** Whether the relative must agree in an own session. */
export function needsConsent(desk: Desk, examined: Examined): boolean {
  const rule = <R extends RuleId>(id: R) => desk.rules.rule(id, examined.region, desk.today);
  const ownCheckFrom = rule('own_face_check_from_age');
  const age = ageOn(examined.dependent.birthday, desk.today);
  switch (rule('consent_step')) {
    case 'spouse':
      return examined.relation === 'spouse';
    case 'from_age':
    case 'everyone':
      return age >= (ownCheckFrom ?? 0);
    default:
      // Where no second step is known, the payer's signed letter is all the office asks for.
      return false;
  }
}

/** Whether the agency decides each binding. */
export function needsReview(desk: Desk, region: RegionCode): boolean {
  return (
    desk.rules.rule('review', region, desk.today) === 'agency' ||
    desk.rules.rule('effective', region, desk.today) === 'on_approval'
  );
}
