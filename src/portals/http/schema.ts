/**
 * The shapes of `contracts/portal.ts` as they travel. Requests are strict: what the contract does not
 * know is refused. Answers are read tolerantly: an office may say more than we understand.
 *
 * `request` and `answer` make the compiler complain when a field of the contract has no schema, and
 * `ACTS` when a kind of act has none.
 */
import { z } from 'zod';
import {
  type ActResult,
  type ApplicationView,
  type BindRequest,
  type MoneyAfter,
  type PersonKey,
  type Portal,
  type PortalAct,
  type PortalChange,
  type QuotaRequest,
  REFUSAL_CODES,
  type Refusal,
} from '../../contracts/portal.ts';
import {
  type Account,
  APPLICATION_KINDS,
  APPLICATION_STATES,
  type BindingView,
  type Enrollment,
  type InvitationView,
  PREMIUM_STATES,
  type PremiumView,
  RELATIONS,
  type RefundView,
  type SpendingView,
} from '../../domain/insurance.ts';
import { CAUSES } from '../../domain/taxonomy.ts';

/** Schemas that get a name of their own in the OpenAPI document. */
export const NAMED = z.registry<{ readonly id: string; readonly description?: string }>();

/** Changes in one answer. */
export const MAX_CHANGES = 500;

/** A schema for every field, the optional ones as well. */
type Shape<T> = { readonly [K in keyof T]-?: z.ZodType<T[K]> };

const request =
  <T>() =>
  <S extends Shape<T>>(shape: S) =>
    z.strictObject(shape);
const answer =
  <T>() =>
  <S extends Shape<T>>(shape: S) =>
    z.object(shape);

// Long enough for anything real; the bound keeps a mistake from becoming a megabyte.
const text = (max: number) => z.string().min(1).max(max);
const number = text(64);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u);
const instant = z.iso.datetime();
const fen = z.int();
const year = z.int().min(2000).max(2200);
const region = z.string().regex(/^\d{6}$/u);
const relation = z.enum(RELATIONS).register(NAMED, { id: 'Relation' });
const state = z.enum(APPLICATION_STATES).register(NAMED, { id: 'ApplicationState' });
const role = z.enum(['payer', 'dependent']);

// === Requests

export const personKey = request<PersonKey>()({
  name: text(100),
  documentType: z.enum([
    'resident_id',
    'hk_macao_permit',
    'taiwan_permit',
    'foreign_permanent_id',
    'passport',
  ]),
  documentNumber: text(40),
}).register(NAMED, {
  id: 'PersonKey',
  description: 'A person. Personal: never log it, never put it into an address.',
});

const pledge = request<BindRequest['pledge']>()({
  version: text(64),
  digest: text(200),
  signedAt: instant,
}).register(NAMED, { id: 'Pledge', description: 'Which 承诺书 was signed, and when.' });

const bindRequest = request<BindRequest>()({
  payer: personKey,
  dependent: personKey,
  relation,
  region,
  startsOn: day.exactOptional(),
  endsOn: day.exactOptional(),
  pledge,
}).register(NAMED, { id: 'BindRequest' });

const quotaRequest = request<QuotaRequest>()({
  payer: personKey,
  dependent: personKey,
  relation,
  amountFen: fen.min(0),
  pledge,
}).register(NAMED, { id: 'QuotaRequest' });

type ActOf<K extends PortalAct['kind']> = Extract<PortalAct, { readonly kind: K }>;

