/**
 * Weights in two bytes each. What is trained goes through here as well as what is read from the
 * cache, so that both give the same probabilities to the last digit.
 */
const STEPS = 32_767;

export interface Packed {
  /** What one step is worth. */
  readonly step: number;
  /** Base64 of 16-bit steps. */
  readonly steps: string;
}

export function pack(weights: Float32Array): Packed {
  let most = 0;
  for (const weight of weights) most = Math.max(most, Math.abs(weight));
  const step = most / STEPS || 1;
  const steps = new Int16Array(weights.length);
  for (let i = 0; i < steps.length; i += 1) steps[i] = Math.round((weights[i] as number) / step);
  return { step, steps: Buffer.from(steps.buffer).toString('base64') };
}

export function unpack({ step, steps }: Packed): Float32Array {
  const bytes = Buffer.from(steps, 'base64');
  const list = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const weights = new Float32Array(list.length);
  // A plain loop: `from` with a function takes ten times as long on a million weights.
  for (let i = 0; i < list.length; i += 1) weights[i] = (list[i] as number) * step;
  return weights;
}

export function packIntegers(values: Uint16Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

export function unpackIntegers(base64: string): Uint16Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
