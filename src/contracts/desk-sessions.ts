/**
 * The seam to the logins of staff on web pages. Every key here is a digest made with a secret the store does
 * not have: a copy of the tables opens nothing, and a row somebody else wrote is found by nobody.
 * Times are epoch milliseconds.
 */
import type { Staff } from './desk.ts';

export interface DeskSession {
  readonly key: string;
  readonly staff: Staff;
  /** How they logged in: `oidc` or `link`. */
  readonly how: 'oidc' | 'link';
  /** Sealed by the login's own room; absent when nothing is needed for the way out. */
  readonly farewell?: string;
  readonly openedAt: number;
  readonly seenAt: number;
  /** From then on it is over, whatever was done meanwhile. */
  readonly endsAt: number;
}

/** A login that was begun: what the way back must show, or what a one-time link gives. */
export interface DeskLogin {
  readonly key: string;
  readonly data: string;
  readonly expiresAt: number;
}

export interface DeskSessions {
  /** Written into the chain of the house in the same transaction: who, with which roles, in which way. */
  openDeskSession(session: Omit<DeskSession, 'seenAt'>): Promise<void>;
  /** Undefined when there is none, or when it is over by `endsAt` or by not having been seen since `seenSince`. */
  deskSession(key: string, seenSince: number): Promise<DeskSession | undefined>;
  touchDeskSession(key: string): Promise<void>;
  /** Gone for every process; also written into the chain. Ending what is not there is no error. */
  endDeskSession(key: string): Promise<void>;
  keepDeskLogin(login: DeskLogin): Promise<void>;
  /** Takes a login out, in one step: of two who come with the same one, one gets it. Undefined when lapsed or unknown. */
  takeDeskLogin(key: string): Promise<DeskLogin | undefined>;
}
