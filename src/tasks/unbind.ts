/** Ends one relation: the dependent leaves, or the payer removes. */
import { z } from 'zod';
import type { ApplicationView } from '../contracts/portal.ts';
import type { ApplicationRecord, TaskRow } from '../contracts/store.ts';
import type { PersonRef } from '../domain/ids.ts';
import { personRef } from './schemas.ts';
import { defineTask, done, refused } from './task.ts';

const input = z.strictObject({
  person: personRef,
  bindingNo: z.string().min(1),
  how: z.enum(['exit', 'remove']),
});

export const unbind = defineTask({
  input,
  // Not the same relation again, but a new one.
  undo: { unbind: { by: 'task', task: 'bind' } },
  async run({ person, bindingNo, how }: z.output<typeof input>, context) {
    const actor = await context.person(person);
    const answer = await context.act('unbind', { kind: 'unbind', actor, bindingNo, how });
    if ('refused' in answer) return refused(answer);
    const { applicationNo, state } = answer.application;
    // A dependent who leaves does not know the payer's document, so there is no record to keep under it.
    const records = how === 'remove' ? [unbindingRecord(context.task, person, answer.application)] : [];
    return done({ applicationNo, state }, records);
  },
});

/** The payer's own application to end something. */
export function unbindingRecord(
  task: TaskRow,
  payer: PersonRef,
  application: ApplicationView,
): ApplicationRecord {
  const { applicationNo, state, submittedAt, updatedAt } = application;
  const { id, conversation } = task;
  return { applicationNo, task: id, conversation, kind: 'unbind', payer, state, submittedAt, updatedAt };
}
