/** Words with a meaning, found in a text from left to right, the longest first. */
export interface Found<Value> {
  readonly from: number;
  readonly to: number;
  readonly word: string;
  readonly value: Value;
}

interface Entry<Value> {
  readonly word: string;
  readonly value: Value;
}

export class Dictionary<Value> {
  private readonly words = new Map<string, Entry<Value>>();
  /** Words by their first character, the longest first; sorted when the last was added. */
  private byHead: ReadonlyMap<string, readonly Entry<Value>[]> | undefined;

  /** The first meaning given to a word stays. */
  add(word: string, value: Value): void {
    if (word === '' || this.words.has(word)) return;
    this.words.set(word, { word, value });
    this.byHead = undefined;
  }

  find(text: string): Found<Value>[] {
    this.byHead ??= this.sorted();
    const found: Found<Value>[] = [];
    for (let at = 0; at < text.length; at += 1) {
      const entry = startingAt(this.byHead.get(text.charAt(at)), text, at);
      if (entry === undefined) continue;
      found.push({ from: at, to: at + entry.word.length, word: entry.word, value: entry.value });
      at += entry.word.length - 1;
    }
    return found;
  }

  private sorted(): ReadonlyMap<string, readonly Entry<Value>[]> {
    const longestFirst = [...this.words.values()].sort((a, b) => b.word.length - a.word.length);
    return Map.groupBy(longestFirst, ({ word }) => word.charAt(0));
  }
}

function startingAt<Value>(
  entries: readonly Entry<Value>[] | undefined,
  text: string,
  at: number,
): Entry<Value> | undefined {
  if (entries === undefined) return undefined;
  for (const entry of entries) if (text.startsWith(entry.word, at)) return entry;
  return undefined;
}
