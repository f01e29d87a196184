/** What a variable is, how values are read, and the kinds of value several groups share. */
import { z } from 'zod';

export interface Variable {
  readonly expects: string;
  readonly example: string;
  readonly schema: z.ZodType<unknown, string | undefined>;
}

export type Variables = { readonly [name: string]: Variable };

/** Reads one variable of a group. What cannot be accepted is noted by whoever made it, and gives undefined. */
export type ReadOf<V extends Variables> = <N extends keyof V>(name: N) => z.output<V[N]['schema']>;

export const file = z.string().min(1).optional();
export const yesNo = z.enum(['yes', 'no']).transform((value) => value === 'yes');
export const wholeNumber = (min: number, max: number, usual: number) =>
  z.string().regex(/^\d+$/u).transform(Number).pipe(z.number().min(min).max(max)).default(usual);

/** Whether a channel is on. Half a channel is a mistake that would otherwise be noticed by citizens. */
export function isWhole<K extends string>(
  values: Readonly<Record<K, string | undefined>>,
  problems: string[],
  needed: { readonly [key in K]?: string },
  variables: Variables,
): boolean {
  if (Object.values(values).every((value) => value === undefined)) return false;
  const missing = (Object.entries(needed) as [K, string][]).filter(([key]) => values[key] === undefined);
  for (const [, name] of missing) {
    const { expects, example } = variables[name] as Variable;
    // A value that was refused has been complained about already.
    if (problems.some((problem) => problem.startsWith(`${name}:`))) continue;
    problems.push(
      `${name}: missing, while others of its channel are given; expected ${expects}; for example ${name}=${example}`,
    );
  }
  return missing.length === 0;
}

/** What identifies citizens travels there, so it is never sent in the clear beyond this machine. */
export function isOfficeAddress(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(value));
}

/** Whether an address leads to the machine we run on. */
export function isThisMachine(address: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(address).hostname);
}

/** The same without what is absent. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
