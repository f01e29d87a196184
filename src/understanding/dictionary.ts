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
  private readonly byHead = new Map<string, Entry<Value>[]>();

  /** The first meaning given to a word stays. */
  add(word: string, value: Value): void {
    const head = word.charAt(0);
    const entries = this.byHead.get(head) ?? [];
    if (word === '' || entries.some((entry) => entry.word === word)) return;
    entries.push({ word, value });
    entries.sort((a, b) => b.word.length - a.word.length);
    this.byHead.set(head, entries);
  }

  find(text: string): Found<Value>[] {
    const found: Found<Value>[] = [];
    for (let at = 0; at < text.length; at += 1) {
      const entry = this.byHead.get(text.charAt(at))?.find(({ word }) => text.startsWith(word, at));
      if (entry === undefined) continue;
      found.push({ from: at, to: at + entry.word.length, word: entry.word, value: entry.value });
      at += entry.word.length - 1;
    }
    return found;
  }
}
