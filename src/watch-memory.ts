/** What is remembered of rows under way: bounded, the oldest is forgotten first. */

const REMEMBERED = 5_000;

export interface Memory<V> {
  put(key: string, value: V): void;
  get(key: string): V | undefined;
  /** Gets and forgets. */
  take(key: string): V | undefined;
}

export function createMemory<V>(): Memory<V> {
  const kept = new Map<string, V>();
  return {
    put(key, value) {
      kept.delete(key);
      kept.set(key, value);
      if (kept.size > REMEMBERED) kept.delete(kept.keys().next().value as string);
    },
    get: (key) => kept.get(key),
    take(key) {
      const found = kept.get(key);
      kept.delete(key);
      return found;
    },
  };
}
