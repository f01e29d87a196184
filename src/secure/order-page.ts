/** The page on which somebody puts those in order who pay for them. It shows masked names and hands back places. */
import type { Slots } from '../domain/conversation.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type Refusal, refuse, textOf } from './fields.ts';

/** One who pays, as the link's context holds them. */
export interface PayerInOrder {
  readonly bindingNo: string;
  readonly name: string;
  readonly relation: string;
}

export function payersOf(context: JsonObject): readonly PayerInOrder[] {
  const before: Json | undefined = context.before;
  const payers = (Array.isArray(before) ? before : []).map((item) => {
    const { bindingNo, otherName, relation } = item as JsonObject;
    return { bindingNo: textOf(bindingNo), name: textOf(otherName), relation: textOf(relation) };
  });
  const looks = Map.groupBy(payers, ({ name, relation }) => `${name} ${relation}`);
  return payers.map((payer) => {
    const { name, relation, bindingNo } = payer;
    // Masked, two children of one family name are the same: then the number of the binding tells them apart.
    const isAlone = looks.get(`${name} ${relation}`)?.length === 1;
    return isAlone ? payer : { ...payer, name: `${name}（绑定编号尾号 ${bindingNo.slice(-TAIL)}）` };
  });
}

const TAIL = 4;
const PLACES = /^\d{1,3}(?:,\d{1,3})*$/u;

/** Places as `2,0,1`: the third goes first. Every one of them exactly once. */
export function readOrder(
  fields: JsonObject,
  payers: readonly PayerInOrder[],
): { readonly kind: 'filled'; readonly slots: Slots; readonly first: string } | Refusal {
  const given = textOf(fields.order);
  const places = PLACES.test(given) ? given.split(',').map(Number) : [];
  const order = places.flatMap((place) => payers.slice(place, place + 1));
  const isWhole = places.length === payers.length && new Set(order).size === payers.length;
  const [first] = order;
  if (!isWhole || first === undefined) return refuse('order', 'secure.error.order_form');
  const slots = { first: first.bindingNo, order: order.map(({ bindingNo }) => bindingNo) };
  return { kind: 'filled', slots, first: first.name };
}
