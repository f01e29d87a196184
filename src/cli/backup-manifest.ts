/** What lies beside a backup as `FILE.json`: what must be in it, and which keys open it. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { AppError } from '../errors.ts';

const FORMAT = 1;

const manifestSchema = z.object({
  gongji: z.literal('backup'),
  format: z.literal(FORMAT),
  kind: z.enum(['sqlite', 'lines']),
  at: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  migrations: z.array(z.string()),
  keys: z.array(z.string()),
  tables: z.record(z.string(), z.object({ rows: z.number(), sum: z.string() })),
});
/** What lies beside a backup as `FILE.json`. */
export type Manifest = z.infer<typeof manifestSchema>;

export const manifestPath = (file: string): string => `${file}.json`;

export function writeManifest(file: string, manifest: Omit<Manifest, 'gongji' | 'format'>): void {
  const whole: Manifest = { gongji: 'backup', format: FORMAT, ...manifest };
  writeFileSync(manifestPath(file), `${JSON.stringify(whole, null, 1)}\n`, { mode: 0o600 });
}

/** @throws AppError `bad_input` when there is none, or it is not of ours */
export function readManifest(file: string): Manifest {
  const path = manifestPath(file);
  if (!existsSync(file)) throw new AppError('bad_input', `There is no file ${file}`);
  if (!existsSync(path)) throw new AppError('bad_input', `There is no ${path}; it lies beside every backup`);
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new AppError('bad_input', `${path} is not the manifest of a backup`, { cause });
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
