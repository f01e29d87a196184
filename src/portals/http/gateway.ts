/**
 * Puts any portal behind the HTTP contract: who asks is checked, then what is asked, then the portal
 * behind does it. Never logs or repeats a body; what it tells is operation, status and code.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../../contracts/clock.ts';
import type { Portal, Refusal } from '../../contracts/portal.ts';
import { OPERATION_IDS, OPERATIONS } from './operations.ts';
import { PROBLEM_TYPE, type ProblemCode, parseJson, problemCodeOf, problemOf } from './problem.ts';
import { type ActDone, idempotencyKey, type OperationId, REQUESTS } from './schema.ts';
import { createNonces, type Nonces, type Verdict, verify } from './sign.ts';

export interface GatewayOptions {
  readonly portal: Portal;
  readonly clock: Clock;
  /** The secret of each key id. Absent: everybody who gets through is believed, as with mutual TLS. */
  readonly secretOf?: (keyId: string) => string | undefined;
  readonly onRequest?: (seen: Seen) => void;
}

export interface Seen {
  readonly operation: OperationId;
  readonly status: number;
  readonly code: ProblemCode | 'ok';
}

/** The largest request is an act with two persons and a signed letter, 2 kB at most. */
export const REQUEST_MAX_BYTES = 64 * 1024;

/** A parsed request, or why there is none. */
type Asked =
  | { readonly request: unknown; readonly key: string }
  | { readonly trouble: ProblemCode; readonly detail?: string };

export function createGateway(options: GatewayOptions): Hono {
  const desk: GatewayDesk = { ...options, nonces: createNonces(), running: new Set() };
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ ok: true }));
  for (const operation of OPERATION_IDS) {
    const tooLarge = (c: Context) => tell(desk, c, operation, { trouble: 'too_large' });
    app.post(OPERATIONS[operation].path, bodyLimit({ maxSize: REQUEST_MAX_BYTES, onError: tooLarge }), (c) =>
      answer(desk, c, operation),
    );
  }
  app.notFound((c) => c.body(JSON.stringify(problemOf('not_found')), 404, { 'Content-Type': PROBLEM_TYPE }));
  return app;
}

interface GatewayDesk extends GatewayOptions {
  readonly nonces: Nonces;
  /** Keys of acts that are being done right now. */
  readonly running: Set<string>;
}

type Told =
  | { readonly answer: object }
  | {
      readonly trouble: ProblemCode;
      readonly detail?: string;
      readonly refused?: string;
      readonly cause?: string;
    };

async function answer(desk: GatewayDesk, c: Context, operation: OperationId): Promise<Response> {
  try {
    const asked = await readRequest(desk, c, operation);
    if ('trouble' in asked) return tell(desk, c, operation, asked);
    return tell(desk, c, operation, await perform(desk, operation, asked));
  } catch (error) {
    return tell(desk, c, operation, { trouble: problemCodeOf(error) });
  }
}

// === In

async function readRequest(desk: GatewayDesk, c: Context, operation: OperationId): Promise<Asked> {
  const body = new Uint8Array(await c.req.arrayBuffer());
  const verdict = verdictOn(desk, c, body);
  if (verdict !== 'ok') return { trouble: verdict };
  const key = idempotencyKey.safeParse(c.req.header('idempotency-key'));
  if (operation === 'act' && !key.success) return { trouble: 'bad_request', detail: 'Idempotency-Key' };
  const parsed = REQUESTS[operation].safeParse(parseJson(Buffer.from(body).toString('utf8')));
  if (parsed.success) return { request: parsed.data, key: key.data ?? '' };
  // Fields only: what they hold may be personal.
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || '(top)');
  return { trouble: 'bad_request', detail: [...new Set(fields)].join(', ') };
}

function verdictOn({ secretOf, clock, nonces }: GatewayDesk, c: Context, body: Uint8Array): Verdict {
  if (secretOf === undefined) return 'ok';
  const { method, path } = c.req;
  const signed = { method, path, body, idempotencyKey: c.req.header('idempotency-key') };
  return verify(signed, (name) => c.req.header(name), { secretOf, now: clock.now(), nonces });
}

// === Through

type Handler<O extends OperationId> = (portal: Portal, request: Requested<O>) => Promise<object>;
type Requested<O extends OperationId> = ReturnType<(typeof REQUESTS)[O]['parse']>;

const list = async <T>(items: Promise<readonly T[]>) => ({ items: await items });

/** Acts and their outcomes are apart: they know of keys. */
const HANDLERS: { readonly [O in Exclude<OperationId, 'act' | 'outcomeOf'>]: Handler<O> } = {
  person: (portal, { person }) => portal.person(person),
  bindings: (portal, { person }) => list(portal.bindings(person)),
  invitations: (portal, { person }) => list(portal.invitations(person)),
  applications: (portal, { person }) => list(portal.applications(person)),
  spending: (portal, { person }) => list(portal.spending(person)),
  refunds: (portal, { person }) => list(portal.refunds(person)),
  premiums: (portal, { person }) => list(portal.premiums(person)),
  recordFacts: (portal, { person, ...about }) => portal.recordFacts(person, about),
  changes: (portal, { after, limit }) => list(portal.changes(after, limit)),
};

async function perform(
  desk: GatewayDesk,
  operation: OperationId,
  asked: { request: unknown; key: string },
): Promise<Told> {
  if (operation === 'act') return act(desk, asked.request as Requested<'act'>, asked.key);
  if (operation === 'outcomeOf')
    return { answer: await outcome(desk, asked.request as Requested<'outcomeOf'>) };
  const handle = HANDLERS[operation] as (portal: Portal, request: unknown) => Promise<object>;
  return toldOf(await handle(desk.portal, asked.request));
}

async function act({ portal, running }: GatewayDesk, request: Requested<'act'>, key: string): Promise<Told> {
  if (running.has(key)) return { trouble: 'in_progress' };
  running.add(key);
  try {
    return toldOf(await portal.act(request.act, key));
  } finally {
    running.delete(key);
  }
}

type Outcome =
  | { readonly state: 'unknown' | 'in_progress' }
  | { readonly state: 'done'; readonly result: ActDone }
  | { readonly state: 'refused'; readonly result: Refusal };

async function outcome({ portal, running }: GatewayDesk, { key }: Requested<'outcomeOf'>): Promise<Outcome> {
  // Who asked while we are at work must not be told that we never heard of it.
  if (running.has(key)) return { state: 'in_progress' };
  const result = await portal.outcomeOf(key);
  if (result === 'unknown') return { state: 'unknown' };
  return 'refused' in result ? { state: 'refused', result } : { state: 'done', result };
}

function toldOf(result: object): Told {
  if (!('refused' in result)) return { answer: result };
  const { refused, cause } = result as { readonly refused: string; readonly cause?: string };
  return { trouble: 'refused', refused, ...(cause === undefined ? {} : { cause }) };
}

// === Out

function tell(desk: GatewayDesk, c: Context, operation: OperationId, told: Told): Response {
  c.header('Cache-Control', 'no-store');
  if ('answer' in told) {
    desk.onRequest?.({ operation, status: 200, code: 'ok' });
    return c.json(told.answer);
  }
  const { trouble, ...more } = told;
  const body = problemOf(trouble, more);
  desk.onRequest?.({ operation, status: body.status, code: trouble });
  return c.body(JSON.stringify(body), body.status as 400, { 'Content-Type': PROBLEM_TYPE });
}
