/** Runs work of one key one after the other; different keys side by side. */
export type InLane = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createLanes(): InLane {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      // Only the last one in the lane clears it, so that the map holds nobody who has left.
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
