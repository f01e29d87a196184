/**
 * The office of a bureau, reached through its gateway: `contracts/portal.ts` over HTTP.
 *
 * Reading is repeated a few times when the world fails; an act is sent once, and whoever sent it asks
 * `outcomeOf` before sending it again. What comes back is parsed before anybody sees it.
 */
import type { Clock, Random } from '../../contracts/clock.ts';
import type { Portal, Refusal } from '../../contracts/portal.ts';
import { AppError } from '../../errors.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { OPERATIONS } from './operations.ts';
import { createPoll } from './poll.ts';
import { parseJson, troubleOf } from './problem.ts';
import { outcomeFrom, READERS, type ReadOf, readChanges } from './read.ts';
import { realTimers, repeatedly, type Timers } from './retry.ts';
import type { OperationId, RequestOf } from './schema.ts';
import { type SigningKey, sign } from './sign.ts';
import { type ClientTls, createTransport, type Transport } from './transport.ts';

export interface HttpOfficeOptions {
  /** Where the contract is served, without `/v1`; may have a path. */
  readonly url: string;
  /** Signs every request. Without it the office must know us by our certificate. */
  readonly signing?: SigningKey;
  readonly tls?: ClientTls;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers?: Timers;
}

export function createHttpOffice(options: HttpOfficeOptions): Portal {
  const { clock, random, timers = realTimers } = options;
  const base = new URL(options.url);
  const prefix = base.pathname.replace(/\/$/u, '');
  const transport = createTransport(base, { tls: options.tls, timers });
  const caller: Caller = { ...options, prefix, transport, breaker: createBreaker(clock) };

  async function ask<O extends OperationId>(
    operation: O,
    request: RequestOf<O>,
    key?: string,
  ): Promise<Answer<O>> {
    const call = () => throughBreaker<O>(caller, { operation, body: JSON.stringify(request), key });
    const again = (heard: Heard<O>) => 'error' in heard && heard.isWorthRepeating;
    const heard = OPERATIONS[operation].isSafe
      ? await repeatedly(call, { again, random, timers })
      : await call();
    if ('error' in heard) throw heard.error;
    return heard;
  }

  /** For what is never refused: of a person the office does not know it has empty lists. */
  async function read<O extends OperationId>(operation: O, request: RequestOf<O>): Promise<ReadOf<O>> {
    const heard = await ask(operation, request);
    if ('answer' in heard) return heard.answer;
    throw new AppError(
      'portal_unavailable',
      `The office refused '${operation}', which the contract does not allow`,
    );
  }

  const page = (after: number, limit: number) => read('changes', { after, limit });
  const poll = createPoll({ timers, newest: async (after) => (await page(after, 1)).items.at(-1)?.seq });
  const items = async <T>(answer: Promise<{ readonly items: T }>): Promise<T> => (await answer).items;

  return {
    // The feed keeps its cursor by this id: another office begins at its own beginning.
    id: `http:${base.host}${prefix}`,
    async act(act, key) {
      const heard = await ask('act', { act }, key);
      if ('refusal' in heard) return heard.refusal;
      poll.wakeNow();
      return heard.answer;
    },
    outcomeOf: async (key) => outcomeFrom(await read('outcomeOf', { key })),
    async person(person) {
      const heard = await ask('person', { person });
      return 'refusal' in heard ? heard.refusal : heard.answer;
    },
    bindings: (person) => items(read('bindings', { person })),
    invitations: (person) => items(read('invitations', { person })),
    applications: (person) => items(read('applications', { person })),
    spending: (person) => items(read('spending', { person })),
    refunds: (person) => items(read('refunds', { person })),
    premiums: (person) => items(read('premiums', { person })),
    recordFacts: (person, about) => read('recordFacts', { person, ...about }),
    async changes(after, limit) {
      const changes = await readChanges(page, after, limit);
      poll.hasRead(changes.at(-1)?.seq ?? after);
      return changes;
    },
    onChange: poll.onChange,
    async stop() {
      poll.stop();
      transport.close();
    },
  };
}

// === One call

interface Caller extends HttpOfficeOptions {
  readonly prefix: string;
  readonly transport: Transport;
  readonly breaker: Breaker;
}

interface Call<O> {
  readonly operation: O;
  readonly body: string;
  readonly key: string | undefined;
}

type Answer<O extends OperationId> = { readonly answer: ReadOf<O> } | { readonly refusal: Refusal };
/** What the office said, or why it could not be heard. */
type Heard<O extends OperationId> =
  | Answer<O>
  | { readonly error: AppError; readonly isWorthRepeating: boolean };

async function throughBreaker<O extends OperationId>(caller: Caller, call: Call<O>): Promise<Heard<O>> {
  const isTrouble = (heard: Heard<O>) => 'error' in heard && heard.error.retry === 'later';
  const heard = await caller.breaker.run(() => exchange(caller, call), isTrouble);
  if (heard !== undefined) return heard;
  const message = 'The office has been in trouble and is left alone for a while; nothing was sent';
  return { error: new AppError('portal_unavailable', message), isWorthRepeating: false };
}

async function exchange<O extends OperationId>(caller: Caller, call: Call<O>): Promise<Heard<O>> {
  const { operation, body } = call;
  const { path, timeoutMs, isSafe, mayRefuse } = OPERATIONS[operation];
  const fullPath = caller.prefix + path;
  const headers = headersFor(caller, { ...call, path: fullPath });
  try {
    const reply = await caller.transport.send({ path: fullPath, headers, body, timeoutMs, isFresh: !isSafe });
    if (reply.status === 200) return parsed(operation, reply.body);
    const trouble = troubleOf(reply, operation);
    return 'refusal' in trouble && !mayRefuse ? outOfContract(operation) : trouble;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { error, isWorthRepeating: true };
  }
}

function parsed<O extends OperationId>(operation: O, body: string): Heard<O> {
  const result = READERS[operation].safeParse(parseJson(body));
  return result.success ? { answer: result.data as ReadOf<O> } : outOfContract(operation);
}

/** The same again would come back. Says nothing of what came: it may be personal. */
function outOfContract(operation: OperationId): {
  readonly error: AppError;
  readonly isWorthRepeating: false;
} {
  const message = `The office answered '${operation}' with something the contract does not know`;
  return { error: new AppError('portal_unavailable', message), isWorthRepeating: false };
}

/** A signature holds for one request, so each attempt has its own. */
function headersFor(
  { signing, clock, random }: Caller,
  { path, body, key }: { readonly path: string; readonly body: string; readonly key: string | undefined },
): Record<string, string> {
  const plain = {
    'Content-Type': 'application/json',
    Accept: 'application/json, application/problem+json',
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  };
  if (signing === undefined) return plain;
  const nonce = Buffer.from(random.bytes(16)).toString('base64url');
  return {
    ...plain,
    ...sign({ method: 'POST', path, body, idempotencyKey: key }, { ...signing, now: clock.now(), nonce }),
  };
}
