/** Stands between the store and PostgreSQL: counts how often one waits for the other, and can lose an answer. */
import { createServer, connect as open, type Socket } from 'node:net';

export interface CountingProxy {
  /** The address of the database, by way of this. */
  readonly url: string;
  /** Times anything was sent to the server after something had come back from it. */
  journeys(): number;
  /** Cuts the next connection that commits after having sent these words: the server does it, and nobody is told. */
  loseCommitOf(words: string): void;
  close(): Promise<void>;
}

export async function countingProxy(address: string): Promise<CountingProxy> {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  let journeys = 0;
  let doomed: string | undefined;
  const server = createServer((client) => {
    const upstream = open(Number(target.port), target.hostname);
    let isAnswered = true;
    let isLost = false;
    let transaction = '';
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (isAnswered) journeys += 1;
      isAnswered = false;
      const text = data.toString('latin1');
      transaction = text.includes('begin\0') ? text : transaction + text;
      if (doomed !== undefined && transaction.includes(doomed) && text.includes('commit\0')) {
        doomed = undefined;
        isLost = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      isAnswered = true;
      if (isLost) {
        // What came with the commit may be answered before it.
        if (data.toString('latin1').includes('COMMIT\0')) client.destroy();
      } else client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = server.address();
  if (place === null || typeof place === 'string') throw new Error('No port');
  const url = new URL(address);
  url.host = `127.0.0.1:${place.port}`;
  return {
    url: url.href,
    journeys: () => journeys,
    loseCommitOf(words) {
      doomed = words;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
