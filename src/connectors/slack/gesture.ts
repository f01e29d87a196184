/**
 * What a person did in Slack, reduced to what we use. This is also the shape of the stored row, so a
 * change of it must still read rows of yesterday: `format` says which shape a row has.
 */
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { ACTIONS, SHORTCUTS, VIEWS } from './names.ts';

const FORMAT = 1;

const person = z.object({ id: z.string(), name: z.string().optional() });
const where = z.object({ channel: z.string(), thread: z.string().optional() });

const gesture = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    by: person,
    text: z.string(),
    trigger: z.string(),
    respond: z.string(),
  }),
  z.object({
    kind: z.literal('press'),
    by: person,
    action: z.enum(ACTIONS),
    value: z.string(),
    trigger: z.string(),
    at: where.optional(),
    message: z.string().optional(),
  }),
  z.object({
    kind: z.literal('submit'),
    by: person,
    view: z.enum(VIEWS),
    viewId: z.string(),
    metadata: z.string(),
    values: z.record(z.string(), z.string()),
  }),
  z.object({
    kind: z.literal('shortcut'),
    by: person,
    shortcut: z.enum(SHORTCUTS.map(({ callback_id }) => callback_id)),
    trigger: z.string(),
    text: z.string().optional(),
  }),
  z.object({
    kind: z.literal('note'),
    by: person,
    at: where.required(),
    ts: z.string(),
    text: z.string(),
    edited: z.boolean(),
  }),
  z.object({ kind: z.literal('home'), by: person }),
]);

export type Gesture = z.output<typeof gesture>;
export type GestureOf<K extends Gesture['kind']> = Extract<Gesture, { readonly kind: K }>;

export function toRow(given: Gesture): JsonObject {
  return { format: FORMAT, ...given } as JsonObject;
}

/** Undefined for a row nobody can read any more. */
export function fromRow(payload: JsonObject): Gesture | undefined {
  if (payload.format !== FORMAT) return undefined;
  return gesture.safeParse(payload).data;
}
