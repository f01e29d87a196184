/** What one person has written lately, whichever process took it in: for limits that hold for the whole installation. */
import type { Address } from '../domain/conversation.ts';

export interface RecentWriting {
  /** Messages since then; counted up to a bound above every limit there is. */
  readonly written: number;
  /** Whether the person was told since then to slow down. */
  readonly isTold: boolean;
}

export interface Recent {
  /** One look along the newest rows of one conversation. */
  recentOf(address: Address, since: number): Promise<RecentWriting>;
}
