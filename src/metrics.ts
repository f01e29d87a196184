/**
 * Numbers in memory, and the text Prometheus reads. Written by hand: the library for it takes 90 ms and
 * 20 MB at the start, for what fits on this page. Its own text is what the tests compare ours with.
 */
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  MEASURES,
  type Measure,
  type MeasureName,
  type Meter,
} from './measures.ts';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface Metrics extends Meter {
  /** Everything in the text format of Prometheus. */
  text(): string;
  /** A counter that is read elsewhere, such as processor time. */
  total<N extends CounterName>(name: N, labels: LabelsOf<N>, value: number): void;
}

/** Counters of no more series than this begin at 0; those by code come with the first of a code. */
const SERIES_FROM_START = 64;

/** For an alarm the first of something is an increase only where there was a 0 before. */
export function beginCounters(metrics: Meter): void {
  for (const [name, measure] of Object.entries(MEASURES) as [CounterName, Measure][]) {
    const all = combinations(measure.labels);
    if (measure.kind !== 'counter' || all.length > SERIES_FROM_START) continue;
    for (const labels of all) metrics.add(name, labels as never, 0);
  }
}

function combinations(labels: Measure['labels']): readonly object[] {
  return Object.entries(labels).reduce<readonly object[]>(
    (all, [label, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

interface Histogram {
  /** Observations within each bucket, not summed up; the last one is beyond all of them. */
  readonly counts: number[];
  sum: number;
}

export function createMetrics(): Metrics {
  const numbers = new Map<MeasureName, Map<string, number>>();
  const histograms = new Map<MeasureName, Map<string, Histogram>>();

  const series = (name: MeasureName): Map<string, number> => within(numbers, name, () => new Map());

  return {
    add(name, labels, by = 1) {
      const key = keyOf(name, labels);
      if (key === undefined) return;
      const own = series(name);
      own.set(key, (own.get(key) ?? 0) + by);
    },
    set: (name: GaugeName, labels, value) => put(series(name), keyOf(name, labels), value),
    total: (name: CounterName, labels, value) => put(series(name), keyOf(name, labels), value),
    observe(name: HistogramName, labels, seconds) {
      const key = keyOf(name, labels);
      if (key === undefined || !Number.isFinite(seconds)) return;
      const { buckets } = MEASURES[name];
      const own = within(histograms, name, () => new Map<string, Histogram>());
      const histogram = within(own, key, () => ({ counts: Array(buckets.length + 1).fill(0), sum: 0 }));
      const index = buckets.findIndex((end) => seconds <= end);
      const bucket = index < 0 ? buckets.length : index;
      histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
      histogram.sum += seconds;
    },
    text: () =>
      `${(Object.keys(MEASURES) as MeasureName[])
        .flatMap((name) => {
          const lines = linesOf(name, numbers.get(name), histograms.get(name));
          const { kind, help } = MEASURES[name];
          return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines];
        })
        .join('\n')}\n`,
  };
}

function put(series: Map<string, number>, key: string | undefined, value: number): void {
  if (key !== undefined && Number.isFinite(value)) series.set(key, value);
}

/**
 * The labels as they stand in the text. Undefined when a value is not of its set: the compiler allows none,
 * but a cast might, and better no number than somebody's name.
 */
function keyOf(name: MeasureName, labels: object): string | undefined {
  const { labels: sets }: Measure = MEASURES[name];
  const pairs: string[] = [];
  for (const [label, values] of Object.entries(sets)) {
    const value = (labels as { readonly [label: string]: string | undefined })[label];
    if (value === undefined || !values.includes(value)) return undefined;
    pairs.push(`${label}="${value}"`);
  }
  return pairs.join(',');
}

function linesOf(
  name: MeasureName,
  numbers: ReadonlyMap<string, number> | undefined,
  histograms: ReadonlyMap<string, Histogram> | undefined,
): string[] {
  const measure: Measure = MEASURES[name];
  if (measure.kind !== 'histogram') {
    return [...(numbers ?? [])].map(([key, value]) => `${name}${key === '' ? '' : `{${key}}`} ${value}`);
  }
  return [...(histograms ?? [])].flatMap(([key, { counts, sum }]) => {
    let below = 0;
    const ends = [...measure.buckets.map(String), '+Inf'];
    const buckets = ends.map((end, index) => {
      below += counts[index] ?? 0;
      return `${name}_bucket{${[`le="${end}"`, ...(key === '' ? [] : [key])].join(',')}} ${below}`;
    });
    const labels = key === '' ? '' : `{${key}}`;
    return [...buckets, `${name}_sum${labels} ${sum}`, `${name}_count${labels} ${below}`];
  });
}

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
