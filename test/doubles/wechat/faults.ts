/** What tests make go wrong at the API, one rule after the other, each so many times. */

export type Fault =
  | { readonly kind: 'errcode'; readonly errcode: number }
  /** Something in between answers, such as a proxy: a page, not JSON. */
  | { readonly kind: 'status'; readonly status: number }
  /** The connection breaks before anything was done. */
  | { readonly kind: 'break' }
  /** The work is done and the answer lost: the caller cannot know. */
  | { readonly kind: 'drop_answer' }
  | { readonly kind: 'delay'; readonly seconds: number };

export interface Faults {
  /** @param times how many calls of this path it meets; 1 when absent */
  next(path: string, fault: Fault, times?: number): void;
  always(path: string, fault: Fault): void;
  clear(): void;
  /** @internal The faults the call at hand meets: at most one of each kind. */
  take(path: string): readonly Fault[];
}

export function createFaults(): Faults {
  let rules: { path: string; fault: Fault; left: number }[] = [];
  const add = (path: string, fault: Fault, left: number) => void rules.push({ path, fault, left });
  return {
    next: (path, fault, times = 1) => add(path, fault, times),
    always: (path, fault) => add(path, fault, Number.POSITIVE_INFINITY),
    clear() {
      rules = [];
    },
    take(path) {
      const met = new Map<Fault['kind'], Fault>();
      for (const rule of rules) {
        if (rule.path !== path || met.has(rule.fault.kind)) continue;
        rule.left -= 1;
        met.set(rule.fault.kind, rule.fault);
      }
      rules = rules.filter(({ left }) => left > 0);
      return [...met.values()];
    },
  };
}
