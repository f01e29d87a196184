/**
 * How answers are read: as the contract says, but an office that is ahead of us is not an error. Codes
 * of refusal we do not know lead to a person, kinds of change we do not know are passed over.
 */
import { z } from 'zod';
import type { ActResult, PortalChange } from '../../contracts/portal.ts';
import { AppError } from '../../errors.ts';
import { refusalFrom } from './problem.ts';
import { ANSWERS, actDone, CHANGE_KINDS, type OperationId, portalChange } from './schema.ts';

const anyRefusal = z.object({ refused: z.string(), cause: z.string().optional() }).transform(refusalFrom);

const foreignChange = z
  .object({ seq: z.int().positive(), kind: z.string() })
  .refine(({ kind }) => !CHANGE_KINDS.some((known) => known === kind));

export const READERS = {
  ...ANSWERS,
  outcomeOf: z.discriminatedUnion('state', [
    z.object({ state: z.literal('unknown') }),
    z.object({ state: z.literal('in_progress') }),
    z.object({ state: z.literal('done'), result: actDone }),
    z.object({ state: z.literal('refused'), result: anyRefusal }),
  ]),
  changes: z.object({ items: z.array(z.union([portalChange, foreignChange])) }),
} as const satisfies { readonly [O in OperationId]: z.ZodType };
export type ReadOf<O extends OperationId> = z.output<(typeof READERS)[O]>;

/** `unknown` only when the office says so in so many words: it is the licence to send an act again. */
export function outcomeFrom(outcome: ReadOf<'outcomeOf'>): ActResult | 'unknown' {
  if (outcome.state === 'unknown') return 'unknown';
  if (outcome.state !== 'in_progress') return outcome.result;
  throw new AppError('portal_timeout', 'The office is still at work on this key; ask again later');
}

type Change = ReadOf<'changes'>['items'][number];
type Page = (after: number, limit: number) => Promise<{ readonly items: readonly Change[] }>;

/** Half a million changes that mean nothing to us: then something else is wrong. */
const MAX_PAGES = 1_000;

/**
 * The next changes we understand. A page of nothing but foreign ones is passed over here, since the
 * reader's cursor would never get beyond it.
 */
export async function readChanges(
  page: Page,
  after: number,
  limit: number,
): Promise<readonly PortalChange[]> {
  let from = after;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const { items } = await page(from, limit);
    const known = items.filter(isKnown);
    if (known.length > 0 || items.length < limit) return known;
    from = items.at(-1)?.seq ?? from;
  }
  throw new AppError(
    'portal_unavailable',
    `The office has more than ${MAX_PAGES} pages of changes we do not know`,
  );
}

function isKnown(change: Change): change is PortalChange {
  return 'persons' in change;
}
