/**
 * Text that remembers where each of its characters came from, so that what is found in a normalised
 * sentence can be pointed at in the words the citizen wrote. Offsets are UTF-16 units throughout.
 */
export interface Tracked {
  readonly text: string;
  /** Where unit `i` began in the original, and where it ended. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly put: string;
}

/** The text with pieces exchanged; edits are in order and do not overlap. */
export function edited(tracked: Tracked, edits: readonly Edit[]): Tracked {
  if (edits.length === 0) return tracked;
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  const copy = (from: number, to: number) => {
    text += tracked.text.slice(from, to);
    for (let i = from; i < to; i += 1) {
      starts.push(tracked.starts[i] ?? 0);
      ends.push(tracked.ends[i] ?? 0);
    }
  };
  let at = 0;
  for (const { from, to, put } of edits) {
    copy(at, from);
    const sameLength = put.length === to - from;
    for (let i = 0; i < put.length; i += 1) {
      starts.push(tracked.starts[sameLength ? from + i : from] ?? 0);
      ends.push(tracked.ends[sameLength ? from + i : to - 1] ?? 0);
    }
    text += put;
    at = to;
  }
  copy(at, tracked.text.length);
  return { text, starts, ends };
}

/** The place in the original of a piece of the tracked text. */
export function originOf(
  tracked: Tracked,
  from: number,
  to: number,
): { readonly start: number; readonly end: number } {
  const start = tracked.starts[from] ?? 0;
  return { start, end: Math.max(start, tracked.ends[to - 1] ?? start) };
}

/** Every match of an expression (which must carry the flag g), exchanged. */
export function exchanged(
  tracked: Tracked,
  pattern: RegExp,
  put: (match: RegExpMatchArray) => string,
): Tracked {
  const edits: Edit[] = [];
  for (const match of tracked.text.matchAll(pattern)) {
    if (match[0].length === 0) continue;
    edits.push({ from: match.index, to: match.index + match[0].length, put: put(match) });
  }
  return edited(tracked, edits);
}
