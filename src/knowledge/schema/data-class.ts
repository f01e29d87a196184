/** `knowledge/data-classes/<id>.yaml`: what is stored, why, how long, and who sees it. Citizens read these words. */
import { z } from 'zod';
import { DATA_CLASSES } from '../../domain/data-class.ts';

const words = z.string().min(1).max(200);

export const dataClassSchema = z.strictObject({
  id: z.enum(DATA_CLASSES),
  label: z.string().min(1).max(20),
  holds: words,
  /** What it is needed for. */
  why: words,
  /** Days after which a row goes; the longest is ten years, so that nothing is kept by a slip of the keyboard. */
  days: z.number().int().min(1).max(3650),
  counted_from: words,
  /** Why so long and not shorter. */
  reason: words,
  seen_by: words,
  /** What happens when the time is over. */
  afterwards: words,
  checked: z.string().regex(/^\d{4}-\d{2}-\d{2}$/u),
});
export type DataClass = z.infer<typeof dataClassSchema>;
