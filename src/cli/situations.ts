/** Reads a folder of situations and plays them under the rules of a day. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { factSpec } from '../diagnosis/facts.ts';
import type { Outcome } from '../diagnosis/measure.ts';
import { type FactValues, play, type Situation } from '../diagnosis/play.ts';
import { regionFacts } from '../diagnosis/rule-facts.ts';
import type { Day } from '../domain/insurance.ts';
import { CAUSES, SYMPTOMS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import { readFiles } from '../knowledge/files.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';

const ORDINARY = 'ordinary';

const factsSchema = z.record(
  z.string().refine((id) => factSpec(id) !== undefined, 'a fact of diagnosis/facts.ts'),
  z.union([z.string(), z.number(), z.boolean()]),
);
const situationSchema = z.strictObject({
  name: z.string().min(1),
  region: z.string().regex(/^\d{6}$/),
  symptom: z.enum(SYMPTOMS),
  first: factsSchema.default({}),
  said: factsSchema.default({}),
  records: factsSchema.optional(),
  rules: factsSchema.default({}),
  causes: z.array(z.enum(CAUSES)).min(1),
  next: z.string().optional(),
  unsure: z.boolean().default(false),
});

/** Every situation of the folder itself, not of folders inside it. */
export function readSituations(dir: string): readonly Situation[] {
  const { files, problems } = readFiles(dir);
  const [problem] = problems;
  if (problem !== undefined) throw new AppError('bad_input', `${problem.file}: ${problem.message}`);
  const read = files
    .filter(({ room, name }) => room === '' && name !== ORDINARY)
    .flatMap(({ path, data }) => {
      const parsed = z.array(situationSchema).safeParse(data);
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new AppError('bad_input', `${path}: ${issue?.path.join('.')}: ${issue?.message}`);
    });
  if (read.length === 0) throw new AppError('bad_input', `${dir} holds no situations`);
  return read;
}

/** `ordinary.yaml` of the folder, or of the one around it. */
export function readOrdinary(dir: string): FactValues {
  const home = existsSync(join(dir, `${ORDINARY}.yaml`)) ? dir : join(dir, '..');
  return factsSchema.parse(
    readFiles(home).files.find(({ room, name }) => room === '' && name === ORDINARY)?.data ?? {},
  );
}

export function playAll(
  knowledge: Knowledge,
  situations: readonly Situation[],
  { ordinary, day }: { readonly ordinary: FactValues; readonly day: Day },
): readonly Outcome[] {
  return situations.map((situation) => ({
    situation,
    played: play(knowledge.causes, situation, {
      ordinary,
      ruled: regionFacts(knowledge, situation.region, day),
    }),
  }));
}
