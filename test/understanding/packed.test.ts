import { expect, test } from 'vitest';
import { fromBytes, pack, toBytes } from '../../src/understanding/model/packed.ts';

const model = {
  name: '绑定',
  margins: pack(Float32Array.from([0.5, -1, 0.25])),
  lists: [Uint8Array.from([1, 2, 3]), Uint32Array.from([4_000_000_000])],
};
const bytes = toBytes('key', model);

test('a model comes back as it was kept', () => {
  expect(fromBytes(bytes, 'key')).toEqual(model);
});

test('it comes back from wherever it lies among other bytes', () => {
  const among = new Uint8Array(bytes.length + 3);
  among.set(bytes, 3);
  expect(fromBytes(among.subarray(3), 'key')).toEqual(model);
});

test('bytes of another key, cut short, or of something else are no model', () => {
  expect(fromBytes(bytes, 'other')).toBeUndefined();
  // The last four bytes only fill up.
  for (let length = 0; length < bytes.length - 4; length += 1)
    expect(fromBytes(bytes.slice(0, length), 'key')).toBeUndefined();
  expect(fromBytes(new TextEncoder().encode('{"key":"x","heads":{}}'), 'key')).toBeUndefined();
});
