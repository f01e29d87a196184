/** Fields as a page or a script sent them, and what is wrong with them. */
import type { Json } from '../domain/json.ts';
import type { Fault } from './documents.ts';

export interface FieldFault extends Fault {
  readonly field: string;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly faults: readonly FieldFault[];
}

export function refuse(field: string, reply: string): Refusal {
  return { kind: 'refused', faults: [{ field, reply }] };
}

/** A field as text; whatever is no text counts as not given. */
export function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : '';
}
