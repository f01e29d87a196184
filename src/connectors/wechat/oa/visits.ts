/**
 * Pushes whose answer is waited for, within this process. A visit is one push: open -> claimed -> over, or
 * open -> over when its time is up. It has a connection for each try that is there; whoever delivers to the
 * citizen claims the oldest open visit and ends it with an answer.
 */
import type { PushRef } from '../../../contracts/channel-ledger.ts';
import type { Address } from '../../../domain/conversation.ts';

export type Ending =
  | { readonly kind: 'reply'; readonly text: string }
  /** Somebody else has the answer, or it goes another way. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'late' };

export interface Claim {
  readonly push: PushRef;
  /** With a text: to the newest try that still listens. */
  end(text: string | undefined): void;
}

export interface Visits {
  /** Resolves when there is something to write, or nothing to wait for any more. */
  join(push: PushRef, signal: AbortSignal): Promise<Ending>;
  claim(address: Address): Claim | undefined;
  close(): void;
}

interface Connection {
  isOpen: boolean;
  readonly end: (ending: Ending) => void;
}

interface Visit {
  readonly push: PushRef;
  readonly connections: Set<Connection>;
  readonly timer: NodeJS.Timeout;
  isClaimed: boolean;
}

/** @param patienceMs how long after its first try a push is given up */
export function createVisits(patienceMs: number): Visits {
  // Insertion order is the order of arrival.
  const visits = new Map<string, Visit>();
  const keyOf = ({ address, key }: PushRef) => `${address.account} ${key}`;

  function finish(visit: Visit, text: string | undefined, otherwise: 'nothing' | 'late'): void {
    clearTimeout(visit.timer);
    visits.delete(keyOf(visit.push));
    const newest = [...visit.connections].findLast(({ isOpen }) => isOpen);
    for (const connection of visit.connections) {
      const isAnswered = text !== undefined && connection === newest;
      connection.end(isAnswered ? { kind: 'reply', text } : { kind: otherwise });
    }
  }

  function begin(push: PushRef): Visit {
    const visit: Visit = {
      push,
      connections: new Set(),
      isClaimed: false,
      timer: setTimeout(() => finish(visit, undefined, 'late'), patienceMs),
    };
    visits.set(keyOf(push), visit);
    return visit;
  }

  return {
    join(push, signal) {
      const visit = visits.get(keyOf(push)) ?? begin(push);
      return new Promise((resolve) => {
        const connection: Connection = { isOpen: !signal.aborted, end: resolve };
        visit.connections.add(connection);
        signal.addEventListener('abort', () => {
          connection.isOpen = false;
          resolve({ kind: 'nothing' });
        });
      });
    },
    claim(address) {
      const visit = [...visits.values()].find(
        ({ push, isClaimed, connections }) =>
          !isClaimed &&
          push.address.user === address.user &&
          push.address.account === address.account &&
          [...connections].some(({ isOpen }) => isOpen),
      );
      if (visit === undefined) return undefined;
      visit.isClaimed = true;
      clearTimeout(visit.timer);
      return { push: visit.push, end: (text) => finish(visit, text, 'nothing') };
    },
    close() {
      for (const visit of [...visits.values()]) finish(visit, undefined, 'late');
    },
  };
}
