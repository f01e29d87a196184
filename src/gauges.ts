/** Numbers that are read when somebody asks: what waits, who looks, how the process fares. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from './contracts/clock.ts';
import type { StoreFigures } from './contracts/figures.ts';
import { type Health, lags } from './health.ts';
import type { Metrics } from './metrics.ts';
import type { DiskWatch } from './watch-disk.ts';

/** Finer costs more than it tells. */
const RESOLUTION_MS = 20;
const NANO = 1e9;

export interface GaugeParts {
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  readonly disk: Pick<DiskWatch, 'trouble' | 'room'>;
  readonly streams: () => number;
  readonly slackSilentMs: () => number | undefined;
}

export interface Gauges {
  /** Everything in the text format of Prometheus, with what waits as it is now. */
  scrape(): Promise<string>;
  stop(): void;
}

export function createGauges(parts: GaugeParts): Gauges {
  const { metrics, health, clock } = parts;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    async scrape() {
      const { ready } = await health.ready();
      metrics.set('gongji_ready', {}, Number(ready));
      metrics.set('gongji_store_writable', {}, Number(parts.disk.trouble === undefined));
      const { room } = parts.disk;
      if (room !== undefined) {
        metrics.set('gongji_data_free_bytes', {}, room.freeBytes);
        metrics.set('gongji_data_size_bytes', {}, room.sizeBytes);
      }
      metrics.set('gongji_stopping', {}, Number(health.isStopping));
      const found = await health.figures().catch(() => undefined);
      if (found !== undefined) setFigures(metrics, found, clock.now());
      metrics.set('gongji_sse_clients', {}, parts.streams());
      const silentMs = parts.slackSilentMs();
      if (silentMs !== undefined) metrics.set('gongji_slack_silent_seconds', {}, silentMs / 1_000);
      setProcess(metrics);
      for (const quantile of ['0.5', '0.99', '1'] as const) {
        const late = Math.max(0, delay.percentile(Number(quantile) * 100) / NANO - RESOLUTION_MS / 1_000);
        metrics.set('gongji_event_loop_lag_seconds', { quantile }, late);
      }
      delay.reset();
      return metrics.text();
    },
    stop: () => delay.disable(),
  };
}

function setFigures(metrics: Metrics, found: StoreFigures, now: number): void {
  const late = lags(found, now);
  const age = found.backupAt === undefined ? -1 : Math.max(0, now - found.backupAt) / 1_000;
  metrics.set('gongji_backup_age_seconds', {}, age);
  metrics.set('gongji_inbox_waiting', {}, found.inbox.waiting);
  metrics.set('gongji_inbox_oldest_seconds', {}, late.inbox / 1_000);
  metrics.set('gongji_inbox_dead', {}, found.inbox.dead);
  for (const state of ['pending', 'parked', 'dead'] as const) {
    metrics.set('gongji_outbox_parts', { state }, found.outbox[state]);
  }
  metrics.set('gongji_outbox_oldest_seconds', {}, late.outbox / 1_000);
  metrics.set('gongji_tasks_open', {}, found.tasks.open);
  for (const work of ['inbox', 'outbox', 'task', 'timer'] as const) {
    metrics.set('gongji_engine_lag_seconds', { work }, late[work] / 1_000);
  }
  for (const [age, n] of Object.entries(found.cases.open) as [
    keyof StoreFigures['cases']['open'],
    number,
  ][]) {
    metrics.set('gongji_cases_open', { age }, n);
  }
  metrics.set('gongji_cases_unassigned', {}, found.cases.unassigned);
  metrics.set('gongji_cases_late', { goal: 'first_answer' }, found.cases.firstAnswerLate);
  metrics.set('gongji_cases_late', { goal: 'resolution' }, found.cases.resolutionLate);
  metrics.set('gongji_staff_items_waiting', {}, found.staffItems.waiting);
  for (const channel of ['wechat-oa', 'wecom-kf'] as const) {
    for (const kind of ['message', 'event'] as const) {
      const open = found.windows.find((one) => one.channel === channel && one.kind === kind)?.open ?? 0;
      metrics.set('gongji_windows_open', { channel, kind }, open);
    }
  }
}

function setProcess(metrics: Metrics): void {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  metrics.set('gongji_process_resident_bytes', {}, rss);
  metrics.set('gongji_process_heap_bytes', {}, heapUsed);
  metrics.total('gongji_process_cpu_seconds_total', {}, (user + system) / 1e6);
  metrics.set('gongji_process_uptime_seconds', {}, process.uptime());
}
