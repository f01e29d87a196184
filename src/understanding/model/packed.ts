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
  const steps = Int16Array.from(weights, (weight) => Math.round(weight / step));
  return { step, steps: Buffer.from(steps.buffer).toString('base64') };
}

export function unpack({ step, steps }: Packed): Float32Array {
  return Float32Array.from(packedIntegers(steps, Int16Array), (value) => value * step);
}

export function packIntegers(values: Uint16Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

export function unpackIntegers(base64: string): Uint16Array {
  return packedIntegers(base64, Uint16Array);
}

function packedIntegers<List extends Int16Array | Uint16Array>(
  base64: string,
  List: new (buffer: ArrayBuffer) => List,
): List {
  const bytes = Buffer.from(base64, 'base64');
  return new List(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
