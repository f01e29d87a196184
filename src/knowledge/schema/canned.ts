/** `knowledge/canned/<id>.yaml`: words a clerk may use as they are. Offered to staff, never said by the bot. */
import { z } from 'zod';
import { CAUSES, INTENTS, SYMPTOMS } from '../../domain/taxonomy.ts';
import { daySchema, statusSchema } from './dated.ts';

export const cannedSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  /** Offered when one of these is what the citizen is about. */
  when: z
    .strictObject({
      intents: z.array(z.enum(INTENTS)).default([]),
      causes: z.array(z.enum(CAUSES)).default([]),
      symptoms: z.array(z.enum(SYMPTOMS)).default([]),
    })
    .refine(
      ({ intents, causes, symptoms }) => intents.length + causes.length + symptoms.length > 0,
      'name at least one intent, cause or symptom, or it is never offered',
    ),
  /** Where it holds; `000000` means the whole country. */
  regions: z.array(z.string().regex(/^\d{6}$/)).min(1),
  text: z.string().trim().min(1),
  /** Answers it is a short form of: with any of them withdrawn or out of date, it is not offered either. */
  rests_on: z.array(z.string()).default([]),
  sources: z.array(z.string()).min(1),
  valid_from: daySchema,
  valid_until: daySchema.optional(),
  reviewed_on: daySchema,
  /** From this day on it is not offered until somebody has read it again. */
  review_due: daySchema,
  status: statusSchema.default('current'),
});
export type CannedEntry = z.infer<typeof cannedSchema>;
