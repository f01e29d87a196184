/**
 * Pays a relative's resident premium from this person's account. Done means ordered: whether it is paid the
 * tax side says later, and the conversation learns it from the office.
 */
import { z } from 'zod';
import { personRef, sum } from './schemas.ts';
import { defineTask, done, recordOf, refused } from './task.ts';

const input = z.strictObject({
  person: personRef,
  bindingNo: z.string().min(1),
  year: z.number().int().min(2000).max(2100),
  amountFen: sum,
});

export const payPremium = defineTask({
  input,
  // Money that has reached the tax side is given back by the tax side.
  undo: { pay: { by: 'tax' } },
  async run({ person, ...bill }: z.output<typeof input>, context) {
    const payer = await context.person(person);
    const answer = await context.act('pay', { kind: 'pay_premium', payer, ...bill });
    if ('refused' in answer) return refused(answer);
    const { applicationNo, state } = answer.application;
    const money = { ...answer.money };
    return done({ applicationNo, state, ...money }, [recordOf(context, person, answer.application)]);
  },
});
