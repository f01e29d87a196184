/**
 * What a task is: work for the clerk that may take long and must survive a crash.
 *
 * A task is run from its beginning each time, so every act on the world goes through `context.act`,
 * which makes it once. Everything else a task does is reading, and may be repeated. Names leave a task
 * masked; numbers never leave it.
 */
import type { z } from 'zod';
import type { PersonalData } from '../contracts/personal-data.ts';
import type {
  ActResult,
  ApplicationView,
  PersonKey,
  Portal,
  PortalAct,
  Refusal,
} from '../contracts/portal.ts';
import type { ApplicationRecord, TaskRow, Tasks } from '../contracts/store.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { Instant } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';

export interface TaskContext {
  readonly task: TaskRow;
  readonly portal: Portal;
  readonly tasks: Pick<Tasks, 'applicationsOf'>;
  readonly data: Pick<PersonalData, 'dataOf' | 'eraseData'>;
  readonly now: Instant;
  /** How the office knows the person. Throws `AppError` `bad_input` when the vault no longer does. */
  person(ref: PersonRef): Promise<PersonKey>;
  /** The name as chat may show it; undefined when the vault no longer knows the person. */
  maskedName(ref: PersonRef): Promise<string | undefined>;
  /** Whether we have a conversation in which this person has verified. */
  isReachable(ref: PersonRef): Promise<boolean>;
  /**
   * Has the office do something, exactly once however often the task is run. `step` names it within
   * the task and never changes: with the task's id it is the idempotency key. Throws for a step of which
   * the task does not say how it is undone.
   */
  act(step: string, act: PortalAct): Promise<ActResult>;
}

export interface Settled {
  readonly outcome: 'done' | 'refused';
  readonly result: JsonObject;
  readonly applications: readonly ApplicationRecord[];
}

/** How what a step did is taken back: by another task, at the office or the tax side, or not at all. */
export type Undo =
  | { readonly by: 'task'; readonly task: string }
  | { readonly by: 'office' | 'tax' }
  | { readonly by: 'nobody'; readonly because: string };

export interface Task<Input = unknown> {
  readonly input: z.ZodType<Input>;
  /** One entry for each step that changes something; none for a task that only reads. */
  readonly undo: { readonly [step: string]: Undo };
  run(input: Input, context: TaskContext): Promise<Settled>;
}

/** Forgets the input type, which the schema guards; the registry holds tasks of all kinds. */
export function defineTask<Input>(task: Task<Input>): Task {
  return { input: task.input, undo: task.undo, run: (input, context) => task.run(input as Input, context) };
}

export function done(result: JsonObject, applications: readonly ApplicationRecord[] = []): Settled {
  return { outcome: 'done', result, applications };
}

/** The record of an application that is not about making or ending a relation. */
export function recordOf(
  context: TaskContext,
  payer: PersonRef,
  { applicationNo, kind, state, submittedAt, updatedAt }: ApplicationView,
): ApplicationRecord {
  const { id, conversation } = context.task;
  return { applicationNo, task: id, conversation, kind, payer, state, submittedAt, updatedAt };
}

export function refused({ refused: code, cause }: Refusal): Settled {
  return {
    outcome: 'refused',
    result: { code, ...(cause === undefined ? {} : { cause }) },
    applications: [],
  };
}
