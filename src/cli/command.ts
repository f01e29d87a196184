/** What a command of `gongji` is, and how commands read and write JSON lines. */
import { createInterface } from 'node:readline';

export interface Io {
  readonly input: NodeJS.ReadableStream;
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
  /** Writes one line to standard error: logs and messages for people. */
  readonly warn: (line: string) => void;
}

/** Gives the exit status: 0, or 1 after one clear line on standard error. */
export type Command = (args: readonly string[], io: Io) => Promise<number>;

/**
 * Feeds each line to `answer` in order and prints what it gives, one JSON object a line. A bad line
 * becomes `{"error":{"code","message"},"line":N}` and does not stop the others.
 */
export async function eachLine(
  io: Io,
  answer: (line: string) => Promise<readonly object[]> | readonly object[],
): Promise<void> {
  let number = 0;
  for await (const line of createInterface({ input: io.input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      for (const object of await answer(line)) io.print(JSON.stringify(object));
    } catch (error) {
      io.print(JSON.stringify({ error: describe(error), line: number }));
    }
  }
}

/** Code and sentence of an error, for people and scripts alike. */
export function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof SyntaxError) return { code: 'bad_json', message: error.message };
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'bad_input';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