/** One schema for each kind of act there is. */
export const ACTS = {
  bind: request<ActOf<'bind'>>()({ kind: z.literal('bind'), request: bindRequest }),
  answer_invitation: request<ActOf<'answer_invitation'>>()({
    kind: z.literal('answer_invitation'),
    dependent: personKey,
    invitationNo: number,
    accept: z.boolean(),
  }),
  unbind: request<ActOf<'unbind'>>()({
    kind: z.literal('unbind'),
    actor: personKey,
    bindingNo: number,
    how: z.enum(['exit', 'remove']),
  }),
  close: request<ActOf<'close'>>()({ kind: z.literal('close'), actor: personKey }),
  set_order: request<ActOf<'set_order'>>()({
    kind: z.literal('set_order'),
    actor: personKey,
    bindingNos: z.array(number).max(100),
  }),
  pay_premium: request<ActOf<'pay_premium'>>()({
    kind: z.literal('pay_premium'),
    payer: personKey,
    bindingNo: number,
    year,
    amountFen: fen.min(0),
  }),
  allocate: request<ActOf<'allocate'>>()({
    kind: z.literal('allocate'),
    payer: personKey,
    amountFen: fen.min(0),
  }),
  set_quota: request<ActOf<'set_quota'>>()({ kind: z.literal('set_quota'), request: quotaRequest }),
} as const satisfies { readonly [K in PortalAct['kind']]: z.ZodType<ActOf<K>> };

type ActSchema = (typeof ACTS)[keyof typeof ACTS];
export const portalAct: z.ZodType<PortalAct> = z
  .discriminatedUnion('kind', Object.values(ACTS) as [ActSchema, ...ActSchema[]])
  .register(NAMED, { id: 'PortalAct' });

/** Travels as the header `Idempotency-Key`. An office answers a key always as it did the first time. */
export const idempotencyKey = z
  .string()
  .regex(/^[\w.:@-]{1,200}$/u, 'letters, digits and . : @ - _, 200 at most')
  .register(NAMED, { id: 'IdempotencyKey' });

// === Answers

export const refusal = answer<Refusal>()({
  refused: z.enum(REFUSAL_CODES),
  cause: z.enum(CAUSES).exactOptional(),
}).register(NAMED, { id: 'Refusal', description: 'Why a rule forbids it; nothing was done.' });

const applicationView = answer<ApplicationView>()({
  applicationNo: number,
  kind: z.enum(APPLICATION_KINDS),
  state,
  bindingNo: number.exactOptional(),
  reason: z.string().exactOptional(),
  materials: z.array(z.string()).exactOptional(),
  submittedAt: instant,
  updatedAt: instant,
}).register(NAMED, { id: 'ApplicationView' });

const moneyAfter = answer<MoneyAfter>()({
  balanceFen: fen,
  usableFen: fen,
  poolFen: fen.exactOptional(),
  quotaFen: fen.exactOptional(),
}).register(NAMED, { id: 'MoneyAfter' });

export type ActDone = Extract<ActResult, { readonly done: true }>;
export const actDone = answer<ActDone>()({
  done: z.literal(true),
  application: applicationView,
  endedBindings: z.array(number).exactOptional(),
  money: moneyAfter.exactOptional(),
}).register(NAMED, { id: 'ActDone' });

const enrollment = answer<Enrollment>()({
  scheme: z.enum(['employee', 'resident', 'none']),
  region,
  standing: z.enum(['normal', 'paused', 'arrears', 'ended']),
}).register(NAMED, { id: 'Enrollment' });

const account = answer<Account>()({
  balanceFen: fen,
  pastYearsFen: fen.exactOptional(),
  quotaFen: fen.exactOptional(),
  poolFen: fen.exactOptional(),
  state: z.enum(['normal', 'frozen']),
}).register(NAMED, { id: 'Account' });

const bindingView = answer<BindingView>()({
  bindingNo: number,
  role,
  otherName: z.string(),
  relation,
  state,
  since: day.exactOptional(),
  until: day.exactOptional(),
  orderNo: z.int().exactOptional(),
}).register(NAMED, { id: 'BindingView' });

const invitationView = answer<InvitationView>()({
  invitationNo: number,
  payerName: z.string(),
  relation,
  askedOn: day,
  expiresOn: day,
}).register(NAMED, { id: 'InvitationView' });

const spendingView = answer<SpendingView>()({
  on: day,
  place: z.string(),
  patientName: z.string(),
  totalFen: fen,
  fundFen: fen,
  ownAccountFen: fen,
  sharedFen: fen,
  cashFen: fen,
}).register(NAMED, { id: 'SpendingView' });

