/**
 * What those who run the house need, put together: numbers, traces, readiness and backups. The house itself
 * knows nothing of it; it is looked on from outside (`watching.ts`).
 */
import { join } from 'node:path';
import type { App } from './app.ts';
import { noteBackup, writeBackup } from './backup.ts';
import type { Config } from './config.ts';
import type { Clock } from './contracts/clock.ts';
import { createGauges, type Gauges } from './gauges.ts';
import { createHealth, type Health } from './health.ts';
import { HANG_MS } from './limits.ts';
import type { Log } from './log.ts';
import { beginCounters, createMetrics } from './metrics.ts';
import { type OpsSocket, opsSocketPath, serveOps } from './ops-socket.ts';
import { openTracing } from './tracing.ts';
import { createDiskWatch, type DiskWatch } from './watch-disk.ts';
import { NO_WATCHDOG, startWatchdog, type Watchdog } from './watchdog.ts';
import { createWatch, type Watch } from './watching.ts';
import type { Ops } from './web/ops-routes.ts';

export interface OperationsParts {
  readonly config: Pick<Config, 'dataDir' | 'databaseUrl' | 'hangSeconds' | 'otlpUrl'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What there is to be looked at, once it is there. */
export interface Looked {
  readonly app: App;
  /** Ids of the channels that are on. */
  readonly channels: readonly string[];
  readonly streams: () => number;
  readonly slack: () => { readonly silentMs?: number; readonly refused: boolean } | undefined;
}

export interface Operations {
  readonly watch: Watch;
  /** The same log, counted. */
  readonly log: Log;
  /** Whether the store takes what it is given. */
  readonly disk: DiskWatch;
  /** Notes what is worked on, for the log of a process that hangs over it. */
  readonly during: Watchdog['during'];
  /** Unanswered messages as last counted. */
  waiting(): number;
  look(at: Looked): void;
  readonly ops: Ops;
  /** From now on ready, and open to commands on this machine. */
  started(): Promise<void>;
  /** From now on not ready. */
  stopping(): void;
  stop(): Promise<void>;
}

export async function openOperations({ config, clock, log }: OperationsParts): Promise<Operations> {
  const metrics = createMetrics();
  beginCounters(metrics);
  const tracer = config.otlpUrl === undefined ? undefined : await openTracing({ url: config.otlpUrl });
  const watch = createWatch({ clock, meter: metrics, tracer });
  const counted = watch.log(log);
  const disk = createDiskWatch({
    clock,
    log: counted,
    folder: config.databaseUrl === undefined ? config.dataDir : undefined,
  });
  // Begins with the work, which may hang at once over what an earlier process has left.
  let watchdog = NO_WATCHDOG;
  let looked: { readonly health: Health; readonly gauges: Gauges; readonly app: App } | undefined;
  let socket: OpsSocket | undefined;
  const here = () => {
    if (looked === undefined) throw new Error('There is nothing to look at yet');
    return looked;
  };

  async function backup(file: string) {
    const written = await writeBackup(here().app, file);
    await noteBackup(here().app, file, clock);
    counted.event('backup.written', written);
    return written;
  }

  return {
    watch,
    log: counted,
    disk,
    during: (what, run) => watchdog.during(what, run),
    waiting: () => looked?.health.waiting() ?? 0,
    look({ app, channels, streams, slack }) {
      const health = createHealth({
        store: app.store,
        clock,
        disk,
        knowledge: () => app.editions.of().knowledge.version,
        channels: watch.channels,
        open: () => channels,
        office: watch.office,
        slack,
      });
      const gauges = createGauges({
        metrics,
        health,
        clock,
        disk,
        streams,
        slackSilentMs: () => slack()?.silentMs,
      });
      looked = { health, gauges, app };
      disk.look(app.tryWrite);
      const limitMs = config.hangSeconds === undefined ? HANG_MS : config.hangSeconds * 1_000;
      watchdog = startWatchdog({ limitMs, file: join(config.dataDir, 'working') });
    },
    ops: { ready: () => here().health.ready(), metrics: () => here().gauges.scrape() },
    async started() {
      socket = await serveOps({ backup, ready: () => here().health.ready() }, opsSocketPath(config.dataDir));
      here().health.started();
    },
    stopping: () => looked?.health.stopping(),
    async stop() {
      disk.stop();
      watchdog.stop();
      looked?.health.stop();
      looked?.gauges.stop();
      await socket?.close();
      await tracer?.stop();
    },
  };
}
