/**
 * How trouble travels: `application/problem+json` (RFC 9457) with a code of ours. Here are both
 * directions, so that they cannot drift apart.
 *
 * Only an answer in this form can be final. Whatever else comes back, a page of a proxy or half an
 * answer, may mean anything, and then nobody knows what the office did.
 */
import { z } from 'zod';
import { REFUSAL_CODES, type Refusal } from '../../contracts/portal.ts';
import { CAUSES, type CauseId } from '../../domain/taxonomy.ts';
import { AppError } from '../../errors.ts';
import { NAMED } from './schema.ts';

export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request does not fit the contract' },
  unauthorized: { status: 401, title: 'The request is not signed by a key we know, or too old' },
  replayed: { status: 401, title: 'This very request was received before' },
  not_found: { status: 404, title: 'There is no such operation' },
  key_reused: { status: 409, title: 'The key belongs to another act' },
  in_progress: { status: 409, title: 'An act with this key is being done' },
  too_large: { status: 413, title: 'The request is too large' },
  refused: { status: 422, title: 'A rule forbids it; nothing was done' },
  internal: { status: 500, title: 'The office failed' },
  unavailable: { status: 503, title: 'The office cannot be reached' },
  timeout: { status: 504, title: 'The office did not answer in time; it may have acted' },
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_TYPE = 'application/problem+json';

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe(`One of ${Object.keys(PROBLEMS).join(', ')}`),
    detail: z.string().optional().describe('For engineers; names fields, never what they hold'),
    refused: z
      .string()
      .optional()
      .describe(`With code refused: one of ${REFUSAL_CODES.join(', ')}`),
    cause: z.string().optional().describe('With code refused: the cause, where the office knows it'),
  })
  .register(NAMED, { id: 'Problem', description: 'Trouble, or a refusal by a rule.' });
export type Problem = z.output<typeof problem>;

// === From us

export function problemOf(
  code: ProblemCode,
  more: Pick<Problem, 'detail' | 'refused' | 'cause'> = {},
): Problem {
  return { type: `urn:gongji:portal:${code}`, code, ...PROBLEMS[code], ...more };
}

/** What an office behind the gateway threw. */
export function problemCodeOf(error: unknown): ProblemCode {
  if (!(error instanceof AppError)) return 'internal';
  if (error.code === 'portal_timeout') return 'timeout';
  if (error.code === 'portal_unavailable') return 'unavailable';
  // The request fitted the contract, so what the office finds bad in an act is its key.
  return error.code === 'bad_input' ? 'key_reused' : 'internal';
}

// === To us

/** What an answer other than 200 means. */
export type Trouble =
  | { readonly refusal: Refusal }
  | { readonly error: AppError; readonly isWorthRepeating: boolean };

export function troubleOf(reply: { readonly status: number; readonly body: string }, asked: string): Trouble {
  const told = parseProblem(reply);
  if (told === undefined) return unreadable(reply.status, asked);
  if (told.code === 'refused') return { refusal: refusalFrom(told) };
  const {
    code,
    message,
    isWorthRepeating = false,
  } = MEANINGS[told.code] ?? {
    code: 'portal_unavailable',
    message: `answered '${told.code}'`,
  };
  return { error: new AppError(code, `The office ${message} (${asked})`), isWorthRepeating };
}

/**
 * A refusal from codes as they came. A code we do not know becomes `other_reason`, which leads to a
 * person: guessing a reason would be worse than none. A cause we do not know is left out.
 */
export function refusalFrom({
  refused,
  cause,
}: {
  refused?: string | undefined;
  cause?: string | undefined;
}): Refusal {
  const code = REFUSAL_CODES.find((known) => known === refused);
  const known: CauseId | undefined = CAUSES.find((one) => one === cause);
  return { refused: code ?? 'other_reason', ...(known === undefined ? {} : { cause: known }) };
}

interface Meaning {
  readonly code: 'bad_input' | 'portal_timeout' | 'portal_unavailable';
  readonly message: string;
  readonly isWorthRepeating?: boolean;
}

const MEANINGS: { readonly [code: string]: Meaning | undefined } = {
  bad_request: {
    code: 'bad_input',
    message: 'says that our request does not fit the contract; are both of the same version?',
  },
  key_reused: {
    code: 'bad_input',
    message: 'says that this key was used for another act; a key belongs to one act',
  },
  unauthorized: {
    code: 'portal_unavailable',
    message:
      'does not accept our signature; check GONGJI_PORTAL_KEY_ID, GONGJI_PORTAL_SECRET and both clocks',
  },
  replayed: {
    code: 'portal_unavailable',
    message: 'has seen this very request before; nothing was done again',
  },
  in_progress: { code: 'portal_timeout', message: 'is still at work on this key; ask what became of it' },
  internal: { code: 'portal_unavailable', message: 'failed', isWorthRepeating: true },
  unavailable: {
    code: 'portal_unavailable',
    message: 'says that it cannot be reached',
    isWorthRepeating: true,
  },
  timeout: {
    code: 'portal_timeout',
    message: 'did not answer in time; ask what became of the key before repeating an act',
    isWorthRepeating: true,
  },
};

function parseProblem({ status, body }: { status: number; body: string }): Problem | undefined {
  const parsed = problem.safeParse(parseJson(body));
  return parsed.success && parsed.data.status === status ? parsed.data : undefined;
}

function unreadable(status: number, asked: string): Trouble {
  const isTimeout = status === 408 || status === 504;
  return {
    error: new AppError(
      isTimeout ? 'portal_timeout' : 'portal_unavailable',
      `Something on the way to the office answered ${status} in a form that is not its own (${asked}); is GONGJI_PORTAL right?`,
    ),
    // 429 and 4xx will be the same in a moment; a gateway's 5xx often is not.
    isWorthRepeating: status >= 500,
  };
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
