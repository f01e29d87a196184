/**
 * `knowledge/regions/<code>.yaml`: only what differs from the level above. The rules a region may
 * have are listed here, each with the type of its value; a rule found nowhere in the chain is
 * unknown, and unknown never means allowed.
 */
import { z } from 'zod';
import { RELATIONS } from '../../domain/insurance.ts';
import { datedShape, daySchema } from './dated.ts';

const relation = z.enum(RELATIONS);
const count = z.number().int().positive();
const fen = z.number().int().nonnegative();

/** Rule id -> type of its value. R-numbers are those of the policy reference. */
export const RULES = {
  payer_schemes: z.array(z.enum(['employee_working', 'employee_retired', 'employee_flexible', 'tier_one'])), // R01
  relations_allowed: z.array(relation), // R02, R03
  dependent_must_be_insured: z.boolean(), // R04
  dependent_schemes: z.array(z.enum(['employee', 'resident'])), // R04
  geographic_scope: z.enum(['pooling_region', 'province']), // R05, R06: ordinary sharing
  cross_province: z.enum(['none', 'pilot', 'wallet_transfer', 'wallet_quota']), // R07
  max_at_once: count, // R09
  max_lifetime: count, // R09
  max_by_slot: z.record(z.string(), count), // R09, keys are relations, `father`, `mother`
  own_face_check_from_age: count, // R10
  consent_step: z.enum(['none', 'spouse', 'from_age', 'everyone']), // R11
  payers_per_dependent: z.enum(['one', 'several']), // R12
  own_account_first: z.boolean(), // R13
  order_rule: z.enum(['set_at_binding', 'order_page', 'last_bound_first', 'by_balance', 'fixed']), // R14
  order_set_by: z.enum(['payer', 'dependent', 'nobody']), // R14
  minimum_retained_fen: fen, // R15
  usable_balance: z.enum(['all', 'past_years']), // R16
  effective: z.enum(['at_once', 'on_approval', 'next_day']), // R17
  review: z.enum(['none', 'agency']), // R17
  bind_before_admission: z.boolean(), // R18
  patient_card_only: z.boolean(), // R19
  payment_scope: z.array(z.string()), // R20
  pooled_fund_shared: z.boolean(), // R21
  premium_allowed: z.boolean(), // R22
  premium_window: z.strictObject({ year: count, opens: daySchema, closes: daySchema }), // R22
  premium_system: z.string(), // R22
  unbind_by: z.array(z.enum(['payer', 'dependent'])), // R25
  unbind_lock_days: count, // R25
  ends_on: z.array(z.enum(['move', 'end_of_insurance', 'suspension', 'period', 'death'])), // R25
  suspension_effect: z.enum(['ends', 'pauses', 'none']), // R26
  refund_to: z.enum(['payer', 'dependent']), // R27
  duplicate_enrolment_blocks: z.boolean(), // R28
  materials: z.record(z.string(), z.array(z.string())), // R29, keys are relations or `any`
  pledge_required: z.boolean(), // R29
  ecert_first: z.boolean(), // R30
  period: z.enum(['none', 'start', 'start_and_end']), // R31
  newborn_premium: z.boolean(), // R32
  fund_model: z.enum(['F1', 'F2', 'F3', 'F4', 'F5']), // section 0.2
  kinship_account_first: z.boolean(), // C01
  hotline: z.array(z.strictObject({ number: z.string(), for: z.string() })), // C16
  local_names: z.array(z.string()), // C01
} as const;
export type RuleId = keyof typeof RULES;
export type RuleValueOf<R extends RuleId> = z.infer<(typeof RULES)[R]>;
export const RULE_IDS = Object.keys(RULES) as RuleId[];

export const OPERATIONS = [
  'bind',
  'confirm',
  'unbind',
  'order',
  'members',
  'spending',
  'refund',
  'balance',
  'premium',
  'allocate',
  'wallet',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A way to do an operation: where to tap, step by step. */
export const entrySchema = z.strictObject({
  /** Id in `knowledge/lexicon/platforms.yaml`. */
  platform: z.string().min(1),
  client: z.enum(['app', 'mini_program', 'official_account', 'web', 'window', 'kiosk', 'phone']),
  path: z.array(z.string().min(1)).min(1),
  scope: z.enum(['any', 'same_city', 'cross_city', 'cross_province']).default('any'),
  ...datedShape,
});
export type Entry = z.infer<typeof entrySchema>;

/**
 * `value: null` says that the value inherited from above does not hold here and that nothing better
 * is known.
 */
const datedRule = (value: z.ZodType) =>
  z.array(z.strictObject({ value: value.nullable(), ...datedShape })).min(1);

export const regionSchema = z.strictObject({
  code: z.string().regex(/^\d{6}$/),
  name: z.string().min(1),
  /** What people call it. */
  aliases: z.array(z.string()).default([]),
  level: z.enum(['nation', 'province', 'city']),
  parent: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
  rules: z
    .strictObject(
      Object.fromEntries(RULE_IDS.map((id) => [id, datedRule(RULES[id]).optional()])) as unknown as {
        [R in RuleId]: z.ZodOptional<z.ZodArray<z.ZodType<DatedRule<R>>>>;
      },
    )
    .default({}),
  entries: z.partialRecord(z.enum(OPERATIONS), z.array(entrySchema)).default({}),
});

export interface DatedRule<R extends RuleId = RuleId> {
  readonly value: RuleValueOf<R> | null;
  readonly from: string;
  readonly until?: string | undefined;
  readonly source: string;
  readonly checked: string;
  readonly status: 'current' | 'superseded' | 'unverified' | 'disputed';
  readonly note?: string | undefined;
}
export type Region = z.infer<typeof regionSchema>;
