/** Sets the order in which payers' accounts are charged for this person. */
import { z } from 'zod';
import { personRef } from './schemas.ts';
import { defineTask, done, refused } from './task.ts';

const input = z.strictObject({ person: personRef, bindingNos: z.array(z.string().min(1)).min(2).max(50) });

export const setPayerOrder = defineTask({
  input,
  undo: { order: { by: 'task', task: 'set-payer-order' } },
  async run({ person, bindingNos }: z.output<typeof input>, context) {
    const actor = await context.person(person);
    const answer = await context.act('order', { kind: 'set_order', actor, bindingNos });
    if ('refused' in answer) return refused(answer);
    const { applicationNo, state } = answer.application;
    // No record: it would stand under the payer, who has asked for nothing.
    return done({ applicationNo, state });
  },
});
