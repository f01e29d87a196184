/**
 * Whether this process should be given work, and what is not as it should be. Not ready means: send citizens to
 * another process. A warning means that a person should look, while citizens are still answered. Codes
 * and numbers only; nothing here says who anybody is.
 */
import type { Clock } from './contracts/clock.ts';
import type { Figures, StoreFigures } from './contracts/figures.ts';
import { FIGURES_EVERY_MS, FIGURES_FRESH_MS, MOST_WAITING, WARN } from './limits.ts';
import type { DiskWatch } from './watch-disk.ts';
import type { ChannelState } from './watch-store.ts';
import type { OfficeState } from './watching.ts';

export type Reason =
  | 'starting'
  | 'stopping'
  | 'store_unreachable'
  | 'store_full'
  | 'store_broken'
  | 'tables_older'
  | 'knowledge_missing'
  | 'queue_full';

export type Warning =
  | 'tables_newer'
  | 'disk_low'
  | 'office_away'
  | 'inbox_late'
  | 'inbox_dead'
  | 'outbox_late'
  | 'outbox_dead'
  | 'tasks_late'
  | 'timers_late'
  | 'slack_silent'
  | 'slack_refused'
  | `channel_failing:${string}`;

export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly Reason[];
  readonly warnings: readonly Warning[];
  readonly checks: {
    readonly inboxWaiting?: number;
    readonly inboxOldestSeconds?: number;
    readonly inboxDead?: number;
    readonly outboxPending?: number;
    readonly outboxParked?: number;
    readonly outboxDead?: number;
    readonly outboxOldestSeconds?: number;
    readonly taskLagSeconds?: number;
    readonly timerLagSeconds?: number;
    readonly dataFreeBytes?: number;
    readonly officeOkSecondsAgo?: number;
    readonly channels: { readonly [channel: string]: string };
  };
}

export interface HealthParts {
  readonly store: Figures;
  readonly clock: Clock;
  readonly disk?: Pick<DiskWatch, 'refusal' | 'room' | 'isLow'> | undefined;
  /** Version of the knowledge in use; empty while there is none. */
  readonly knowledge: () => string;
  readonly channels: () => readonly ChannelState[];
  /** Channels that are on, failing or not. */
  readonly open: () => readonly string[];
  readonly office: () => OfficeState;
  readonly slack?: () => { readonly silentMs?: number; readonly refused: boolean } | undefined;
}

export interface Health {
  ready(): Promise<Readiness>;
  /** As last counted; at most some seconds old. Rejects when the store does not answer. */
  figures(): Promise<StoreFigures>;
  /** Unanswered messages as last counted, without asking; 0 until counted once. */
  waiting(): number;
  readonly isStopping: boolean;
  started(): void;
  /** From now on not ready. */
  stopping(): void;
  stop(): void;
}

export function createHealth(parts: HealthParts): Health {
  const { store, clock } = parts;
  let last: { readonly at: number; readonly figures: StoreFigures } | undefined;
  let asking: Promise<StoreFigures> | undefined;
  let phase: 'starting' | 'running' | 'stopping' = 'starting';

  async function figures(): Promise<StoreFigures> {
    if (last !== undefined && clock.now() - last.at < FIGURES_FRESH_MS) return last.figures;
    // Many who ask at once are answered by one look.
    asking ??= store.figures().finally(() => {
      asking = undefined;
    });
    const found = await asking;
    last = { at: clock.now(), figures: found };
    return found;
  }

  // Whoever turns messages away must know how many wait, also when nobody asks.
  const counting = setInterval(() => void figures().catch(() => {}), FIGURES_EVERY_MS).unref();

  return {
    figures,
    waiting: () => last?.figures.inbox.waiting ?? 0,
    get isStopping() {
      return phase === 'stopping';
    },
    started() {
      if (phase === 'starting') phase = 'running';
    },
    stopping() {
      phase = 'stopping';
    },
    stop: () => clearInterval(counting),
    async ready() {
      const found = await figures().catch(() => undefined);
      const refusal = parts.disk?.refusal();
      const reasons: Reason[] = [
        ...(phase === 'running' ? [] : [phase]),
        ...(found === undefined ? (['store_unreachable'] as const) : []),
        ...(refusal === undefined ? [] : [refusal]),
        ...(found?.migrations === 'older' ? (['tables_older'] as const) : []),
        ...(parts.knowledge() === '' ? (['knowledge_missing'] as const) : []),
        ...((found?.inbox.waiting ?? 0) >= MOST_WAITING ? (['queue_full'] as const) : []),
      ];
      const now = clock.now();
      return {
        ready: reasons.length === 0,
        reasons,
        warnings: warningsOf(parts, found, now),
        checks: checksOf(parts, found, now),
      };
    },
  };
}

