/** Sets what a relative in another province may use in all; 0 takes it back. */
import { z } from 'zod';
import { personRef, pledge, relation } from './schemas.ts';
import { defineTask, done, recordOf, refused } from './task.ts';

const input = z.strictObject({
  person: personRef,
  dependent: personRef,
  relation,
  amountFen: z.number().int().nonnegative(),
  pledge,
});

export const setQuota = defineTask({
  input,
  undo: { quota: { by: 'task', task: 'set-quota' } },
  async run({ person, ...wish }: z.output<typeof input>, context) {
    const payer = await context.person(person);
    const dependent = await context.person(wish.dependent);
    const request = { ...wish, payer, dependent };
    const answer = await context.act('quota', { kind: 'set_quota', request });
    if ('refused' in answer) return refused(answer);
    const { applicationNo, state } = answer.application;
    const record = { ...recordOf(context, person, answer.application), dependent: wish.dependent };
    return done({ applicationNo, state, ...answer.money }, [record]);
  },
});
