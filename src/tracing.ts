/**
 * Traces: what one message caused, from its arrival over the turn to the delivery of the answer, and over the
 * task it started to the turn that tells the end. Spans hold codes, numbers and hashed ids. Without an
 * address to send them to nothing is loaded: the libraries take half a second and 25 MB.
 *
 * Spans are told when they are over, with the times they had, because what they are about passes through
 * rows and may be taken up by another process; which trace a row belongs to is remembered in this one only. A task
 * taken up elsewhere begins a trace of its own.
 */
import { createHash } from 'node:crypto';

/** Times are epoch milliseconds. */
export interface SpanTimes {
  readonly from: number;
  readonly to: number;
}

/** Values are codes and numbers; ids go through `hashed`. */
export interface SpanFacts {
  readonly [name: string]: string | number | boolean | Hashed;
}

declare const hash: unique symbol;
/** An id nobody can read, but somebody who has it can find again. */
export type Hashed = string & { readonly [hash]: true };

export function hashed(id: string): Hashed {
  return createHash('sha256').update(id).digest('hex').slice(0, 16) as Hashed;
}

/** What further spans hang on. */
export type SpanParent = object & { readonly __parent?: never };

export interface Tracer {
  /** @returns what the spans it caused hang on */
  span(
    name: SpanName,
    times: SpanTimes,
    facts: SpanFacts,
    parent?: SpanParent,
    failed?: 'failed',
  ): SpanParent;
  /** Begins one whose children are told before it is over. */
  begin(name: SpanName, from: number, facts: SpanFacts, parent?: SpanParent): OpenSpan;
  /** Sends what is left; bounded in time. */
  stop(): Promise<void>;
}

export interface OpenSpan {
  readonly parent: SpanParent;
  end(to: number, facts: SpanFacts, failed?: 'failed'): void;
}

export type SpanName = 'message' | 'inbound' | 'think' | 'commit' | 'deliver' | 'task' | 'step' | 'settle';

const SEND_EVERY_MS = 5_000;
/** Spans that wait to be sent; beyond it they are dropped, the house goes on. */
const WAITING = 2_048;
const SEND_WITHIN_MS = 3_000;
/** Receivers reject what is longer, and nothing of ours is. */
const VALUE_CHARS = 100;

export interface TracingOptions {
  /** Such as `http://127.0.0.1:4318`; the path of traces is added when there is none. */
  readonly url: string;
  readonly sendEveryMs?: number;
}

/** Loads the libraries and begins to send. */
export async function openTracing({ url, sendEveryMs = SEND_EVERY_MS }: TracingOptions): Promise<Tracer> {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, sdk, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const exporter = new OTLPTraceExporter({ url: tracesUrl(url), timeoutMillis: SEND_WITHIN_MS });
  const processor = new sdk.BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: sendEveryMs,
    exportTimeoutMillis: SEND_WITHIN_MS,
    maxQueueSize: WAITING,
  });
  const provider = new sdk.TracerProvider({
    spanProcessors: [processor],
    spanLimits: { attributeValueLengthLimit: VALUE_CHARS },
    resource: ourselves(),
  });
  const tracer = provider.getTracer('gongji');
  type Context = typeof ROOT_CONTEXT;

  function begin(name: SpanName, from: number, facts: SpanFacts, parent?: SpanParent): OpenSpan {
    const under = (parent as Context | undefined) ?? ROOT_CONTEXT;
    const kind = name === 'step' || name === 'deliver' ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const span = tracer.startSpan(
      `gongji.${name}`,
      { startTime: from, attributes: attributes(facts), kind },
      under,
    );
    return {
      parent: trace.setSpan(ROOT_CONTEXT, span) as unknown as SpanParent,
      end(to, more, failed) {
        span.setAttributes(attributes(more));
        if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(Math.max(from, to));
      },
    };
  }

  return {
    begin,
    span(name, { from, to }, facts, parent, failed) {
      const open = begin(name, from, facts, parent);
      open.end(to, {}, failed);
      return open.parent;
    },
    async stop() {
      // A receiver that is away must not keep us from ending.
      await provider.shutdown().catch(() => undefined);
    },
  };
}

function attributes(facts: SpanFacts): Record<string, string | number | boolean> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`gongji.${name}`, value]));
}

function tracesUrl(url: string): string {
  const { pathname } = new URL(url);
  return pathname === '/' ? new URL('/v1/traces', url).href : url;
}

type Resource = NonNullable<
  NonNullable<ConstructorParameters<typeof import('@opentelemetry/sdk-trace').TracerProvider>[0]>['resource']
>;

/** Our name and nothing of the machine: no host, no user, no command line. */
function ourselves(): Resource {
  const own: Resource = {
    attributes: { 'service.name': 'gongji' },
    merge: (other) => other ?? own,
    getRawAttributes: () => [['service.name', 'gongji']],
  };
  return own;
}
