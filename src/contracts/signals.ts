/**
 * How the processes of one installation nudge each other. A signal is a hint, never a promise: it may be
 * lost, late or double, so whoever is nudged looks at the tables, and looks now and then anyway.
 */
export interface Signals {
  /** There is no other process, and there cannot be one. */
  readonly isAlone?: true;
  /** Nudges every other process. Does not throw; `topic` is short, without personal data. */
  send(topic: string): void;
  /** Told of every topic another process has sent. */
  hear(listener: (topic: string) => void): void;
}
