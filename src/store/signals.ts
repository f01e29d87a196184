/** Signals between the processes on one database; alone, there is nobody to nudge. */
import { createHash, randomUUID } from 'node:crypto';
import type { Signals } from '../contracts/signals.ts';
import type { Wire } from './backend.ts';

/** PostgreSQL takes 8000 bytes; a topic is far shorter. */
const TOPIC_MAX = 200;

export const NOBODY: Signals = { isAlone: true, send: () => {}, hear: () => {} };

export async function createSignals(wire: Wire, schema: string): Promise<Signals> {
  // A name of a channel has 63 bytes at most, and one database may hold several installations.
  const channel = `gongji_${createHash('sha256').update(schema).digest('hex').slice(0, 24)}`;
  const me = randomUUID();
  const listeners = new Set<(topic: string) => void>();
  await wire.listen(channel, (payload) => {
    const gap = payload.indexOf(' ');
    if (gap < 0 || payload.slice(0, gap) === me) return;
    for (const listener of listeners) listener(payload.slice(gap + 1));
  });
  return {
    send(topic) {
      if (topic.length <= TOPIC_MAX) wire.notify(channel, `${me} ${topic}`);
    },
    hear: (listener) => void listeners.add(listener),
  };
}
