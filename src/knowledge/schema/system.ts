/**
 * `knowledge/systems/<platform id>.yaml`: an app, a page, a counter or a hotline that people are sent
 * to. Where to tap stands in the region files and nowhere else; here is what a system offers, who may
 * use it, and what is said of it that is not so.
 */
import { z } from 'zod';
import { daySchema } from './dated.ts';
import { OPERATIONS } from './region.ts';

export const SYSTEM_KINDS = [
  'app',
  'mini_program',
  'official_account',
  'web',
  'window',
  'kiosk',
  'phone',
  'wallet',
  'tax',
  /** A shop front of others: it only opens the page of the place of insurance. */
  'shell',
] as const;

/**
 * Either a region file knows the way on this system, or `note` says honestly what is not known. What
 * rests on nothing publishable is never told as a way; the note is.
 */
const offerSchema = z.strictObject({
  /** Who may do it, in a citizen's words. */
  who: z.string().min(1).optional(),
  note: z.string().min(1).optional(),
});

/** What has been written about the system and is contradicted elsewhere. */
const claimSchema = z.strictObject({
  /** Number of the contradiction in docs/curating.md. */
  clash: z.string().regex(/^C\d\d$/),
  /** The claim, in our own words; never told as true. */
  claim: z.string().min(1),
  /** The honest line, which is told. */
  truth: z.string().min(1),
  /** Operations it bears on. */
  about: z.array(z.enum(OPERATIONS)).min(1),
  sources: z.array(z.string()).min(1),
});

export const systemSchema = z.strictObject({
  /** Id in `knowledge/lexicon/platforms.yaml`. */
  id: z.string().min(1),
  label: z.string().min(1),
  kind: z.enum(SYSTEM_KINDS),
  /** Other clients of the same service. */
  also: z.array(z.enum(SYSTEM_KINDS)).default([]),
  /** Where it serves; `000000` means everywhere. */
  regions: z.array(z.string().regex(/^\d{6}$/)).min(1),
  /** Only where a source names it. */
  operator: z.string().min(1).optional(),
  /** First day on which a source is known to speak of it. */
  seen: daySchema,
  sources: z.array(z.string()).min(1),
  /** `current` needs a source of grade A, B or M that names the system. */
  status: z.enum(['current', 'unverified']),
  operations: z.partialRecord(z.enum(OPERATIONS), offerSchema).default({}),
  claims: z.array(claimSchema).default([]),
  /** Systems to turn to when it does not work, nearest first. */
  ask: z.array(z.string()).min(1),
  note: z.string().min(1).optional(),
});
export type System = z.infer<typeof systemSchema>;
