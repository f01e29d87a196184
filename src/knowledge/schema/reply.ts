/**
 * `knowledge/replies/<flow>.yaml`: the words of prompts, confirmations and repairs.
 *
 * A text holds placeholders `{name}` or `{name|format}`; formats are listed in `dialog/render.ts`.
 * `again` are further wordings for a question that was not understood; `elder` is the short one.
 */
import { z } from 'zod';

export const replySchema = z.strictObject({
  text: z.string().min(1),
  again: z.array(z.string().min(1)).default([]),
  elder: z.string().optional(),
  choices: z
    .array(z.strictObject({ value: z.string().min(1), label: z.string().min(1) }))
    .max(20)
    .default([]),
  sources: z.array(z.string()).default([]),
});
export type ReplyText = z.infer<typeof replySchema>;
export const repliesFileSchema = z.record(z.string(), replySchema);
