/** One thing that is wrong with the knowledge, so that all of them can be shown at once. */
export interface Problem {
  /** Path inside the knowledge folder. */
  readonly file: string;
  /** Where in the file, such as `rules.max_at_once.0.from`; empty when it is the whole file. */
  readonly key: string;
  /** What was found, what was expected, and the way out. */
  readonly message: string;
  /** Errors fail `kb check`; those found while loading also keep the knowledge from being used. */
  readonly severity: 'error' | 'warning';
  /** Name of the lint rule; absent for what the loader itself finds. */
  readonly rule?: string;
}

/** `file: key: message`, the form in which editors jump to the place. */
export function problemLine(problem: Problem): string {
  const place = problem.key === '' ? problem.file : `${problem.file}: ${problem.key}`;
  const mark = problem.severity === 'warning' ? 'warning: ' : '';
  const rule = problem.rule === undefined ? '' : ` [${problem.rule}]`;
  return `${place}: ${mark}${problem.message}${rule}`;
}
