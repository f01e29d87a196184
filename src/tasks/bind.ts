/** Asks the office for a relation between payer and dependent, under the signed 承诺书. */
import { z } from 'zod';
import type { ApplicationRecord } from '../contracts/store.ts';
import { maskName } from '../domain/masking.ts';
import { day, personRef, region, relation } from './schemas.ts';
import { defineTask, done, refused } from './task.ts';

const input = z.strictObject({
  payer: personRef,
  dependent: personRef,
  relation,
  region,
  startsOn: day.optional(),
  endsOn: day.optional(),
  pledge: z.strictObject({ version: z.string(), digest: z.string(), signedAt: z.string() }),
});

export const bind = defineTask({
  input,
  async run(wish: z.output<typeof input>, context) {
    const [payer, dependent] = [await context.person(wish.payer), await context.person(wish.dependent)];
    const answer = await context.act('bind', {
      kind: 'bind',
      request: {
        payer,
        dependent,
        relation: wish.relation,
        region: wish.region,
        ...(wish.startsOn === undefined ? {} : { startsOn: wish.startsOn }),
        ...(wish.endsOn === undefined ? {} : { endsOn: wish.endsOn }),
        pledge: wish.pledge,
      },
    });
    if ('refused' in answer) return refused(answer);
    const { applicationNo, state, submittedAt, updatedAt } = answer.application;
    const record: ApplicationRecord = {
      applicationNo,
      task: context.task.id,
      conversation: context.task.conversation,
      kind: 'bind',
      payer: wish.payer,
      dependent: wish.dependent,
      relation: wish.relation,
      region: wish.region,
      state,
      submittedAt,
      updatedAt,
    };
    return done(
      {
        applicationNo,
        state,
        dependentName: maskName(dependent.name),
        ...(state === 'PENDING_CONFIRM' ? { needsConfirmBy: 'dependent' } : {}),
        ...(state === 'PENDING_REVIEW' ? { needsReview: true } : {}),
      },
      [record],
    );
  },
});
