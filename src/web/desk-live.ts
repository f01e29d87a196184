/**
 * News for open pages, by server-sent events: which cases changed, never what. A page that comes back names the
 * last number it saw. Every stream also asks by itself now and then, since another process may have made
 * the change, and ends when its login does.
 */
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { createHub, type Hub } from '../connectors/web/hub.ts';
import type { DeskFeed } from '../contracts/desk.ts';
import type { DeskEnv } from './desk-guard.ts';
import type { DeskDoor } from './desk-sessions.ts';

/** Proxies commonly cut a connection that is silent for 30 or 60 seconds. */
const PING_MS = 10_000;
const CHANGES_AT_ONCE = 200;
const EVERYBODY = 'desk';

export interface LiveParts {
  readonly desk: Pick<DeskFeed, 'changes' | 'onChange' | 'latest'>;
  readonly door: DeskDoor;
}

export interface Live {
  readonly routes: Hono<DeskEnv>;
  close(): void;
}

export function createLive({ desk, door }: LiveParts): Live {
  // Streams are counted by login; all of them are woken by every change.
  const hub: Hub = createHub();
  const open = new Set<string>();
  const unsubscribe = desk.onChange(() => {
    for (const key of open) hub.wake(key);
  });
  const routes = new Hono<DeskEnv>();

  routes.get('/', async (c) => {
    const { key } = c.var.entered.session;
    const stay = hub.join(key);
    if (stay === undefined) return c.json({ error: 'slow_down' }, 429);
    open.add(key);
    const named = Number(c.req.header('last-event-id'));
    let after = Number.isSafeInteger(named) && named > 0 ? named : await desk.latest();
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => stay.leave());
      try {
        await stream.writeSSE({ id: String(after), event: 'ready', data: EVERYBODY });
        for (;;) {
          if (!(await door.holds(key))) {
            await stream.writeSSE({ event: 'over', data: EVERYBODY });
            return;
          }
          const changes = await desk.changes(after, CHANGES_AT_ONCE);
          const last = changes.at(-1);
          if (last !== undefined) {
            after = last.n;
            const cases = [...new Set(changes.map((change) => change.case))];
            await stream.writeSSE({ id: String(after), event: 'changed', data: JSON.stringify({ cases }) });
          }
          if (changes.length === CHANGES_AT_ONCE) continue;
          const why = await stay.rest(PING_MS);
          if (why === 'closed' || stream.aborted) return;
          if (why === 'idle') await stream.write(': still here\n\n');
        }
      } finally {
        stay.leave();
      }
    });
  });

  return {
    routes,
    close() {
      unsubscribe();
      open.clear();
      hub.close();
    },
  };
}
