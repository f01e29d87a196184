/** Shapes that several tasks read: references, and answers of the office kept in call rows. */
import { z } from 'zod';
import type { ActResult } from '../contracts/portal.ts';
import type { PersonRef } from '../domain/ids.ts';
import { APPLICATION_KINDS, RELATIONS } from '../domain/insurance.ts';

export const personRef = z
  .string()
  .min(1)
  .transform((ref) => ref as PersonRef);
export const relation = z.enum(RELATIONS);
export const region = z.string().regex(/^\d{6}$/);
/** A sum that is moved: whole fen, more than nothing. */
export const sum = z.number().int().positive();
export const pledge = z.strictObject({ version: z.string(), digest: z.string(), signedAt: z.string() });
export const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const applicationView = z.looseObject({
  applicationNo: z.string(),
  kind: z.enum(APPLICATION_KINDS),
  state: z.string(),
  submittedAt: z.string(),
  updatedAt: z.string(),
});
const actResult = z.union([
  z.looseObject({ refused: z.string() }),
  z.looseObject({ done: z.literal(true), application: applicationView }),
]);

/** An answer as the call row kept it. Written by us, so a misfit is our own fault and throws at once. */
export function parseActResult(value: unknown): ActResult {
  return actResult.parse(value) as unknown as ActResult;
}
