/** `knowledge/causes/<id>.yaml`: a reason why something fails. (Owned with `src/diagnosis`.) */
import { z } from 'zod';
import { CAUSES } from '../../domain/taxonomy.ts';

export const causeSchema = z.looseObject({ id: z.enum(CAUSES), title: z.string().min(1) });
export type CauseEntry = z.infer<typeof causeSchema>;
