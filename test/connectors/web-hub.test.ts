import { describe, expect, it } from 'vitest';
import { createHub, joinHubs } from '../../src/connectors/web/hub.ts';
import type { Signals } from '../../src/contracts/signals.ts';

/** What each sends, all the others hear. */
function processes(count: number): readonly Signals[] {
  const listeners: ((topic: string) => void)[][] = Array.from({ length: count }, () => []);
  return listeners.map((mine) => ({
    send: (topic) => {
      for (const others of listeners) if (others !== mine) for (const hear of others) hear(topic);
    },
    hear: (listener) => void mine.push(listener),
  }));
}

describe('the hubs of several processes', () => {
  it('wake a page that hangs on another process than the one that has something to say', async () => {
    const [here, there] = processes(2).map((signals) => joinHubs(createHub(), signals));
    const stay = there?.join('lin');
    const other = there?.join('wang');
    here?.wake('lin');
    expect(await stay?.rest(60_000)).toBe('woken');
    expect(await other?.rest(0)).toBe('idle');
  });

  it('end the streams of a session that has left, wherever they are', async () => {
    const [here, there] = processes(2).map((signals) => joinHubs(createHub(), signals));
    const stay = there?.join('lin');
    here?.drop('lin');
    expect(await stay?.rest(60_000)).toBe('closed');
    expect(there?.count()).toBe(0);
  });

  it('do without signals where there is one process', async () => {
    const hub = joinHubs(createHub(), undefined);
    const stay = hub.join('lin');
    hub.wake('lin');
    expect(await stay?.rest(60_000)).toBe('woken');
  });
});
