/** What flows that move money read from their slots and from the account that was looked up. All in fen. */
import type { JsonObject } from '../src/domain/json.ts';
import type { FlowContext } from './flow.ts';
import { type Guarded, listOf } from './machine.ts';

/** The account as the office showed it; undefined when the person has none, or nobody has looked. */
export function accountIn({ data }: FlowContext): JsonObject | undefined {
  return listOf(data, 'items')[0];
}

/** The balance without what is set aside already. */
export function freeFen(context: FlowContext): number {
  const { balanceFen = 0, quotaFen = 0, poolFen = 0 } = accountIn(context) ?? {};
  return Number(balanceFen) - Number(quotaFen) - Number(poolFen);
}

export function sumOf({ slots }: FlowContext): number {
  return Number(slots.amount ?? 0);
}

/** The answer is a sum that can be moved. */
export function isSum({ event }: Guarded): boolean {
  return isWhole(event, 1);
}

/** The same, or nothing at all. */
export function isSumOrNone({ event }: Guarded): boolean {
  return isWhole(event, 0);
}

function isWhole(event: Guarded['event'], least: number): boolean {
  if (event.type !== 'provide') return false;
  const { amount } = event.slots;
  return typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= least;
}
