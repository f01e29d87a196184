/** Tells the office what a relative says to an invitation. */
import { z } from 'zod';
import { personRef } from './schemas.ts';
import { defineTask, done, refused } from './task.ts';

const input = z.strictObject({ person: personRef, invitationNo: z.string().min(1), accept: z.boolean() });

export const answerInvitation = defineTask({
  input,
  // An acceptance is undone by leaving; after a refusal the payer may ask again.
  undo: { answer: { by: 'task', task: 'unbind' } },
  async run({ person, invitationNo, accept }: z.output<typeof input>, context) {
    const dependent = await context.person(person);
    const act = { kind: 'answer_invitation', dependent, invitationNo, accept } as const;
    const answer = await context.act('answer', act);
    if ('refused' in answer) return refused(answer);
    // The application is the payer's; their conversation learns of it from the office.
    return done({ applicationNo: answer.application.applicationNo, state: answer.application.state });
  },
});
