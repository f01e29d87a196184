/** `knowledge/sources.yaml`: every source once. */
import { z } from 'zod';
import { daySchema, gradeSchema } from './dated.ts';

export const sourceSchema = z.strictObject({
  title: z.string().min(1),
  publisher: z.string().min(1),
  /** Day of the document; absent when the page bears none. */
  date: daySchema.optional(),
  grade: gradeSchema,
  /** Only for grades A and B: copies (M) are cited by the document they copy, never by address. */
  url: z.url().optional(),
  supports: z.string().optional(),
  /** Day we last looked at it; stands in for `date` where the page bears none. */
  checked: daySchema,
});
export type Source = z.infer<typeof sourceSchema> & { readonly id: string };
export const sourcesFileSchema = z.record(z.string(), sourceSchema);
