/** What the adviser is handed. Replies become words through a function, as for the whole room. */
import type { AdviceStore } from '../contracts/advice-store.ts';
import type { Clock, Random } from '../contracts/clock.ts';
import type { DeskStore } from '../contracts/desk-store.ts';
import type { Cases, Mailbox, Outbox, ReviewItems } from '../contracts/store.ts';
import type { OutboundPart, Reply } from '../domain/conversation.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { Understander } from '../understanding/understander.ts';

/** What is needed to think; without a store, for a command as well. */
export interface Thinking {
  /** The newest, without what is withdrawn. */
  readonly knowledge: () => Knowledge;
  readonly understander: () => Understander;
  /** The text of a reply with its holes filled. */
  readonly words: (id: string, params?: JsonObject) => string;
  /** A reply as a citizen would get it, with region, day and source below it. */
  readonly say: (reply: Reply) => Pick<OutboundPart, 'text' | 'sources'>;
}

export interface AdviceDeps extends Thinking {
  readonly store: AdviceStore &
    DeskStore &
    ReviewItems &
    Pick<Cases, 'nextCaseNumber'> &
    Pick<Mailbox, 'conversation'> &
    Pick<Outbox, 'history'>;
  readonly clock: Clock;
  readonly random: Random;
}
