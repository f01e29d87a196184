/**
 * What no schema of one file can say: dated values follow each other without gap or overlap, and
 * every source that is named exists. Broken, the knowledge is not used at all.
 */
import type { Problem } from './problem.ts';
import type { Region } from './schema/region.ts';

interface Dated {
  readonly from: string;
  readonly until?: string | undefined;
  readonly source: string;
}

/** All problems of one region file: time lines of its rules, periods of its entries, unknown sources. */
export function regionProblems(
  file: string,
  region: Region,
  sources: ReadonlyMap<string, unknown>,
): Problem[] {
  const problems: Problem[] = [];
  for (const [rule, values] of Object.entries(region.rules)) {
    if (values === undefined) continue;
    const key = `rules.${rule}`;
    problems.push(...periodProblems(file, key, values), ...timelineProblems(file, key, values));
    problems.push(...sourceProblems(file, key, values, sources));
  }
  for (const [operation, entries] of Object.entries(region.entries)) {
    const key = `entries.${operation}`;
    problems.push(...periodProblems(file, key, entries), ...sourceProblems(file, key, entries, sources));
  }
  return problems;
}

/** Sources named in a list that do not exist. */
export function unknownSources(
  file: string,
  key: string,
  named: readonly string[],
  sources: ReadonlyMap<string, unknown>,
): Problem[] {
  return named
    .filter((id) => !sources.has(id))
    .map((id) => problem(file, key, `source '${id}' is not in sources.yaml; add it there or correct the id`));
}

function periodProblems(file: string, key: string, values: readonly Dated[]): Problem[] {
  return values.flatMap((value, index) =>
    value.until !== undefined && value.until <= value.from
      ? [problem(file, `${key}.${index}.until`, `${value.until} is not after its 'from' ${value.from}`)]
      : [],
  );
}

function timelineProblems(file: string, key: string, values: readonly Dated[]): Problem[] {
  const sorted = [...values].sort((a, b) => (a.from < b.from ? -1 : 1));
  return sorted.flatMap((value, index) => {
    const next = sorted[index + 1];
    if (next === undefined || value.until === next.from) return [];
    const overlaps = value.until === undefined || value.until > next.from;
    const what = overlaps
      ? `the value from ${value.from} overlaps the one from ${next.from}`
      : `nothing holds from ${value.until} to ${next.from}`;
    return [problem(file, key, `${what}; set 'until' of the earlier one to ${next.from}`)];
  });
}

function sourceProblems(
  file: string,
  key: string,
  values: readonly Dated[],
  sources: ReadonlyMap<string, unknown>,
): Problem[] {
  return values.flatMap((value, index) =>
    unknownSources(file, `${key}.${index}.source`, [value.source], sources),
  );
}

function problem(file: string, key: string, message: string): Problem {
  return { file, key, message, severity: 'error' };
}
