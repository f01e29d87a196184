/** Dates, grades and the parts that every dated piece of knowledge shares. */
import { z } from 'zod';

export const daySchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day as YYYY-MM-DD')
  .refine(exists, 'a day that exists');

/** `Date` takes 30 February for 1 March, so the day has to come back as it went in. */
function exists(day: string): boolean {
  const instant = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(day);
}

/** A government, B press, M copy of one of these, C summary, D content farm, P program code. */
export const gradeSchema = z.enum(['A', 'B', 'M', 'C', 'D', 'P']);
export type Grade = z.infer<typeof gradeSchema>;

/** Only these may stand behind what a citizen is told as current. */
export const PUBLISHABLE: ReadonlySet<Grade> = new Set(['A', 'B', 'M']);

export const statusSchema = z.enum(['current', 'superseded', 'unverified', 'disputed']);
export type Status = z.infer<typeof statusSchema>;

/**
 * `from` is the first day the value holds, `until` the first day it no longer does. Values of one
 * rule in one region follow each other without gap or overlap.
 */
export const datedShape = {
  from: daySchema,
  until: daySchema.optional(),
  source: z.string().min(1),
  checked: daySchema,
  status: statusSchema.default('current'),
  note: z.string().optional(),
};