const premiumView = answer<PremiumView>()({
  bindingNo: number,
  otherName: z.string(),
  relation,
  state: z.enum(PREMIUM_STATES),
  year: year.exactOptional(),
  amountFen: fen.exactOptional(),
  opens: day.exactOptional(),
  closes: day.exactOptional(),
}).register(NAMED, { id: 'PremiumView' });

const refundView = answer<RefundView>()({
  on: day,
  amountFen: fen,
  state: z.enum(['done', 'under_way']),
  to: role,
}).register(NAMED, { id: 'RefundView' });

export const CHANGE_KINDS = [
  'application.changed',
  'invitation.sent',
  'invitation.answered',
  'invitation.lapsed',
  'binding.ended',
  'account.credited',
] as const satisfies readonly PortalChange['kind'][];

export const portalChange = answer<PortalChange>()({
  seq: z.int().positive(),
  at: instant,
  kind: z.enum(CHANGE_KINDS),
  applicationNo: number.exactOptional(),
  bindingNo: number.exactOptional(),
  invitationNo: number.exactOptional(),
  state: state.exactOptional(),
  reason: z.string().exactOptional(),
  materials: z.array(z.string()).exactOptional(),
  by: role.exactOptional(),
  persons: z.array(
    answer<PortalChange['persons'][number]>()({
      digest: z
        .string()
        .describe('SHA-256, in hexadecimal, of documentType, a colon and the number in capitals'),
      role,
    }),
  ),
}).register(NAMED, { id: 'PortalChange' });

// === Bodies, one of each for every method of the contract that asks the office something

export type OperationId = Exclude<keyof Portal, 'id' | 'onChange' | 'stop'>;

const aboutPerson = z.strictObject({ person: personKey }).register(NAMED, { id: 'AboutPerson' });

export const REQUESTS = {
  act: z.strictObject({ act: portalAct }).register(NAMED, { id: 'ActRequest' }),
  outcomeOf: z.strictObject({ key: idempotencyKey }).register(NAMED, { id: 'OutcomeRequest' }),
  person: aboutPerson,
  bindings: aboutPerson,
  invitations: aboutPerson,
  applications: aboutPerson,
  spending: aboutPerson,
  refunds: aboutPerson,
  premiums: aboutPerson,
  recordFacts: z
    .strictObject({ person: personKey, relation: relation.exactOptional(), region: region.exactOptional() })
    .register(NAMED, { id: 'RecordFactsRequest' }),
  changes: z
    .strictObject({ after: z.int().min(0), limit: z.int().min(1).max(MAX_CHANGES) })
    .register(NAMED, { id: 'ChangesRequest' }),
} as const satisfies { readonly [O in OperationId]: z.ZodType };
export type RequestOf<O extends OperationId> = z.input<(typeof REQUESTS)[O]>;

const listOf = <T extends z.ZodType>(item: T, id: string) =>
  z.object({ items: z.array(item) }).register(NAMED, { id });

export const ANSWERS = {
  act: actDone,
  outcomeOf: z
    .discriminatedUnion('state', [
      z.object({ state: z.literal('unknown') }).describe('The office never saw this key.'),
      z.object({ state: z.literal('in_progress') }).describe('It is being done right now; ask again.'),
      z.object({ state: z.literal('done'), result: actDone }),
      z.object({ state: z.literal('refused'), result: refusal }),
    ])
    .register(NAMED, { id: 'Outcome' }),
  person: z
    .object({ enrollments: z.array(enrollment), account: account.exactOptional() })
    .register(NAMED, { id: 'Person' }),
  bindings: listOf(bindingView, 'BindingList'),
  invitations: listOf(invitationView, 'InvitationList'),
  applications: listOf(applicationView, 'ApplicationList'),
  spending: listOf(spendingView, 'SpendingList'),
  refunds: listOf(refundView, 'RefundList'),
  premiums: listOf(premiumView, 'PremiumList'),
  recordFacts: z
    .object({
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      at: instant,
    })
    .register(NAMED, { id: 'RecordFacts' }),
  changes: listOf(portalChange, 'ChangeList'),
} as const satisfies { readonly [O in OperationId]: z.ZodType };
