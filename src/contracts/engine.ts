/**
 * Who wakes us. The engine owns neither order nor state: rows do. It may call a handler twice, late
 * or for nothing; handlers look at the rows and do what is due.
 */

export type Queue = 'address' | 'outbox' | 'task';

export interface Job {
  readonly queue: Queue;
  /** Jobs of one key never run side by side: a conversation, an address, a task id. */
  readonly key: string;
}

export interface HowCalled {
  /**
   * A process has been here before and has not come back, or may have: found undone at the start, or taken over from one
   * that gave no sign of life. What is to be done may be what killed it.
   */
  readonly isTakenOver: boolean;
}

export type Handler = (key: string, how: HowCalled) => Promise<void>;

/**
 * `Tx` is whatever the store hands out inside a transaction. An engine that lives in the same
 * database writes the job with it; one in this process remembers it until `afterCommit`.
 */
export interface Engine<Tx> {
  enqueueInTx(tx: Tx, job: Job, options?: { readonly startAt?: number }): Promise<void>;
  /**
   * Called last in a transaction after which nothing may be left to do about this job: if it runs in this process and the
   * tables say so too, it ends with the transaction and costs none of its own. Otherwise it ends with its handler.
   */
  finishInTx(tx: Tx, job: Job): Promise<void>;
  /** To be called when the transaction that enqueued or finished has committed. */
  afterCommit(tx: Tx): void;
  work(queue: Queue, handler: Handler): void;
  /** Finds everything due in the tables: at start, and every so often as the safety net. */
  sweep(): Promise<void>;
  /** Resolves when nothing is running or due any more. For commands that play a conversation. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}
