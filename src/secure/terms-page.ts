/**
 * The pages on which a payment or an invitation is read at leisure and answered. What they showed goes back with
 * the answer, so that a yes counts for nothing else.
 */
import type { Slots } from '../domain/conversation.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Refusal, refuse, textOf } from './fields.ts';

export type TermsPurpose = 'premium' | 'invitation';

/** What is shown, line by line: the id of the words, and the value in its one form. */
export interface TermsRow {
  readonly label: string;
  readonly value: string;
}

const KEPT: { readonly [purpose in TermsPurpose]: readonly string[] } = {
  premium: ['bindingNo', 'year', 'amountFen'],
  invitation: ['invitationNo'],
};

/** @param relation how the relation of the context is called in words */
export function rowsOf(purpose: TermsPurpose, context: JsonObject, relation: string): readonly TermsRow[] {
  const { otherName, payerName, year, amountFen, balanceFen, closes, expiresOn } = context;
  const given: readonly (readonly [string, string])[] =
    purpose === 'premium'
      ? [
          ['for', `${textOf(otherName)}（${relation}）`],
          ['what', textOf(year)],
          ['amount', yuan(amountFen)],
          ['balance', yuan(balanceFen)],
          ['closes', textOf(closes).slice(0, 10)],
        ]
      : [
          ['from', textOf(payerName)],
          ['expires', textOf(expiresOn).slice(0, 10)],
        ];
  return given.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

export function readTerms(
  purpose: TermsPurpose,
  fields: JsonObject,
  context: JsonObject,
): { readonly kind: 'filled'; readonly slots: Slots; readonly answer: 'yes' | 'no' } | Refusal {
  const { answer } = fields;
  if (answer !== 'yes' && answer !== 'no') return refuse('answer', 'secure.error.answer_missing');
  // Only a yes does something; a no needs no reading.
  if (answer === 'yes' && fields.agreed !== true) return refuse('agreed', 'secure.error.terms_unread');
  const kept = Object.entries(context).filter(([name]) => KEPT[purpose].includes(name));
  return { kind: 'filled', answer, slots: { ...Object.fromEntries(kept), answer } };
}

function yuan(fen: unknown): string {
  return typeof fen === 'number' ? `${(fen / 100).toFixed(2).replace(/\.00$/u, '')} 元` : '';
}
