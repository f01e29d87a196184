/**
 * `knowledge/lexicon/*.yaml`: the words people use for relations, platforms, places, concepts,
 * symptoms and objects. Patterns are plain words or regular expressions in slashes.
 */
import { z } from 'zod';
import { RELATIONS } from '../../domain/insurance.ts';
import { CAUSES, SYMPTOMS } from '../../domain/taxonomy.ts';
import { REACTIONS } from '../../domain/understanding.ts';

const words = z.array(z.string().min(1)).min(1);

export const relationsFileSchema = z.record(
  z.enum(RELATIONS),
  z.strictObject({ label: z.string().min(1), words }),
);
export const platformsFileSchema = z.record(
  z.string(),
  z.strictObject({ label: z.string().min(1), words, region: z.string().optional() }),
);
/** `topic_only` concepts choose among answers and are no features of the classifiers. */
export const conceptsFileSchema = z.record(
  z.string(),
  z.strictObject({ topic_only: z.boolean().default(false), words }),
);
export const symptomsFileSchema = z.record(
  z.enum(SYMPTOMS),
  z.strictObject({ label: z.string().min(1), words, examples: words }),
);
export const causeWordsFileSchema = z.partialRecord(
  z.enum(CAUSES),
  z.strictObject({ words: z.array(z.string()).default([]), examples: words }),
);
/** Values of other slots, for instance objects of a query: `{object: {balance: [余额, …]}}`. */
export const objectsFileSchema = z.record(z.string(), z.record(z.string(), words));
/** Domain terms that a misspelling may be repaired to. */
export const termsFileSchema = words;
/** Sentences about other insurance or about nothing of ours, for the gate. */
export const negativesFileSchema = z.strictObject({ other_insurance: words, off_topic: words });

/** Places by names that the gazetteer does not give them; several codes when the name is ambiguous. */
export const placesFileSchema = z.strictObject({
  aliases: z.record(z.string(), z.union([z.string().regex(/^\d{6}$/), z.array(z.string().regex(/^\d{6}$/))])),
  /** Endings of official names that people leave out, as expressions. */
  endings: words,
  /** Ending of a county that is a town, the only kind of county called without its ending. */
  town_ending: z.string().min(1),
  /** Names of places that are ordinary words: only the full name counts. */
  never_bare: words,
});
/**
 * The grammar of short reactions, roles, dates and numbers. In role patterns `R` stands for a
 * mention of a relative and `G` for a place.
 */
export const patternsFileSchema = z.strictObject({
  /** The first pattern that fits wins; a reaction is read only in messages up to `longest` characters. */
  reactions: z.array(
    z.strictObject({ is: z.enum(REACTIONS), longest: z.number().int().positive().default(14), words }),
  ),
  question: words,
  roles: z.strictObject({ dependent: words, payer: words, self: words, other: words, too: words }),
  composition: z.strictObject({ links: z.array(z.string()), female: words }),
  /** Applied in order before dates are read; `{y-1}` year, `{m-1}` month with its year, `{w}` month in the past. */
  dates: z.array(z.strictObject({ find: z.string().min(1), say: z.string() })),
  date_hint: z.string().min(1),
  numerals: z.strictObject({
    digits: z.record(z.string(), z.number()),
    units: z.record(z.string(), z.number()),
  }),
  money_units: z.record(z.string(), z.number()),
  age: words,
  ordinal: words,
  last: words,
  follow_up: words,
  /** Asks how, and leaves open what: the last answer tells. */
  vague_how: words.default([]),
  /** Words that hold the name of a relative and mean none. */
  never_relation: words,
  /** Words no misspelling may be read into. */
  never_repair: words,
  /** Spelling variants made one before anything else. */
  variants: z.record(z.string(), z.string()),
  /** Groups of characters that look alike and are written for one another. */
  lookalikes: z.array(z.string().min(2)).default([]),
  /** Words of one meaning, made one before classification only: `{怎: [怎么, 咋, 如何]}`. */
  folded: z.record(z.string(), words).default({}),
});
/**
 * What single phrases say about a fact of `src/diagnosis/facts.ts`. With `only_as_answer` the words
 * count only while that fact is being asked for: said in passing they mean less.
 */
export const factWordsFileSchema = z.array(
  z.strictObject({
    fact: z.string().min(1),
    value: z.union([z.string(), z.number(), z.boolean()]),
    only_as_answer: z.boolean().default(false),
    words,
  }),
);

export interface Lexicon {
  readonly relations: z.infer<typeof relationsFileSchema>;
  readonly platforms: z.infer<typeof platformsFileSchema>;
  readonly concepts: z.infer<typeof conceptsFileSchema>;
  readonly symptoms: z.infer<typeof symptomsFileSchema>;
  readonly causes: z.infer<typeof causeWordsFileSchema>;
  readonly objects: z.infer<typeof objectsFileSchema>;
  readonly terms: z.infer<typeof termsFileSchema>;
  readonly negatives: z.infer<typeof negativesFileSchema>;
  readonly places: z.infer<typeof placesFileSchema>;
  readonly patterns: z.infer<typeof patternsFileSchema>;
  readonly facts: z.infer<typeof factWordsFileSchema>;
}
