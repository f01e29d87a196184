/**
 * The log: events with ids and codes, one JSON line each. There is no way to log free text, so that
 * nobody's words, names or numbers can get in.
 */
import { type DestinationStream, destination, pino } from 'pino';
import type { Config } from './config.ts';

/** Every event there is, with the fields it may carry: ids, codes and numbers. */
export interface LogEvents {
  'app.started': { readonly url: string; readonly knowledge: string };
  'app.stopped': Record<never, never>;
  'turn.failed': { readonly conversation: string; readonly code: string };
  'delivery.failed': { readonly outbound: string; readonly code: string };
  'job.failed': { readonly queue: string; readonly key: string; readonly code: string };
  'task.settled': { readonly taskId: string; readonly name: string; readonly outcome: string };
  'task.attempt_failed': {
    readonly taskId: string;
    readonly name: string;
    readonly code: string;
    readonly attempts: number;
  };
  'feed.failed': { readonly code: string };
  'knowledge.reloaded': { readonly version: string; readonly ms: number; readonly trained: number };
  'knowledge.refused': {
    readonly file: string;
    readonly key: string;
    readonly problems: number;
    readonly kept: string;
  };
  'knowledge.reload_failed': { readonly code: string };
  'knowledge.withdrawals': { readonly withdrawn: number; readonly version: string };
  'knowledge.withdrawals_failed': { readonly code: string };
  'knowledge.intent_unreadable': { readonly file: string };
  'retention.removed': { readonly rows: number };
  'retention.failed': { readonly code: string };
  /** The store cannot write: the code, where its data are, and the room there as far as it is known. */
  'store.trouble': { readonly code: string; readonly folder: string; readonly freeBytes?: number };
  'store.recovered': { readonly code: string; readonly ms: number };
  'backup.written': { readonly bytes: number; readonly ms: number };
  'figures.counted': { readonly talks: number; readonly days: number };
  'figures.failed': { readonly code: string };
  'request.failed': { readonly route: string; readonly code: string };
  /** A login of staff that did not succeed. */
  'desk.refused': { readonly code: string };
  /** A channel that can be on and off by itself: logged in, logged out, built anew. */
  'channel.state': { readonly channel: string; readonly state: string };
  /** A request that was not from the platform, or not for us. */
  'channel.refused': { readonly channel: string; readonly code: string };
  'channel.failed': { readonly channel: string; readonly code: string };
  /** The link to Slack, with Slack's code when it broke. */
  'slack.link': { readonly state: string; readonly code: string };
  /** What keeps the desk from working; empty when nothing does. */
  'slack.checked': { readonly problem: string };
  'slack.refused': { readonly code: string };
  'slack.trouble': { readonly code: string };
  'slack.received': { readonly what: string; readonly ackMs: number };
  'slack.item_failed': { readonly kind: string; readonly code: string };
  'slack.draw_failed': { readonly case: string; readonly code: string };
}

export interface Log {
  event<E extends keyof LogEvents>(name: E, fields: LogEvents[E]): void;
}

const ERRORS = new Set<keyof LogEvents>([
  'turn.failed',
  'job.failed',
  'store.trouble',
  'request.failed',
  'channel.failed',
  'knowledge.refused',
  'knowledge.reload_failed',
  'knowledge.withdrawals_failed',
  'retention.failed',
  'figures.failed',
  'slack.refused',
  'slack.item_failed',
  'slack.draw_failed',
]);

export function createLog(level: Config['logLevel'], stream: DestinationStream = destination(2)): Log {
  const logger = pino({ level, base: null }, stream);
  return {
    event(name, fields) {
      if (ERRORS.has(name)) logger.error({ event: name, ...fields });
      else logger.info({ event: name, ...fields });
    },
  };
}

/** What an error may say in a log: its code or its class, never its message. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : 'unknown';
}
