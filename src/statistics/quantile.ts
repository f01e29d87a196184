/** Quantiles of numbers given as a histogram: exact, and the same however the histogram was put together. */

/** `[value, how often]`. */
export type Histogram = readonly (readonly [number, number])[];

export interface Spread {
  readonly n: number;
  readonly p50: number;
  readonly p90: number;
}

/** By nearest rank: the smallest value that at least a share `p` of all does not exceed. Undefined when there are none. */
export function quantile(histogram: Histogram, p: number): number | undefined {
  const sorted = histogram.filter(([, n]) => n > 0).toSorted(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, n]) => sum + n, 0);
  const rank = Math.max(1, Math.ceil(p * total));
  let seen = 0;
  for (const [value, n] of sorted) {
    seen += n;
    if (seen >= rank) return value;
  }
  return undefined;
}

export function spreadOf(histogram: Histogram): Spread | undefined {
  const p50 = quantile(histogram, 0.5);
  const p90 = quantile(histogram, 0.9);
  if (p50 === undefined || p90 === undefined) return undefined;
  return { n: histogram.reduce((sum, [, n]) => sum + n, 0), p50, p90 };
}
