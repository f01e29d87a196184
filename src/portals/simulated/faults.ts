/**
 * Faults the office can be told to have, to see what happens to us. Each holds for one kind of act or
 * query (or `any`), a number of times, and is kept in the file so that a restart does not heal it.
 */
import { z } from 'zod';
import type { RefusalCode } from '../../contracts/portal.ts';
import type { Database } from './database.ts';
import { REFUSAL_CODES } from './refusals.ts';

export const ACT_KINDS = [
  'bind',
  'answer_invitation',
  'unbind',
  'close',
  'set_order',
  'pay_premium',
  'allocate',
  'set_quota',
] as const;
export const QUERY_KINDS = [
  'outcome',
  'person',
  'bindings',
  'invitations',
  'applications',
  'spending',
  'refunds',
  'premiums',
  'record_facts',
  'changes',
] as const;
export type FaultTarget = (typeof ACT_KINDS)[number] | (typeof QUERY_KINDS)[number] | 'any';

const on = z.enum([...ACT_KINDS, ...QUERY_KINDS, 'any']);
const times = z.number().int().min(1).max(1000).default(1);

export const faultSchema = z.discriminatedUnion('how', [
  /** The call fails and nothing was done. */
  z.strictObject({ how: z.literal('timeout_before'), on, times }),
  /** The work is done, but the answer is lost. */
  z.strictObject({ how: z.literal('timeout_after'), on, times }),
  /** The act is refused whatever the rules say. */
  z.strictObject({
    how: z.literal('refuse'),
    on: z.enum([...ACT_KINDS, 'any']),
    times,
    code: z.enum(REFUSAL_CODES),
  }),
  z.strictObject({ how: z.literal('slow'), on, times, ms: z.number().int().min(1).max(600_000) }),
  /** Changes made by such an act, or read by `changes`, are delivered twice. */
  z.strictObject({ how: z.literal('duplicate'), on: z.enum([...ACT_KINDS, 'changes', 'any']), times }),
]);
export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** Adds a fault behind those already waiting for the same target. */
export function addFault(db: Database, fault: Fault): void {
  db.insert('faults', { target: fault.on, body: JSON.stringify(fault), timesLeft: fault.times });
}

/** The oldest fault that holds for the target, used up by one; undefined when all is well. */
export function takeFault(db: Database, target: FaultTarget): Fault | undefined {
  const row = db.get<{ id: number; body: string }>(
    'select id, body from faults where target in (?, ?) and timesLeft > 0 order by id limit 1',
    target,
    'any',
  );
  if (row === undefined) return undefined;
  const fault = JSON.parse(row.body) as Fault;
  if (!applies(fault, target)) return undefined;
  db.run('update faults set timesLeft = timesLeft - 1 where id = ?', row.id);
  return fault;
}

export function refusalOf(fault: Fault | undefined): RefusalCode | undefined {
  return fault?.how === 'refuse' ? fault.code : undefined;
}

/** A refusal or a duplicate meant for `any` means acts; queries pass by. */
function applies(fault: Fault, target: FaultTarget): boolean {
  const isAct = ACT_KINDS.some((kind) => kind === target);
  return isAct || fault.how.startsWith('timeout') || fault.how === 'slow' || fault.on === target;
}
