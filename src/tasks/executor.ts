/**
 * The clerk: runs a task from its row to its end.
 *
 * An act is a row before the call and a result before the next step. A row found again after a crash,
 * or left `unknown` by a time-out, is first asked about with the same key; only an act the office never
 * saw is sent again. While nobody knows, nothing is reported: the task is put back with growing pauses,
 * and after `MAX_ATTEMPTS` it ends as `failed`, saying whether the outcome is uncertain.
 */
import type { Clock } from '../contracts/clock.ts';
import type { ActResult, Portal, PortalAct } from '../contracts/portal.ts';
import type { TaskRow, Tasks, Vault } from '../contracts/store.ts';
import type { TaskId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { maskName } from '../domain/masking.ts';
import { AppError } from '../errors.ts';
import { TASKS } from './registry.ts';
import { parseActResult } from './schemas.ts';
import type { Settled, Task, TaskContext } from './task.ts';

/** With the pauses below, some ten minutes: longer, and the citizen should hear that it failed. */
export const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

export interface Clerk {
  /** Runs one task if it is still open. Safe to call twice, late or for nothing; not side by side for one task. */
  run(taskId: string): Promise<void>;
}

export interface ClerkOptions {
  readonly tasks: Tasks;
  readonly vault: Pick<Vault, 'reveal' | 'conversationsOf'> & TaskContext['data'];
  readonly portal: Portal;
  readonly clock: Clock;
  /** One event a line, ids and codes only. */
  readonly log?: (event: string, fields: { readonly [name: string]: string | number }) => void;
}

/** What a run learned that decides how a failure is told. */
interface Doubt {
  isUncertain: boolean;
}

export function createClerk(options: ClerkOptions): Clerk {
  const { tasks, log = () => {} } = options;
  return {
    async run(taskId) {
      const task = await tasks.openTask(taskId as TaskId);
      if (task === undefined) return;
      const doubt: Doubt = { isUncertain: false };
      const settled = await attempt(options, task, doubt).catch((error: unknown) => error);
      if (isSettled(settled)) {
        await tasks.settleTask(task.id, settled);
        log('task.settled', { taskId, name: task.name, outcome: settled.outcome });
      } else {
        await giveBack(options, task, { error: settled, doubt });
      }
    },
  };
}

async function attempt(options: ClerkOptions, task: TaskRow, doubt: Doubt): Promise<Settled> {
  const definition = TASKS[task.name];
  if (definition === undefined) {
    throw new AppError('bad_input', `There is no task '${task.name}'; see tasks/registry.ts`);
  }
  return definition.run(parseInput(definition, task), contextFor(options, { task, definition, doubt }));
}

function parseInput(definition: Task, task: TaskRow): unknown {
  const parsed = definition.input.safeParse(task.input);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(top)').join(', ');
  // Field names only: the values may be personal.
  throw new AppError('bad_input', `Task '${task.name}' was given unusable input in: ${fields}`);
}

interface Running {
  readonly task: TaskRow;
  readonly definition: Task;
  readonly doubt: Doubt;
}

function contextFor(options: ClerkOptions, { task, definition, doubt }: Running): TaskContext {
  const { tasks, vault, portal, clock } = options;
  return {
    task,
    portal,
    tasks,
    data: vault,
    now: new Date(clock.now()).toISOString(),
    async person(ref) {
      const person = await vault.reveal(ref, {
        conversation: task.conversation,
        purpose: `task:${task.name}`,
      });
      if (person === undefined) throw new AppError('bad_input', `Person ${ref} is no longer in the vault`);
      const { name, documentType, documentNumber } = person;
      return { name, documentType, documentNumber };
    },
    async maskedName(ref) {
      const person = await vault.reveal(ref);
      return person === undefined ? undefined : maskName(person.name);
    },
    isReachable: async (ref) => (await vault.conversationsOf(ref)).length > 0,
    async act(step, act) {
      if (definition.undo[step] === undefined) {
        throw new Error(
          `Task '${task.name}' does not say how its step '${step}' is undone; add it to \`undo\``,
        );
      }
      return actOnce(options, { task, key: `${task.id}:${step}`, act, doubt });
    },
  };
}

interface Call {
  readonly task: TaskRow;
  readonly key: string;
  readonly act: PortalAct;
  readonly doubt: Doubt;
}

async function actOnce({ tasks, portal }: ClerkOptions, call: Call): Promise<ActResult> {
  const { task, key, act, doubt } = call;
  const row = await tasks.prepareCall(task.id, key, `${portal.id}.${act.kind}`);
  if (row.state === 'done') return parseActResult(row.response);
  doubt.isUncertain = row.state === 'unknown';
  const known = row.state === 'unknown' ? await portal.outcomeOf(key) : 'unknown';
  const result = known === 'unknown' ? await send({ tasks, portal }, call) : known;
  await tasks.finishCall(key, result as unknown as Json);
  doubt.isUncertain = false;
  return result;
}

/** Sends the act; after a time-out it asks once at once, because a lost answer is often all that went wrong. */
async function send(
  { tasks, portal }: Pick<ClerkOptions, 'tasks' | 'portal'>,
  call: Call,
): Promise<ActResult> {
  try {
    return await portal.act(call.act, call.key);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry === 'never') throw error;
    await tasks.markCallUnknown(call.key);
    call.doubt.isUncertain = true;
    const known = await portal.outcomeOf(call.key);
    if (known === 'unknown') throw error;
    return known;
  }
}

async function giveBack(
  { tasks, clock, log = () => {} }: ClerkOptions,
  task: TaskRow,
  { error, doubt }: { error: unknown; doubt: Doubt },
): Promise<void> {
  const code = error instanceof AppError ? error.code : 'internal';
  const attempts = task.attempts + 1;
  const isHopeless = error instanceof AppError && error.retry === 'never';
  log('task.attempt_failed', { taskId: task.id, name: task.name, code, attempts });
  if (!isHopeless && attempts < MAX_ATTEMPTS) {
    await tasks.retryTask(task.id, code, clock.now() + pauseMs(task.attempts));
    return;
  }
  const result = { code, uncertain: doubt.isUncertain };
  await tasks.settleTask(task.id, { outcome: 'failed', result, applications: [] });
  log('task.settled', { taskId: task.id, name: task.name, outcome: 'failed', code });
}

/** 5 s, 10 s, 20 s, and so on. */
export function pauseMs(attemptsBefore: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attemptsBefore);
}

function isSettled(value: unknown): value is Settled {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'applications' in value;
}
