/** Work in order: one after the other within a lane, lanes side by side. */

export interface Lanes {
  /** False when the lane is full and the work was not taken. */
  add(lane: string, work: () => Promise<void>): boolean;
  /** Resolves when everything taken so far is done. */
  settled(): Promise<void>;
}

/**
 * @param limit most pieces of work waiting in one lane
 * @param onFailure told of work that threw; the lane goes on
 */
export function createLanes(limit: number, onFailure: (error: unknown) => void): Lanes {
  const lanes = new Map<string, { last: Promise<void>; waiting: number }>();
  return {
    add(name, work) {
      const lane = lanes.get(name) ?? { last: Promise.resolve(), waiting: 0 };
      if (lane.waiting >= limit) return false;
      lane.waiting += 1;
      lanes.set(name, lane);
      lane.last = lane.last
        .then(work)
        .catch(onFailure)
        .finally(() => {
          lane.waiting -= 1;
          if (lane.waiting === 0) lanes.delete(name);
        });
      return true;
    },
    async settled() {
      while (lanes.size > 0) await Promise.all([...lanes.values()].map(({ last }) => last));
    },
  };
}
