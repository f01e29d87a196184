/**
 * Who is looking at which talk, within this process; the other processes are told whom to wake. A stream sleeps here until something was said,
 * until it is time for a sign of life, or until the house closes. What was said is never kept here:
 * whoever is woken reads the history.
 */
import type { Signals } from '../../contracts/signals.ts';

/** Open streams of one session. Browsers allow six connections to a host; two must stay free for posting. */
const STREAMS_PER_USER = 4;
const STREAMS = 10_000;

export interface Stay {
  /** Sleeps until woken, or until `ms` are over; `closed` once the stay has ended. */
  rest(ms: number): Promise<'woken' | 'idle' | 'closed'>;
  leave(): void;
}

export interface Hub {
  /** Undefined when the session or the house has too many streams already. */
  join(user: string): Stay | undefined;
  wake(user: string): void;
  /** Ends all streams of a session. */
  drop(user: string): void;
  close(): void;
  count(): number;
}

export function createHub(): Hub {
  const stays = new Map<string, Set<Sleeper>>();
  let total = 0;
  let isClosed = false;

  function leave(user: string, sleeper: Sleeper): void {
    const mine = stays.get(user);
    sleeper.end();
    if (!mine?.delete(sleeper)) return;
    total -= 1;
    if (mine.size === 0) stays.delete(user);
  }

  return {
    join(user) {
      const mine = stays.get(user) ?? new Set();
      if (isClosed || total >= STREAMS || mine.size >= STREAMS_PER_USER) return undefined;
      const sleeper = createSleeper();
      stays.set(user, mine.add(sleeper));
      total += 1;
      return { rest: sleeper.rest, leave: () => leave(user, sleeper) };
    },
    wake(user) {
      for (const sleeper of stays.get(user) ?? []) sleeper.wake();
    },
    drop(user) {
      for (const sleeper of [...(stays.get(user) ?? [])]) leave(user, sleeper);
    },
    close() {
      isClosed = true;
      for (const [user, mine] of stays) for (const sleeper of [...mine]) leave(user, sleeper);
    },
    count: () => total,
  };
}

const WAKE = 'web.wake ';
const DROP = 'web.drop ';

/** A hub that wakes and drops in every process. A signal that is lost costs a stream up to one rest. */
export function joinHubs(hub: Hub, signals: Signals | undefined): Hub {
  if (signals === undefined) return hub;
  signals.hear((topic) => {
    if (topic.startsWith(WAKE)) hub.wake(topic.slice(WAKE.length));
    if (topic.startsWith(DROP)) hub.drop(topic.slice(DROP.length));
  });
  return {
    ...hub,
    wake(user) {
      hub.wake(user);
      signals.send(`${WAKE}${user}`);
    },
    drop(user) {
      hub.drop(user);
      signals.send(`${DROP}${user}`);
    },
  };
}

interface Sleeper {
  readonly rest: Stay['rest'];
  wake(): void;
  end(): void;
}

function createSleeper(): Sleeper {
  let isWoken = false;
  let isEnded = false;
  let rouse: (() => void) | undefined;

  return {
    rest: (ms) =>
      new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          rouse = undefined;
          resolve(isEnded ? 'closed' : isWoken ? 'woken' : 'idle');
          isWoken = false;
        };
        const timer = setTimeout(finish, ms);
        rouse = finish;
        // Something was said while the stream was busy writing: no rest at all.
        if (isWoken || isEnded) finish();
      }),
    wake() {
      isWoken = true;
      rouse?.();
    },
    end() {
      isEnded = true;
      rouse?.();
    },
  };
}
