/** Closes the payer's shared account: every relation at once. */
import { z } from 'zod';
import { personRef } from './schemas.ts';
import { defineTask, done, refused } from './task.ts';
import { unbindingRecord } from './unbind.ts';

const input = z.strictObject({ person: personRef });

export const closeAccount = defineTask({
  input,
  undo: { close: { by: 'task', task: 'bind' } },
  async run({ person }: z.output<typeof input>, context) {
    const actor = await context.person(person);
    const answer = await context.act('close', { kind: 'close', actor });
    if ('refused' in answer) return refused(answer);
    const record = unbindingRecord(context.task, person, answer.application);
    return done({ ended: answer.endedBindings?.length ?? 0 }, [record]);
  },
});
