/**
 * Looks on while the house works, and tells numbers, traces and health what it saw: around the store, the
 * office and the log, so that the rooms themselves know nothing of being measured. It changes nothing and
 * keeps nothing personal; what it remembers of rows under way is bounded and may be lost.
 */
import type { Clock } from './contracts/clock.ts';
import type { Portal } from './contracts/portal.ts';
import type { Store } from './contracts/store.ts';
import type { Turn } from './dialog/turn.ts';
import type { ChannelId } from './domain/conversation.ts';
import type { Log } from './log.ts';
import type { Meter } from './measures.ts';
import type { Tracer } from './tracing.ts';
import { countTurn, watchLog } from './watch-log.ts';
import { watchPortal } from './watch-office.ts';
import { type ChannelState, watchStore } from './watch-store.ts';
import { createTraces } from './watch-traces.ts';

export interface OfficeState {
  readonly okAt?: number;
  readonly failedAt?: number;
}

export interface Watch {
  readonly meter: Meter;
  store(store: Store): Store;
  portal(portal: Portal): Portal;
  log(log: Log): Log;
  /** One run of a task. */
  task(id: string, run: () => Promise<void>): Promise<void>;
  onTurn(turn: Turn): void;
  channels(): readonly ChannelState[];
  office(): OfficeState;
}

export interface WatchParts {
  readonly clock: Clock;
  readonly meter: Meter;
  readonly tracer?: Tracer | undefined;
}

export function createWatch(parts: WatchParts): Watch {
  const states = new Map<ChannelId, ChannelState>();
  const note = (channel: ChannelId, change: Omit<ChannelState, 'channel'>): void => {
    states.set(channel, { ...states.get(channel), channel, ...change });
  };
  const traces = createTraces(parts.tracer);
  let office: OfficeState = {};
  return {
    meter: parts.meter,
    store: (store) => watchStore(store, { ...parts, traces, note }),
    portal: (portal) =>
      watchPortal(portal, parts.meter, (isOk) => {
        office = { ...office, [isOk ? 'okAt' : 'failedAt']: parts.clock.now() };
      }),
    log: (log) => watchLog(log, { ...parts, note }),
    task: (id, run) => traces.task(id, run),
    onTurn: (turn) => countTurn(parts.meter, turn),
    channels: () => [...states.values()],
    office: () => office,
  };
}
