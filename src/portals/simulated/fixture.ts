/**
 * The people and records an office begins with, as a YAML or JSON file. `docs/fixtures.md` shows every
 * part with an example. Days may be given as `today`, `today-3` or `today+30`, so that a story stays
 * true whenever it is played.
 */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { z } from 'zod';
import { checkCharacter } from '../../domain/id-number.ts';
import { type Day, RELATIONS } from '../../domain/insurance.ts';
import { AppError } from '../../errors.ts';
import { daySchema } from '../../knowledge/schema/dated.ts';
import { RULE_IDS, RULES } from '../../knowledge/schema/region.ts';
import { addDays } from './calendar.ts';
import { faultSchema } from './faults.ts';
import { REFUSAL_CODES } from './refusals.ts';

const fen = z.number().int().nonnegative();
const region = z.string().regex(/^\d{6}$/, 'six digits, in quotes');
const person = z.string().min(1);
const relation = z.enum(RELATIONS);
const relativeDay = z
  .string()
  .regex(/^today([+-]\d{1,4})?$/, 'a day as YYYY-MM-DD, today, today-3 or today+30');
export const fixtureDay = z.union([relativeDay, daySchema]);

const documentSchema = z
  .strictObject({
    type: z.enum(['resident_id', 'hk_macao_permit', 'taiwan_permit', 'foreign_permanent_id', 'passport']),
    number: z.string().min(5),
  })
  .refine(
    ({ type, number }) =>
      type !== 'resident_id' || (/^\d{17}[\dX]$/.test(number) && checkCharacter(number) === number[17]),
    'a resident ID number of 18 characters with a valid checksum; begin it with 99, which is never issued',
  );

export const enrolmentSchema = z.strictObject({
  scheme: z.enum(['employee', 'resident']),
  region,
  standing: z.enum(['normal', 'paused', 'arrears', 'ended']).default('normal'),
  category: z
    .enum(['employee_working', 'employee_retired', 'employee_flexible', 'tier_one'])
    .default('employee_working'),
});

const accountSchema = z.strictObject({
  balanceFen: fen,
  pastYearsFen: fen.optional(),
  state: z.enum(['normal', 'frozen']).default('normal'),
  /** Frozen for relatives across provinces. */
  quotaFen: fen.optional(),
  /** Allocated to the shared pool, where the region has one. */
  poolFen: fen.optional(),
  authorisedLeftFen: fen.optional(),
});

const premiumSchema = z.strictObject({
  year: z.number().int().min(2000).max(2100),
  amountFen: fen,
  registered: z.boolean().default(true),
  opens: fixtureDay.optional(),
  closes: fixtureDay.optional(),
  /** A person id, or `school`, `bank`, `employer`; absent while unpaid. */
  paidBy: z.string().optional(),
  autopay: z.boolean().default(false),
});

const personSchema = z
  .strictObject({
    name: z.string().min(1),
    label: z.string().optional(),
    /** One line for people who try the program. Only persons with a story are offered for logging in. */
    story: z.string().optional(),
    document: documentSchema,
    /** Read from a resident ID number; needed for other documents. */
    birthday: daySchema.optional(),
    enrolments: z.array(enrolmentSchema).default([]),
    account: accountSchema.optional(),
    ecertActive: z.boolean().default(true),
    profile: z
      .strictObject({ phone: z.boolean().default(true), employer: z.boolean().default(true) })
      .default({ phone: true, employer: true }),
    wallet: z.strictObject({ open: z.boolean(), regionOpen: z.boolean() }).optional(),
    premiums: z.array(premiumSchema).default([]),
  })
  .refine((value) => value.document.type === 'resident_id' || value.birthday !== undefined, {
    path: ['birthday'],
    message: 'needed unless the document is a resident ID',
  });

const bindingSchema = z.strictObject({
  payer: person,
  dependent: person,
  relation,
  region,
  state: z
    .enum([
      'PENDING_CONFIRM',
      'PENDING_REVIEW',
      'NOT_YET_EFFECTIVE',
      'ACTIVE',
      'SUSPENDED',
      'ENDED',
      'DECLINED',
      'EXPIRED',
      'REJECTED',
    ])
    .default('ACTIVE'),
  submittedOn: fixtureDay,
  /** First day; the day of submission unless given. Not for applications that wait or failed. */
  since: fixtureDay.optional(),
  until: fixtureDay.optional(),
  endedBy: z
    .enum(['remove', 'exit', 'close', 'period', 'move', 'suspension', 'end_of_insurance', 'death'])
    .optional(),
  reason: z.string().optional(),
  materials: z.array(z.string().min(1)).optional(),
});

