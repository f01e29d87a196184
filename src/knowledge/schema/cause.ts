/**
 * `knowledge/causes/<id>.yaml`: a reason why something fails, with what speaks for and against it.
 *
 * The condition language is closed on purpose: `all / any / not` over `is / in / at_least / at_most /
 * known`. Whatever cannot be said with it becomes a fact in `diagnosis/facts.ts`, never a new word here.
 */
import { z } from 'zod';
import { CAUSES, SYMPTOMS } from '../../domain/taxonomy.ts';

const factId = z.string().min(1);
const factValue = z.union([z.string(), z.number(), z.boolean()]);
/** A number, or the number another fact holds (a limit of the region, for instance). */
const operand = z.union([z.number(), z.strictObject({ fact: factId })]);

export type Operand = z.infer<typeof operand>;
export type Comparison =
  | { readonly fact: string; readonly is: string | number | boolean }
  | { readonly fact: string; readonly in: readonly (string | number | boolean)[] }
  | { readonly fact: string; readonly at_least: Operand }
  | { readonly fact: string; readonly at_most: Operand }
  | { readonly fact: string; readonly known: boolean };
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Comparison;

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(conditionSchema).min(1) }),
    z.strictObject({ any: z.array(conditionSchema).min(1) }),
    z.strictObject({ not: conditionSchema }),
    z.strictObject({ fact: factId, is: factValue }),
    z.strictObject({ fact: factId, in: z.array(factValue).min(1) }),
    z.strictObject({ fact: factId, at_least: operand }),
    z.strictObject({ fact: factId, at_most: operand }),
    z.strictObject({ fact: factId, known: z.boolean() }),
  ]),
);

/** How often the cause is behind a complaint, against the other causes of the same complaint. */
export const PRIOR_WEIGHTS = { common: 8, usual: 4, rare: 1.5 } as const;
const prior = z.union([z.enum(['common', 'usual', 'rare']), z.number().positive()]);
export type Prior = z.infer<typeof prior>;

/** How many times likelier the condition is when the cause is true than when it is not. */
export const STRENGTHS = { decisive: 30, strong: 10, fair: 4, slight: 2 } as const;
const strength = z.union([z.enum(['decisive', 'strong', 'fair', 'slight']), z.number().gt(1)]);
export type Strength = z.infer<typeof strength>;

const evidenceSchema = z.union([
  z.strictObject({ if: conditionSchema, for: strength }),
  z.strictObject({ if: conditionSchema, against: strength }),
]);
export type EvidenceRule = z.infer<typeof evidenceSchema>;

const remedySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('act'),
    flow: z.enum(['bind', 'unbind', 'accept-invite', 'query', 'case-status', 'allocate', 'set-payer-order']),
  }),
  z.strictObject({ kind: z.literal('guide'), faq: z.string().min(1).optional() }),
  z.strictObject({ kind: z.literal('person') }),
]);
export type RemedyEntry = z.infer<typeof remedySchema>;

/** The same cause told or mended in another way, by what the records or the rules of the region say. */
const variantSchema = z.strictObject({
  if: conditionSchema,
  reply: z.string().min(1).optional(),
  remedy: remedySchema.optional(),
  sources: z.array(z.string()).optional(),
});

export const causeSchema = z
  .strictObject({
    id: z.enum(CAUSES),
    /** In the citizen's words, short enough for a button or a heading. */
    title: z.string().min(1).max(30),
    symptoms: z.partialRecord(z.enum(SYMPTOMS), prior),
    evidence: z.array(evidenceSchema).min(1),
    /** True: the cause is out, whatever else speaks for it. */
    excluded_if: conditionSchema.optional(),
    /** True: nothing more needs to be asked about this cause. */
    settled_if: conditionSchema.optional(),
    /** Lower is mended first when several causes are true at once. */
    mend_order: z.number().int().positive(),
    remedy: remedySchema,
    /** The first whose condition is true is taken. */
    variants: z.array(variantSchema).default([]),
    /**
     * What the explanation rests on: publishable `sources`; only the person's own `record` and no
     * rule at all; or something `unconfirmed`, which the words must admit.
     */
    basis: z.enum(['sourced', 'record', 'unconfirmed']).default('sourced'),
    sources: z.array(z.string()).default([]),
    /** Why the numbers are what they are, for reviewers. */
    note: z.string().optional(),
  })
  .refine((cause) => Object.keys(cause.symptoms).length > 0, 'a cause explains at least one symptom')
  .refine((cause) => cause.basis !== 'sourced' || cause.sources.length > 0, {
    path: ['sources'],
    message: 'a sourced explanation names its sources; else say basis: record or basis: unconfirmed',
  });
export type CauseEntry = z.infer<typeof causeSchema>;