/** How late each kind of work is, in milliseconds; 0 when nothing waits. */
export function lags(found: StoreFigures, now: number) {
  const since = (at: number | undefined): number => (at === undefined ? 0 : Math.max(0, now - at));
  return {
    inbox: since(found.inbox.oldestAt),
    outbox: since(found.outbox.oldestAt),
    task: since(found.tasks.oldestDueAt),
    timer: since(found.timers.oldestDueAt),
  };
}

function warningsOf(parts: HealthParts, found: StoreFigures | undefined, now: number): Warning[] {
  const late = found === undefined ? undefined : lags(found, now);
  const office = parts.office();
  const slack = parts.slack?.();
  const isAway =
    office.failedAt !== undefined &&
    office.failedAt > (office.okAt ?? 0) &&
    now - (office.okAt ?? 0) > WARN.officeAwayMs;
  const all: readonly (readonly [boolean, Warning])[] = [
    [found?.migrations === 'newer', 'tables_newer'],
    [parts.disk?.isLow === true, 'disk_low'],
    [isAway, 'office_away'],
    [(late?.inbox ?? 0) > WARN.inboxLateMs, 'inbox_late'],
    [(found?.inbox.dead ?? 0) > 0, 'inbox_dead'],
    [(late?.outbox ?? 0) > WARN.outboxLateMs, 'outbox_late'],
    [(found?.outbox.dead ?? 0) > 0, 'outbox_dead'],
    [(late?.task ?? 0) > WARN.tasksLateMs, 'tasks_late'],
    [(late?.timer ?? 0) > WARN.timersLateMs, 'timers_late'],
    [(slack?.silentMs ?? 0) > WARN.slackSilentMs, 'slack_silent'],
    [slack?.refused === true, 'slack_refused'],
  ];
  const failing = parts.channels().filter((state) => isFailing(state, now));
  return [
    ...all.filter(([is]) => is).map(([, warning]) => warning),
    ...failing.map(({ channel }): Warning => `channel_failing:${channel}`),
  ];
}

/** Failed last, and not long ago; a channel nobody uses is not failing for ever. */
function isFailing({ sentAt, failedAt, state }: ChannelState, now: number): boolean {
  if (state === 'logged_out' || state === 'missing') return true;
  return failedAt !== undefined && failedAt > (sentAt ?? 0) && now - failedAt < WARN.channelFailingMs;
}

function checksOf(parts: HealthParts, found: StoreFigures | undefined, now: number): Readiness['checks'] {
  const states = new Map(parts.channels().map((state) => [state.channel as string, state]));
  const channels = Object.fromEntries(
    parts.open().map((channel) => {
      const state = states.get(channel);
      return [channel, state !== undefined && isFailing(state, now) ? (state.code ?? 'failing') : 'ok'];
    }),
  );
  const { okAt } = parts.office();
  const ago = {
    ...(parts.disk?.room === undefined ? {} : { dataFreeBytes: parts.disk.room.freeBytes }),
    ...(okAt === undefined ? {} : { officeOkSecondsAgo: seconds(now - okAt) }),
  };
  if (found === undefined) return { ...ago, channels };
  const late = lags(found, now);
  return {
    inboxWaiting: found.inbox.waiting,
    inboxOldestSeconds: seconds(late.inbox),
    inboxDead: found.inbox.dead,
    outboxPending: found.outbox.pending,
    outboxParked: found.outbox.parked,
    outboxDead: found.outbox.dead,
    outboxOldestSeconds: seconds(late.outbox),
    taskLagSeconds: seconds(late.task),
    timerLagSeconds: seconds(late.timer),
    ...ago,
    channels,
  };
}

const seconds = (ms: number): number => Math.round(ms / 1_000);
