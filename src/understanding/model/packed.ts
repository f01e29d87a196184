/**
 * A model as bytes and back: one line of JSON that says where each list of numbers stands, and the lists
 * as they are in memory. Nothing is parsed or copied on reading: the lists are views of the bytes.
 * Weights take two bytes each. What was just trained is the same as what is read, to the last digit.
 */
const STEPS = 32_767;
const LISTS = { Uint8Array, Uint16Array, Int16Array, Uint32Array, Float32Array };
type List = InstanceType<(typeof LISTS)[keyof typeof LISTS]>;

export interface Packed {
  /** What one step is worth. */
  readonly step: number;
  readonly steps: Int16Array;
}

export function pack(weights: Float32Array): Packed {
  let most = 0;
  for (const weight of weights) most = Math.max(most, Math.abs(weight));
  const step = most / STEPS || 1;
  const steps = new Int16Array(weights.length);
  for (let i = 0; i < steps.length; i += 1) steps[i] = Math.round((weights[i] as number) / step);
  return { step, steps };
}

/** Lists begin where any kind of number may. */
const ALIGNMENT = 8;
/** Read back as another number where bytes stand the other way round: such a model is not ours. */
const BYTE_ORDER = 0x0102_0304;

/** @param key names what the model was learnt from; it stands first */
export function toBytes(key: string, value: object): Uint8Array {
  const lists: List[] = [];
  let size = 0;
  const json = JSON.stringify(value, (_, part: unknown) => {
    if (!isList(part)) return part;
    const from = size;
    lists.push(part);
    size = aligned(size + part.byteLength);
    return { list: part.constructor.name, from, length: part.length };
  });
  const head = Buffer.from(`${key}\n${json}`);
  const bytes = new Uint8Array(aligned(ALIGNMENT + head.length) + size);
  new Uint32Array(bytes.buffer, 0, 2).set([BYTE_ORDER, head.length]);
  bytes.set(head, ALIGNMENT);
  let at = bytes.length - size;
  for (const list of lists) {
    bytes.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), at);
    at = aligned(at + list.byteLength);
  }
  return bytes;
}

/** What `toBytes` was given under this key; undefined when the bytes are of another key, torn, or no model at all. */
export function fromBytes(given: Uint8Array, key: string): unknown {
  const bytes = given.byteOffset % ALIGNMENT === 0 ? given : given.slice();
  if (bytes.length < ALIGNMENT + key.length) return undefined;
  const [order, length = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 2);
  const end = ALIGNMENT + length;
  if (order !== BYTE_ORDER || end > bytes.length) return undefined;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + ALIGNMENT, length).toString();
  if (!head.startsWith(`${key}\n`)) return undefined;
  const start = bytes.byteOffset + aligned(end);
  try {
    return JSON.parse(head.slice(key.length + 1), (_, part: unknown) => {
      if (!isPlace(part)) return part;
      const view = LISTS[part.list];
      if (start - bytes.byteOffset + part.from + part.length * view.BYTES_PER_ELEMENT > bytes.length)
        throw new RangeError('A list of the model ends after its bytes');
      return new view(bytes.buffer as ArrayBuffer, start + part.from, part.length);
    });
  } catch {
    return undefined;
  }
}

interface Place {
  readonly list: keyof typeof LISTS;
  readonly from: number;
  readonly length: number;
}

function isPlace(part: unknown): part is Place {
  return typeof part === 'object' && part !== null && 'list' in part && 'from' in part;
}

function isList(part: unknown): part is List {
  return ArrayBuffer.isView(part);
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
