/**
 * What the office, the tax office, a hospital or a relative in the province's own app does by itself.
 * `docs/fixtures.md` shows each event with an example.
 */
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { comeIntoForce, decide } from './bind.ts';
import { type Desk, endBinding, moveBinding } from './desk.ts';
import { addFault, faultSchema } from './faults.ts';
import { enrolmentSchema, fixtureDay, issueLines, resolveDay, settlementShape } from './fixture.ts';
import { catchUp, lapse } from './life.ts';
import { credit, payPremium, settle } from './money.ts';
import { confirmPayment, refusePayment, waitingPayment } from './premium.ts';
import { personById } from './records.ts';
import type { BindingRow, EnrolmentRow } from './rows.ts';
import { isLive, isPending, LIVE } from './states.ts';

const person = z.string().min(1);

/** The application meant: by its number, or by the persons; the newest that fits when several do. */
const which = { application: z.string().optional(), payer: person.optional(), dependent: person.optional() };

export const eventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('approve'), ...which }),
  z.strictObject({
    event: z.literal('reject'),
    ...which,
    reason: z.string().min(1),
    materials: z.array(z.string().min(1)).optional(),
  }),
  z.strictObject({ event: z.literal('accept_invitation'), ...which }),
  z.strictObject({ event: z.literal('decline_invitation'), ...which }),
  z.strictObject({ event: z.literal('expire_invitation'), ...which }),
  z.strictObject({
    event: z.literal('end_binding'),
    ...which,
    reason: z.enum(['remove', 'exit', 'close', 'period', 'move', 'suspension', 'end_of_insurance', 'death']),
  }),
  z.strictObject({ event: z.literal('enrol'), person, ...enrolmentSchema.shape }),
  z.strictObject({ event: z.literal('activate_ecert'), person }),
  z.strictObject({ event: z.literal('credit'), person, amountFen: z.number().int().positive() }),
  z.strictObject({
    event: z.literal('pay_premium'),
    person,
    year: z.number().int(),
    by: z.string().min(1),
  }),
  z.strictObject({ event: z.literal('tax_confirms'), person }),
  z.strictObject({ event: z.literal('tax_refuses'), person }),
  z.strictObject({ event: z.literal('open_wallet'), person }),
  z.strictObject({ event: z.literal('settle'), ...settlementShape, on: fixtureDay.default('today') }),
  z.strictObject({
    event: z.literal('refund'),
    person,
    amountFen: z.number().int().positive(),
    to: z.enum(['payer', 'dependent']).default('payer'),
    state: z.enum(['done', 'under_way']).default('done'),
  }),
  z.strictObject({ event: z.literal('fault'), fault: faultSchema }),
  z.strictObject({ event: z.literal('day_break') }),
]);
export type OfficeEvent = z.output<typeof eventSchema>;
export type OfficeEventInput = z.input<typeof eventSchema>;

/** An event from JSON; throws one `AppError` with every problem. */
export function parseEvent(value: unknown): OfficeEvent {
  const parsed = eventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = issueLines(parsed.error).join('\n');
  throw new AppError('bad_input', `No event of the office (see docs/fixtures.md):\n${problems}`);
}

type EventOf<Name extends OfficeEvent['event']> = OfficeEvent & { readonly event: Name };

const HANDLERS: { readonly [Name in OfficeEvent['event']]: (desk: Desk, event: EventOf<Name>) => void } = {
  approve: (desk, event) => comeIntoForce(desk, find(desk, event, waitsForReview)),
  reject: (desk, event) => {
    const { reason, materials } = event;
    const move = { to: 'REJECTED' as const, reason, ...(materials === undefined ? {} : { materials }) };
    moveBinding(desk, find(desk, event, waitsForReview), move);
  },
  accept_invitation: (desk, event) => decide(desk, find(desk, event, waitsForConsent), 'accepted'),
  decline_invitation: (desk, event) => decide(desk, find(desk, event, waitsForConsent), 'declined'),
  expire_invitation: (desk, event) => lapse(desk, find(desk, event, waitsForConsent)),
  end_binding: (desk, event) => endBinding(desk, find(desk, event, isInForce), event.reason),
  enrol,
  activate_ecert: (desk, { person }) =>
    desk.db.run('update people set ecertActive = 1 where id = ?', known(desk, person)),
  credit: (desk, event) => credit(desk, known(desk, event.person), event.amountFen),
  pay_premium: (desk, event) => payPremium(desk, { ...event, person: known(desk, event.person) }),
  tax_confirms: (desk, event) => confirmPayment(desk, waitingPayment(desk, known(desk, event.person))),
  tax_refuses: (desk, event) => refusePayment(desk, waitingPayment(desk, known(desk, event.person))),
  open_wallet: (desk, event) =>
    desk.db.run(
      'update people set walletOpen = 1, walletRegionOpen = 1 where id = ?',
      known(desk, event.person),
    ),
  settle: (desk, event) =>
    settle(desk, { ...event, patient: known(desk, event.patient), on: resolveDay(event.on, desk.today) }),
  refund,
  fault: (desk, event) => addFault(desk.db, event.fault),
  day_break: (desk) => catchUp(desk),
};

