/** What the words of a wish fill in by themselves, for flows that say so in `takes`. */
import type { Flow } from '../../flows/flow.ts';
import type { Slots } from '../domain/conversation.ts';
import type { Understanding } from '../domain/understanding.ts';

/** A number of the office, as relatives pass it on: two letters, a day, five signs. */
const OFFICE_NUMBER = /(?<![A-Za-z0-9])[A-Z]{2}\d{6}-[0-9A-Z]{5}(?![A-Za-z0-9])/iu;

/**
 * The words without the number of an invitation, which means nothing to understanding, and that number.
 * A number alone is what somebody sends who was told to pass it on.
 */
export function withoutNumber(text: string): { readonly words: string; readonly number?: string } {
  const number = OFFICE_NUMBER.exec(text)?.[0];
  if (number === undefined) return { words: text };
  const words = text.replace(number, ' ').trim();
  return { words, number: number.toUpperCase() };
}

export interface Said {
  readonly understanding: Understanding | undefined;
  readonly number: string | undefined;
}

export function saidInPassing({ takes = [] }: Flow, { understanding, number }: Said): Slots {
  const amount =
    takes.includes('amount') && understanding !== undefined ? amountIn(understanding) : undefined;
  return {
    ...(amount === undefined ? {} : { amount }),
    ...(takes.includes('invitationNo') && number !== undefined ? { invitationNo: number } : {}),
  };
}

/** The only sum that was named; two leave it open. */
function amountIn({ entities }: Understanding): number | undefined {
  const sums = entities.filter(({ type }) => type === 'amount').map(({ value }) => value);
  const [only] = sums;
  return sums.length === 1 && typeof only === 'number' && only > 0 ? only : undefined;
}
