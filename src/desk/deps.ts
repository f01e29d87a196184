/** What the help desk is handed. Words come from `knowledge/replies` through a function: rooms of one level do not meet. */
import type { AdviceStore } from '../contracts/advice-store.ts';
import type { Clock, Random } from '../contracts/clock.ts';
import type { DeskStore } from '../contracts/desk-store.ts';
import type { Mailbox, Outbox, Tasks, Vault } from '../contracts/store.ts';
import type { RegionCode } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';

export interface DeskDeps {
  readonly store: DeskStore &
    Pick<AdviceStore, 'draftCounts'> &
    Pick<Mailbox, 'conversation'> &
    Pick<Outbox, 'history'> &
    Pick<Tasks, 'applicationsOf'> &
    Pick<Vault, 'reveal'>;
  /** The newest, without what is withdrawn. */
  readonly knowledge: () => Knowledge;
  readonly clock: Clock;
  readonly random: Random;
  /** The text of a reply with its holes filled. */
  readonly words: (id: string, params?: JsonObject) => string;
  /** What the rules say of an act before anybody is asked; undefined when they have no say in it. */
  readonly ruleCheck: (
    flow: string,
    params: { readonly region: RegionCode } & JsonObject,
  ) => { readonly isAllowed: boolean; readonly why: string } | undefined;
}