export function happen(desk: Desk, event: OfficeEvent): void {
  const handle = HANDLERS[event.event] as (desk: Desk, event: OfficeEvent) => void;
  handle(desk, event);
}

type Which = { application?: string | undefined; payer?: string | undefined; dependent?: string | undefined };

const waitsForReview = (binding: BindingRow): boolean => binding.state === 'PENDING_REVIEW';
const isInForce = ({ state }: BindingRow): boolean => isLive(state) && !isPending(state);
const waitsForConsent = (binding: BindingRow): boolean => binding.state === 'PENDING_CONFIRM';

function find(desk: Desk, which: Which, fits: (binding: BindingRow) => boolean): BindingRow {
  const states = LIVE.map((state) => `'${state}'`).join(', ');
  const live = desk.db.all<BindingRow>(
    `select * from bindings where state in (${states}) order by rowid desc`,
  );
  const found = live.find(
    (binding) =>
      fits(binding) &&
      (which.application === undefined || which.application === binding.applicationNo) &&
      (which.payer === undefined || which.payer === binding.payer) &&
      (which.dependent === undefined || which.dependent === binding.dependent),
  );
  if (found === undefined) {
    throw new AppError('bad_input', `No application in the right state fits ${JSON.stringify(which)}`);
  }
  return found;
}

function known(desk: Desk, id: string): string {
  if (personById(desk.db, id) === undefined) {
    throw new AppError('bad_input', `Nobody at the office has the id "${id}"; see people in the fixture`);
  }
  return id;
}

function refund(desk: Desk, event: EventOf<'refund'>): void {
  const holder = known(desk, event.person);
  const { amountFen, state } = event;
  desk.db.insert('refunds', { person: holder, day: desk.today, amountFen, state, target: event.to });
  if (state === 'done') {
    desk.db.run('update accounts set balanceFen = balanceFen + ? where person = ?', amountFen, holder);
  }
}

/** Replaces the person's enrolment of that scheme, with what the change does to relations as payer. */
function enrol(desk: Desk, event: EventOf<'enrol'>): void {
  const { event: _, person: id, ...enrolment } = event;
  known(desk, id);
  const before = desk.db.get<EnrolmentRow>(
    'select * from enrolments where person = ? and scheme = ?',
    id,
    enrolment.scheme,
  );
  desk.db.run('delete from enrolments where person = ? and scheme = ?', id, enrolment.scheme);
  desk.db.insert('enrolments', { person: id, ...enrolment });
  if (before?.scheme === 'employee') followPayer(desk, before, { person: id, ...enrolment });
}

function followPayer(desk: Desk, before: EnrolmentRow, after: EnrolmentRow): void {
  const bindings = desk.db.all<BindingRow>(
    "select * from bindings where payer = ? and state in ('ACTIVE', 'NOT_YET_EFFECTIVE', 'SUSPENDED')",
    after.person,
  );
  for (const binding of bindings) {
    const ends = desk.rules.rule('ends_on', binding.region, desk.today) ?? [];
    const suspension = desk.rules.rule('suspension_effect', binding.region, desk.today);
    if (before.region !== after.region && ends.includes('move')) endBinding(desk, binding, 'move');
    else if (after.standing === 'ended' && ends.includes('end_of_insurance')) {
      endBinding(desk, binding, 'end_of_insurance');
    } else if (after.standing === 'normal') resume(desk, binding);
    else if (suspension === 'ends') endBinding(desk, binding, 'suspension');
    else if (suspension === 'pauses' && binding.state !== 'SUSPENDED') {
      moveBinding(desk, binding, { to: 'SUSPENDED', reason: 'suspension' });
    }
  }
}

function resume(desk: Desk, binding: BindingRow): void {
  if (binding.state === 'SUSPENDED') moveBinding(desk, binding, { to: 'ACTIVE' });
}
