/**
 * Deletions that were carried out, so that they can be carried out again on a database that comes from a backup of the
 * time before. What is listed leads to nobody: references and numbers mean nothing without the vault's rows.
 */

export interface DoneErasure {
  readonly receipt: string;
  /** Epoch ms. */
  readonly at: number;
  readonly person: string;
  /** The first of the conversations that were scrubbed; absent when there was none. */
  readonly conversation?: string;
}

export interface Erasures {
  /** Those since a time, oldest first. */
  erasuresSince(at: number): Promise<readonly DoneErasure[]>;
  /**
   * Deletes as it was deleted then, under the same receipt; an open task does not hold it up. `done` when this database
   * knows the receipt: nothing changes.
   */
  repeatErasure(erasure: DoneErasure): Promise<'repeated' | 'done'>;
}
