/** `knowledge/faq/<topic>/<id>.md`: front matter and the answer. */
import { z } from 'zod';
import { QUESTION_INTENTS } from '../../domain/taxonomy.ts';
import { daySchema, statusSchema } from './dated.ts';

export const faqSchema = z.strictObject({
  id: z.string().min(1),
  intent: z.enum(QUESTION_INTENTS),
  title: z.string().min(1),
  /** Where it holds; `000000` means the whole country. */
  regions: z.array(z.string().regex(/^\d{6}$/)).min(1),
  /** The entry is meant only when these are talked about; each list is "one of". */
  when: z
    .strictObject({
      platform: z.array(z.string()).optional(),
      relation: z.array(z.string()).optional(),
      object: z.array(z.string()).optional(),
      concept: z.array(z.string()).optional(),
      account_type: z.array(z.string()).optional(),
    })
    .default({}),
  sources: z.array(z.string()).min(1),
  valid_from: daySchema,
  valid_until: daySchema.optional(),
  reviewed_on: daySchema,
  review_due: daySchema,
  status: statusSchema.default('current'),
  /** Flow that may be offered after the answer. */
  follow_up: z.string().optional(),
  /** Ways to ask that must find this entry; never used to train. */
  questions: z.array(z.string().min(1)).min(1),
});
export type FaqEntry = z.infer<typeof faqSchema> & { readonly body: string };