export const settlementShape = {
  patient: person,
  on: fixtureDay,
  place: z.string().min(1),
  designated: z.boolean().default(true),
  walletAccepted: z.boolean().optional(),
  totalFen: fen,
  fundFen: fen,
};

const ruleShapes = Object.fromEntries(RULE_IDS.map((id) => [id, RULES[id].optional()]));

const fixtureSchema = z.strictObject({
  /**
   * Rules this office goes by although no public source bears them out, by region. They come before
   * those of `knowledge/regions`, and what a citizen is told does not change by them.
   */
  practice: z.record(region, z.strictObject(ruleShapes)).default({}),
  /** Days an invitation can be answered; the day of asking counts as none. */
  invitationDays: z.number().int().min(1).max(365).default(7),
  people: z.record(z.string().regex(/^[a-z0-9-]+$/, 'an id of a-z, 0-9 and -'), personSchema),
  /** `relative` is the `relation` of `person`; told once, known in both directions. */
  families: z.array(z.strictObject({ person, relative: person, relation })).default([]),
  kinships: z
    .array(z.strictObject({ owner: person, member: person, since: fixtureDay.default('today') }))
    .default([]),
  bindings: z.array(bindingSchema).default([]),
  refusals: z
    .array(
      z.strictObject({
        payer: person,
        dependent: person,
        relation,
        code: z.enum(REFUSAL_CODES),
        on: fixtureDay,
      }),
    )
    .default([]),
  settlements: z
    .array(
      z.strictObject({
        ...settlementShape,
        ownAccountFen: fen.default(0),
        sharedFen: fen.default(0),
        payer: person.optional(),
      }),
    )
    .default([]),
  refunds: z
    .array(
      z.strictObject({
        person,
        on: fixtureDay,
        amountFen: fen,
        state: z.enum(['done', 'under_way']).default('done'),
        to: z.enum(['payer', 'dependent']).default('payer'),
      }),
    )
    .default([]),
  faults: z.array(faultSchema).default([]),
});
export type Fixture = z.output<typeof fixtureSchema>;
export type FixturePerson = Fixture['people'][string];

/** A fixture from its parsed YAML or JSON. Throws one `AppError` that lists every problem with its path. */
export function parseFixture(value: unknown, name = 'fixture'): Fixture {
  const parsed = fixtureSchema.safeParse(value);
  const problems = parsed.success ? unknownPeople(parsed.data) : issueLines(parsed.error);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new AppError('bad_input', `${name} is no fixture (see docs/fixtures.md):\n${problems.join('\n')}`);
}

/**
 * Reads a fixture file; YAML, of which JSON is a part.
 * @throws AppError `bad_input` when it cannot be read, or with every problem in it
 */
export function readFixture(file: string | URL): Fixture {
  let value: unknown;
  try {
    value = load(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AppError('bad_input', `${String(file)} cannot be read as YAML: ${String(cause)}`, { cause });
  }
  return parseFixture(value, String(file));
}

/** The demo families that come with the program. */
export function demoFixture(): Fixture {
  return readFixture(new URL('../../../fixtures/demo.yaml', import.meta.url));
}

/** A fixture's day in a world where `today` is the given day. */
export function resolveDay(day: string, today: Day): Day {
  if (!day.startsWith('today')) return day;
  return addDays(today, Number(day.slice('today'.length) || 0));
}

/** One line for each thing wrong, with its place. */
export function issueLines(error: z.ZodError): string[] {
  return error.issues.map((issue) => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`);
}

function unknownPeople(fixture: Fixture): string[] {
  const known = new Set(Object.keys(fixture.people));
  const problems: string[] = [];
  const look = (list: string, rows: readonly object[], keys: readonly string[]) => {
    for (const [index, row] of rows.entries()) {
      for (const key of keys) {
        const id: unknown = (row as Record<string, unknown>)[key];
        if (typeof id === 'string' && !known.has(id)) {
          problems.push(`  ${list}.${index}.${key}: nobody under people has the id "${id}"`);
        }
      }
    }
  };
  look('families', fixture.families, ['person', 'relative']);
  look('kinships', fixture.kinships, ['owner', 'member']);
  look('bindings', fixture.bindings, ['payer', 'dependent']);
  look('refusals', fixture.refusals, ['payer', 'dependent']);
  look('settlements', fixture.settlements, ['patient', 'payer']);
  look('refunds', fixture.refunds, ['person']);
  return problems;
}
