/**
 * Every question to the office, once: client, server and OpenAPI document are made from this list.
 *
 * All are POST with a JSON body, the reading ones too: what identifies a person must not stand in an
 * address, because addresses are logged by everything on the way.
 */
import type { OperationId } from './schema.ts';

export interface Operation {
  readonly path: string;
  readonly summary: string;
  /** Changes nothing, so that asking again does no harm. An act is never sent twice by itself. */
  readonly isSafe: boolean;
  /** May refuse a person, or an act by a rule. */
  readonly mayRefuse: boolean;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
}

/** A citizen waits for it on a page that says 正在核实; a bureau's own limit is often half a minute. */
const ACT_MS = 20_000;
const READ_MS = 5_000;

const read = (path: string, summary: string, mayRefuse = false): Operation => ({
  path: `/v1/${path}`,
  summary,
  isSafe: true,
  mayRefuse,
  timeoutMs: READ_MS,
});

export const OPERATIONS: { readonly [O in OperationId]: Operation } = {
  act: {
    path: '/v1/acts',
    summary: 'Have something done. The same key is done once and always answered alike.',
    isSafe: false,
    mayRefuse: true,
    timeoutMs: ACT_MS,
  },
  outcomeOf: read('outcome', 'What became of an act, by its key.'),
  person: read('person', 'Enrolments and account of a person.', true),
  bindings: read('bindings', 'Relations of a person in both roles, newest first.'),
  invitations: read('invitations', 'Open invitations a person can answer.'),
  applications: read('applications', 'What a person handed in, newest first.'),
  spending: read('spending', 'Care that was paid for a person or from the account of that person.'),
  refunds: read('refunds', 'Money that came back to a person.'),
  premiums: read('premiums', 'Resident premiums of the relatives to whom a person gives.'),
  recordFacts: read('record-facts', 'What the records say that bears on a complaint of a person.'),
  changes: read('changes', 'What happened at the office after a number, in order.'),
};

export const OPERATION_IDS = Object.keys(OPERATIONS) as OperationId[];
