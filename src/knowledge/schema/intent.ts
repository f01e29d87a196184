/** `knowledge/intents/<id>.yaml`: what an intent means, where it leads, and how people say it. */
import { z } from 'zod';
import { INTENTS } from '../../domain/taxonomy.ts';

export const intentSchema = z.strictObject({
  id: z.enum(INTENTS),
  description: z.string().min(1),
  /** Plain words for a button of an ask-back. */
  label: z.string().min(1).max(20),
  leads_to: z.enum(['answer', 'task', 'diagnose', 'chat', 'out_of_scope']),
  /** Flow that a task intent starts, with slots it implies. */
  flow: z.string().optional(),
  /** Intent whose answer is given while a task has no flow yet. */
  answer_with: z.enum(INTENTS).optional(),
  slots: z.record(z.string(), z.string()).optional(),
  examples: z.array(z.string().min(1)).min(12),
});
export type IntentEntry = z.infer<typeof intentSchema>;
