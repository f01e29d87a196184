/**
 * Loaded before a server that is measured (`node --import`): tells over the process's channel how late the event
 * loop was, what memory and processor time were used; and makes its clock jump when it is told to.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Probe {
  /** Since the probe before this one. */
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  /** Of the process since its start, all threads. */
  readonly cpuMs: number;
}

const RESOLUTION_MS = 5;
const NANOS = 1e6;

if (process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  /** What the histogram holds is the whole distance between two looks. */
  const late = (nanos: number): number => Math.max(0, nanos / NANOS - RESOLUTION_MS);
  const now = Date.now.bind(Date);
  process.on('message', (asked: 'probe' | { readonly shiftMs: number }) => {
    if (typeof asked === 'object') {
      Date.now = () => now() + asked.shiftMs;
      return;
    }
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const probe: Probe = {
      lagP50Ms: late(delay.percentile(50)),
      lagP99Ms: late(delay.percentile(99)),
      lagMaxMs: late(delay.max),
      rssMb: rss / 2 ** 20,
      heapMb: heapUsed / 2 ** 20,
      cpuMs: (user + system) / 1000,
    };
    delay.reset();
    process.send?.(probe);
  });
  // The channel must not keep a server alive that has ended.
  process.channel?.unref();
}
