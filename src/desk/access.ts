/** Who may do what. A lead may do whatever a clerk may, also in the cases of others. */
import type { Refusal, Staff } from '../contracts/desk.ts';
import type { CaseRow } from '../contracts/desk-store.ts';

export const isLead = ({ roles }: Staff): boolean => roles.includes('lead');
export const mayAct = ({ roles }: Staff): boolean => roles.includes('clerk') || roles.includes('lead');

export const FORBIDDEN: Refusal = { ok: false, reason: 'forbidden' };

export const badInput = (field: string): Refusal => ({ ok: false, reason: 'bad_input', field });

/** What stands in the way of an act by somebody on a case as it really is. */
export function refusalOf(
  row: CaseRow | undefined,
  by: Staff,
  wants: { readonly isClosed: boolean },
): Refusal {
  if (row === undefined) return { ok: false, reason: 'unknown_case' };
  if ((row.closedAt !== undefined) !== wants.isClosed) {
    return { ok: false, reason: wants.isClosed ? 'not_closed' : 'closed' };
  }
  if (row.owner === undefined) return { ok: false, reason: 'unclaimed' };
  if (row.owner.id !== by.id) return { ok: false, reason: 'owned', owner: row.owner };
  return FORBIDDEN;
}
