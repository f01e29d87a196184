/** Listens with a gateway on a socket, plain on this machine or with mutual TLS, and stops without cutting anybody short. */
import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { AppError } from '../../errors.ts';
import { createGateway, type GatewayOptions } from './gateway.ts';

/** All PEM. Whoever comes without a certificate of `clientCa` is not let in. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
}

export interface Served {
  readonly url: string;
  /** Takes no new requests, lets running ones end, and resolves when the port is free. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 3_000;
/** A request must have arrived whole within this time. */
const REQUEST_MS = 10_000;

export interface ServeOptions extends GatewayOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tls?: ServerTls;
}

/** @throws AppError `bad_config` when nobody would be checked, or the port is taken */
export async function serveOffice(options: ServeOptions): Promise<Served> {
  const { tls, host, port } = options;
  if (tls === undefined && options.secretOf === undefined) {
    throw new AppError(
      'bad_config',
      'An office needs a secret or mutual TLS; otherwise anybody could act for anybody',
    );
  }
  const { fetch } = createGateway(options);
  const server = createAdaptorServer(
    tls === undefined
      ? { fetch, createServer: createPlain }
      : { fetch, createServer: createTls, serverOptions: tlsOptions(tls) },
  ) as Server;
  server.requestTimeout = REQUEST_MS;
  const given = await listening(server, port, host);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${hostInUrl(host)}:${given}`,
    close: () => closing(server),
  };
}

/** An IPv6 address stands in brackets. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function tlsOptions({ cert, key, clientCa }: ServerTls) {
  return {
    cert,
    key,
    ca: clientCa,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
  };
}

function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new AppError('bad_config', `Cannot listen on ${host}:${port} (${cause.code ?? 'unknown'})`, {
          cause,
        }),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
