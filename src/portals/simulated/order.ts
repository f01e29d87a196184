/**
 * The order in which payers' accounts are charged for one relative. It is the relative who sets it, where
 * the rules of the relation's region say so; a relation is charged by its place in the list.
 */
import type { ActResult, PersonKey, Refusal } from '../../contracts/portal.ts';
import { recordApplication } from './bind.ts';
import { type Desk, firstRefusal } from './desk.ts';
import { findPerson, liveBindingsOfDependent } from './records.ts';
import { isRefusal, refuse } from './refusals.ts';
import type { BindingRow } from './rows.ts';

/** Fewer payers have no order. */
const FEWEST = 2;

export function setOrder(
  desk: Desk,
  wish: { readonly actor: PersonKey; readonly bindingNos: readonly string[] },
): ActResult {
  const person = findPerson(desk.db, wish.actor);
  if (isRefusal(person)) return person;
  const own = liveBindingsOfDependent(desk.db, person.id);
  const refusal = firstRefusal(desk, [
    ['relations', () => (own.length < FEWEST ? refuse('not_found') : undefined)],
    ['owner', () => (wish.bindingNos.every((no) => isIn(own, no)) ? undefined : refuse('not_yours'))],
    // A relation begun or ended since the list was shown: nobody confirmed an order with or without it.
    ['whole_list', () => (isWhole(own, wish.bindingNos) ? undefined : refuse('too_late'))],
    ['rules', () => forbids(desk, own)],
  ]);
  if (refusal !== undefined) return refusal;
  for (const [index, no] of wish.bindingNos.entries()) {
    desk.db.run('update bindings set orderNo = ? where no = ?', index + 1, no);
  }
  const first = own[0] as BindingRow;
  const application = recordApplication(desk, {
    kind: 'order',
    applicant: person.id,
    payer: first.payer,
    dependent: person.id,
    region: first.region,
    state: 'DONE',
  });
  return { done: true, application };
}

function isIn(own: readonly BindingRow[], no: string): boolean {
  return own.some((binding) => binding.no === no);
}

function isWhole(own: readonly BindingRow[], nos: readonly string[]): boolean {
  return nos.length === own.length && new Set(nos).size === own.length;
}

function forbids(desk: Desk, own: readonly BindingRow[]): Refusal | undefined {
  const mayBeSet = own.every(({ region }) => {
    const kind = desk.rules.rule('order_rule', region, desk.today);
    const by = desk.rules.rule('order_set_by', region, desk.today);
    return (kind === 'order_page' || kind === 'set_at_binding') && by === 'dependent';
  });
  return mayBeSet ? undefined : refuse('unsupported_here');
}
