/**
 * One request over the wire. `node:https` itself, because `fetch` takes no client certificate. Follows
 * no redirect, reads no more than it may, and gives up when the time is over, answer begun or not.
 */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { AppError } from '../../errors.ts';
import type { Timers } from './retry.ts';

/** For mutual TLS: our own certificate with its key, and whom we believe. All PEM. */
export interface ClientTls {
  readonly cert?: string;
  readonly key?: string;
  /** Absent: the authorities that Node knows. */
  readonly ca?: string;
}

export interface Ask {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly timeoutMs: number;
  /** On a connection of its own: one that was kept open may be closed under an act, and then nobody knows. */
  readonly isFresh: boolean;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export interface Transport {
  /** @throws AppError `portal_timeout` or `portal_unavailable` */
  send(ask: Ask): Promise<Reply>;
  close(): void;
}

/** Connections to one office at once; more wait in line. */
const CONNECTIONS = 32;
/** 500 changes are some 200 kB. */
export const ANSWER_MAX_BYTES = 1024 * 1024;

export function createTransport(
  base: URL,
  { tls = {}, timers }: { readonly tls?: ClientTls | undefined; readonly timers: Timers },
): Transport {
  const isTls = base.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = isTls
    ? new HttpsAgent({ ...options, ...tls, minVersion: 'TLSv1.2' })
    : new HttpAgent(options);
  const fresh = isTls
    ? new HttpsAgent({ ...options, keepAlive: false, ...tls, minVersion: 'TLSv1.2' })
    : new HttpAgent({ ...options, keepAlive: false });
  const request = isTls ? requestHttps : requestHttp;

  return {
    send: (ask) =>
      new Promise<Reply>((resolve, reject) => {
        const headers = { ...ask.headers, 'Content-Length': String(Buffer.byteLength(ask.body)) };
        const url = new URL(ask.path, base);
        const sent = request(url, { method: 'POST', agent: ask.isFresh ? fresh : agent, headers });
        let late: AppError | undefined;
        const cancel = timers.after(ask.timeoutMs, () => {
          late = new AppError('portal_timeout', `The office did not answer within ${ask.timeoutMs} ms`);
          sent.destroy(late);
        });
        const fail = (error: unknown) => {
          cancel();
          // A connection we cut ourselves is told as lost by Node when the answer had begun.
          reject(late ?? (error instanceof AppError ? error : unreachable(error)));
        };
        sent.on('error', fail);
        sent.on('response', (response) => {
          readWhole(response).then((body) => {
            cancel();
            resolve({ status: response.statusCode ?? 0, body });
          }, fail);
        });
        sent.end(ask.body);
      }),
    close() {
      agent.destroy();
      fresh.destroy();
    },
  };
}

async function readWhole(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) {
      response.destroy();
      throw new AppError('portal_unavailable', `The office answered more than ${ANSWER_MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Node's messages name host and port, no more. */
function unreachable(cause: unknown): AppError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'connection lost';
  return new AppError('portal_unavailable', `The office cannot be reached (${code})`, { cause });
}
