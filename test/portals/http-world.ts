/** The simulated office behind a real socket of this machine, with a client in front, and means to break what is between. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { Portal } from '../../src/contracts/portal.ts';
import { createHttpOffice, type HttpOfficeOptions } from '../../src/portals/http/client.ts';
import type { Seen } from '../../src/portals/http/gateway.ts';
import type { Timers } from '../../src/portals/http/retry.ts';
import { type ServeOptions, serveOffice } from '../../src/portals/http/serve.ts';
import type { OfficeOptions } from '../../src/portals/simulated/counter.ts';
import { countedRandom, type OfficeWorld, openOffice, SetClock } from './world.ts';

export const SIGNING = { keyId: 'assistant', secret: 'a secret of the tests, long enough for anybody' };
export const secretOf = (keyId: string) => (keyId === SIGNING.keyId ? SIGNING.secret : undefined);

/** Pauses between attempts are over at once; time-outs and looks for news wait until they are let pass. */
export class SetTimers implements Timers {
  readonly #waiting: { ms: number; run: () => void }[] = [];
  readonly pauses: number[] = [];

  after(ms: number, run: () => void): () => void {
    if (ms < 1_000) {
      this.pauses.push(ms);
      setImmediate(run);
      return () => {};
    }
    const entry = { ms, run };
    this.#waiting.push(entry);
    return () => {
      const at = this.#waiting.indexOf(entry);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  /** Lets everything run that waits for exactly this long. */
  pass(ms: number): void {
    for (const entry of this.#waiting.filter((one) => one.ms === ms)) {
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.run();
    }
  }
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export interface HttpWorld extends OfficeWorld {
  readonly portal: Portal;
  readonly timers: SetTimers;
  readonly url: string;
  /** What came to the gateway, in order. */
  readonly seen: Seen[];
}

export async function openHttpOffice(
  fixture: unknown,
  more: {
    readonly client?: Partial<HttpOfficeOptions>;
    readonly server?: Partial<ServeOptions>;
    readonly office?: Partial<OfficeOptions>;
  } = {},
): Promise<HttpWorld> {
  const world = openOffice(fixture, more.office);
  const seen: Seen[] = [];
  const timers = new SetTimers();
  const { clock } = world;
  const served = await serveOffice({
    portal: world.office,
    clock,
    host: '127.0.0.1',
    port: 0,
    secretOf,
    onRequest: (one) => seen.push(one),
    ...more.server,
  });
  const portal = clientOf(served.url, { clock, timers, ...more.client });
  closers.push(() => world.office.stop(), served.close);
  return { ...world, portal, timers, url: served.url, seen };
}

/** A client that signs as the office of `openHttpOffice` expects it. */
export function clientOf(url: string, more: Partial<HttpOfficeOptions> = {}): Portal {
  const portal = createHttpOffice({
    url,
    signing: SIGNING,
    clock: new SetClock(),
    timers: new SetTimers(),
    random: countedRandom('client'),
    ...more,
  });
  closers.push(() => portal.stop());
  return portal;
}

/** Something that listens where an office should, and answers as it is told. */
export async function openImpostor(
  answer: (
    request: { readonly path: string; readonly body: string; readonly nth: number },
    response: ServerResponse,
  ) => void,
): Promise<{
  readonly url: string;
  readonly requests: { path: string; headers: IncomingMessage['headers']; body: string }[];
}> {
  const requests: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers, body });
    answer({ path, body, nth: requests.length }, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => closed(server));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** An answer in JSON, as an office would give it. */
export function say(response: ServerResponse, status: number, body: object): void {
  const type = status === 200 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
}
