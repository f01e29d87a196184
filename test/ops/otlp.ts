/** The smallest thing that takes traces: OTLP over HTTP as JSON, on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Receiver {
  readonly url: string;
  spans(): readonly Span[];
  /** Everything that was sent, as it came. */
  raw(): string;
  close(): Promise<void>;
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<Span, 'facts'> & {
        readonly attributes: readonly {
          readonly key: string;
          readonly value: Readonly<Record<string, unknown>>;
        }[];
      })[];
    }[];
  }[];
}

export async function openReceiver(): Promise<Receiver> {
  let raw = '';
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      raw += `${request.url}\n${JSON.stringify(request.headers)}\n${body}\n`;
      const { resourceSpans } = JSON.parse(body) as Sent;
      for (const { attributes, ...span } of resourceSpans.flatMap((one) =>
        one.scopeSpans.flatMap((scope) => scope.spans),
      )) {
        const facts = Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
        spans.push({ ...span, facts });
      }
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    raw: () => raw,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
