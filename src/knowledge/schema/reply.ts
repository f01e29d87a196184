/**
 * `knowledge/replies/<flow>.yaml`: the words of prompts, confirmations and repairs.
 *
 * A text holds placeholders `{name}` or `{name|format}`; formats are listed in `dialog/render.ts`.
 * `again` are further wordings for a question that was not understood. There is one
 * wording for everybody: what an old person needs, short sentences and one thing a question, all words keep to.
 */
import { z } from 'zod';

export const replySchema = z.strictObject({
  text: z.string().min(1),
  again: z.array(z.string().min(1)).default([]),
  choices: z
    .array(z.strictObject({ value: z.string().min(1), label: z.string().min(1) }))
    .max(20)
    .default([]),
  sources: z.array(z.string()).default([]),
});
export type ReplyText = z.infer<typeof replySchema>;
export const repliesFileSchema = z.record(z.string(), replySchema);
