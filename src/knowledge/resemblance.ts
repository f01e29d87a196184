/** How much two Chinese sentences look alike, by the pairs or runs of characters they share. */

/** All neighbouring pairs of characters, punctuation and spaces aside. */
export function bigrams(text: string): ReadonlySet<string> {
  return grams(text, 2);
}

/** All runs of `size` characters; a shorter text is its own only run. */
export function grams(text: string, size: number): ReadonlySet<string> {
  const plain = [
    ...text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ''),
  ];
  if (plain.length === 0) return new Set();
  if (plain.length < size) return new Set([plain.join('')]);
  return new Set(plain.slice(size - 1).map((_, index) => plain.slice(index, index + size).join('')));
}

/** Dice coefficient of two sets: 0 nothing shared, 1 the same. */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const gram of small) if (large.has(gram)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}
