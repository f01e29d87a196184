/**
 * Pushes whose answer is waited for, within this process. A visit is one push: open -> claimed -> over, or
 * open -> over when its time is up. It has a connection for each try that is there; whoever delivers to the
 * citizen claims the oldest open visit and ends it with an answer.
 *
 * Where there are other processes one of them may have the answer: each visit is looked into now and then, and when
 * somebody nudges.
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

/** What became of a push elsewhere; undefined when nothing has yet. */
export type Look = (push: PushRef) => Promise<Exclude<Ending, { kind: 'late' }> | undefined>;

export interface Visits {
  /** Resolves when there is something to write, or nothing to wait for any more. */
  join(push: PushRef, signal: AbortSignal): Promise<Ending>;
  claim(address: Address): Claim | undefined;
  /** Looks into the visits of which this is true, now. */
  nudge(which: (push: PushRef) => boolean): void;
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
  looking: NodeJS.Timeout | undefined;
  isClaimed: boolean;
}

/** A nudge may be lost. Answers of one's own come sooner than the first look, so that most pushes cost none. */
const LOOK_MS = 400;

/**
 * @param patienceMs how long after its first try a push is given up
 * @param look absent where nobody else can have the answer
 */
export function createVisits(patienceMs: number, look?: Look): Visits {
  // Insertion order is the order of arrival.
  const visits = new Map<string, Visit>();
  const keyOf = ({ address, key }: PushRef) => `${address.account} ${key}`;
  const isListening = ({ connections }: Visit) => [...connections].some(({ isOpen }) => isOpen);

  function finish(visit: Visit, text: string | undefined, otherwise: 'nothing' | 'late'): void {
    clearTimeout(visit.timer);
    clearTimeout(visit.looking);
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
      looking: undefined,
      timer: setTimeout(() => finish(visit, undefined, 'late'), patienceMs),
    };
    visits.set(keyOf(push), visit);
    lookLater(visit);
    return visit;
  }

  function lookLater(visit: Visit): void {
    if (look !== undefined) visit.looking = setTimeout(() => void lookInto(visit), LOOK_MS);
  }

  async function lookInto(visit: Visit): Promise<void> {
    clearTimeout(visit.looking);
    if (look === undefined || visit.isClaimed) return;
    if (!isListening(visit)) return lookLater(visit);
    // What is taken by looking must be written here: nobody else may end the visit meanwhile, but time.
    visit.isClaimed = true;
    // A look that fails is one that has not been made: there is another, or the patience ends.
    const found = await look(visit.push).catch(() => undefined);
    visit.isClaimed = false;
    if (visits.get(keyOf(visit.push)) !== visit) return;
    if (found === undefined) lookLater(visit);
    else finish(visit, found.kind === 'reply' ? found.text : undefined, 'nothing');
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
        (one) =>
          !one.isClaimed &&
          one.push.address.user === address.user &&
          one.push.address.account === address.account &&
          isListening(one),
      );
      if (visit === undefined) return undefined;
      visit.isClaimed = true;
      clearTimeout(visit.timer);
      clearTimeout(visit.looking);
      return { push: visit.push, end: (text) => finish(visit, text, 'nothing') };
    },
    nudge(which) {
      for (const visit of visits.values()) if (which(visit.push)) void lookInto(visit);
    },
    close() {
      for (const visit of [...visits.values()]) finish(visit, undefined, 'late');
    },
  };
}
