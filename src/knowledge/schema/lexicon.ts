/**
 * `knowledge/lexicon/*.yaml`: the words people use for relations, platforms, places, concepts,
 * symptoms and objects. Patterns are plain words or regular expressions in slashes.
 */
import { z } from 'zod';
import { RELATIONS } from '../../domain/insurance.ts';
import { CAUSES, SYMPTOMS } from '../../domain/taxonomy.ts';

const words = z.array(z.string().min(1)).min(1);

export const relationsFileSchema = z.record(
  z.enum(RELATIONS),
  z.strictObject({ label: z.string().min(1), words }),
);
export const platformsFileSchema = z.record(
  z.string(),
  z.strictObject({ label: z.string().min(1), words, region: z.string().optional() }),
);
export const conceptsFileSchema = z.record(z.string(), z.strictObject({ words }));
export const symptomsFileSchema = z.record(
  z.enum(SYMPTOMS),
  z.strictObject({ label: z.string().min(1), words, examples: words }),
);
export const causeWordsFileSchema = z.record(
  z.enum(CAUSES),
  z.strictObject({ words: z.array(z.string()).default([]), examples: words }),
);
/** Values of other slots, for instance objects of a query: `{object: {balance: [余额, …]}}`. */
export const objectsFileSchema = z.record(z.string(), z.record(z.string(), words));
/** Domain terms that a misspelling may be repaired to. */
export const termsFileSchema = words;
/** Sentences about other insurance or about nothing of ours, for the gate. */
export const negativesFileSchema = z.strictObject({ other_insurance: words, off_topic: words });

export interface Lexicon {
  readonly relations: z.infer<typeof relationsFileSchema>;
  readonly platforms: z.infer<typeof platformsFileSchema>;
  readonly concepts: z.infer<typeof conceptsFileSchema>;
  readonly symptoms: z.infer<typeof symptomsFileSchema>;
  readonly causes: Partial<z.infer<typeof causeWordsFileSchema>>;
  readonly objects: z.infer<typeof objectsFileSchema>;
  readonly terms: z.infer<typeof termsFileSchema>;
  readonly negatives: z.infer<typeof negativesFileSchema>;
}
