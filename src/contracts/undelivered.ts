/** The seam for channels that accept a message first and say later that it was not delivered. */

export interface Undelivered {
  /**
   * A part that counted as sent was not delivered. `waits`: it goes out after the citizen's next word; `dead`:
   * somebody must look. False when it did not count as sent (any more), and nothing has changed.
   */
  undelivered(key: string, code: string, next: 'waits' | 'dead'): Promise<boolean>;
}
