/**
 * What staff in WeCom do with a talk, as far as our own case is concerned: whoever ends a session there has closed
 * the case, and whoever is handed one has it. The event's id is the key of the change, so that an event that is read
 * twice changes nothing twice.
 */
import type { StaffRef } from '../../../contracts/desk.ts';
import type { CaseChange, DeskStore } from '../../../contracts/desk-store.ts';
import type { Store } from '../../../contracts/store.ts';
import type { Address } from '../../../domain/conversation.ts';

export interface EndingParts {
  readonly store: Pick<DeskStore, 'changeCase'> & Pick<Store, 'conversationAt'>;
}

export interface Ending {
  /** `no_case`: there is none that is open, and nothing has changed. */
  ended(address: Address, event: string, servicer: string): Promise<'closed' | 'no_case'>;
  handedOn(address: Address, event: string, servicer: string): Promise<void>;
}

/** Of somebody whom only WeCom knows; `wecom` itself ends talks nobody has written in for long. */
const staffOf = (servicer: string): StaffRef =>
  servicer === ''
    ? { id: 'wecom', displayName: 'WeCom' }
    : { id: `wecom:${servicer}`, displayName: servicer };

export function createEnding({ store }: EndingParts): Ending {
  async function change(
    address: Address,
    event: string,
    servicer: string,
    wanted: (by: StaffRef) => Pick<CaseChange, 'set' | 'events' | 'tell'>,
  ): Promise<boolean> {
    const id = (await store.conversationAt(address))?.openCase;
    if (id === undefined) return false;
    const by = staffOf(servicer);
    const when = { isClosed: false };
    const { state } = await store.changeCase({ ...wanted(by), id, by, key: `wecom/${event}`, when });
    return state === 'done' || state === 'repeat';
  }

  return {
    async ended(address, event, servicer) {
      const isClosed = await change(address, event, servicer, ({ id }) => ({
        set: {
          status: 'closed',
          isAnswered: true,
          snoozedUntil: 'awake',
          wakeAt: 'never',
          closed: { by: id },
        },
        events: [{ kind: 'closed', data: { trueCause: null } }],
        tell: { event: 'closed' },
      }));
      return isClosed ? 'closed' : 'no_case';
    },
    async handedOn(address, event, servicer) {
      await change(address, event, servicer, (to) => ({
        set: { owner: to, status: 'assigned' },
        events: [{ kind: 'transferred', data: { to: to.id } }],
      }));
    },
  };
}
