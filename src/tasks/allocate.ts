/** Moves money from this person's account into the pool for relatives. */
import { z } from 'zod';
import { personRef, sum } from './schemas.ts';
import { defineTask, done, recordOf, refused } from './task.ts';

const input = z.strictObject({ person: personRef, amountFen: sum });

export const allocate = defineTask({
  input,
  // Taking back is offered by some offices only, and by none through us.
  undo: { allocate: { by: 'office' } },
  async run({ person, amountFen }: z.output<typeof input>, context) {
    const payer = await context.person(person);
    const answer = await context.act('allocate', { kind: 'allocate', payer, amountFen });
    if ('refused' in answer) return refused(answer);
    const { applicationNo, state } = answer.application;
    const money = { ...answer.money };
    return done({ applicationNo, state, ...money }, [recordOf(context, person, answer.application)]);
  },
});
