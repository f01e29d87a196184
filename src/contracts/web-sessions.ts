/**
 * The seam to the sessions of web pages. Secrets stay with the browsers: a session is known here by a digest. A
 * session that is not here, or whose time is over, is none; so leaving holds for every process, and over restarts.
 * Times are epoch milliseconds.
 */

export interface WebSession {
  /** Whose talk it is; stays the same when the session is renewed. */
  readonly user: string;
  /** Somebody has verified in this talk, and the secret is still the one from before. */
  readonly isDue: boolean;
}

export interface WebSessions {
  beginWebSession(session: {
    readonly key: string;
    readonly user: string;
    readonly endsAt: number;
    readonly isFramed: boolean;
  }): Promise<void>;
  /** Whether this talk is held in a frame, whose secret no other page of the same browser has. */
  isFramedTalk(user: string): Promise<boolean>;
  /** Undefined when there is none. The first use of a renewed session ends the one it took the place of. */
  webSession(key: string): Promise<WebSession | undefined>;
  /** From now on the sessions of this talk are due to be renewed. */
  wantRenewal(user: string): Promise<void>;
  /**
   * Gives the talk of `key` a fresh session. The one before lives on until the fresh one is used, a few minutes at most, so
   * that an answer that got lost loses no talk. False when there is no such session, or, with
   * `ifDue`, when another tab was first.
   */
  renewWebSession(renewal: {
    readonly key: string;
    readonly fresh: string;
    readonly endsAt: number;
    readonly ifDue?: true;
  }): Promise<boolean>;
  /** Ends every session of this talk. */
  endWebSessions(user: string): Promise<void>;
}
