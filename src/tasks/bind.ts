/** Asks the office for a relation between payer and dependent, under the signed 承诺书. */
import { z } from 'zod';
import type { PersonKey } from '../contracts/portal.ts';
import type { ApplicationRecord } from '../contracts/store.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { Relation } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import { maskName } from '../domain/masking.ts';
import { day, personRef, pledge, region, relation } from './schemas.ts';
import { defineTask, done, refused, type TaskContext } from './task.ts';

const input = z.strictObject({
  payer: personRef,
  dependent: personRef,
  relation,
  region,
  startsOn: day.optional(),
  endsOn: day.optional(),
  pledge,
});

export const bind = defineTask({
  input,
  undo: { bind: { by: 'task', task: 'unbind' } },
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
        ...(state === 'PENDING_CONFIRM' ? await invitationOf(context, wish, { payer, dependent }) : {}),
        ...(state === 'PENDING_REVIEW' ? { needsReview: true } : {}),
      },
      [record],
    );
  },
});

/**
 * How the relative comes to answer. Whoever has a conversation with us is asked there; for anybody else
 * the payer gets the number of the invitation to pass on. It opens nothing by itself: the relative proves
 * who they are, and the office knows for whom it is.
 */
async function invitationOf(
  { portal, isReachable }: TaskContext,
  wish: { readonly dependent: PersonRef; readonly relation: Relation },
  { payer, dependent }: { readonly payer: PersonKey; readonly dependent: PersonKey },
): Promise<JsonObject> {
  const asked = { needsConfirmBy: 'dependent' };
  const open = await portal.invitations(dependent);
  const own = open.find(
    ({ payerName, relation }) => relation === wish.relation && payerName === maskName(payer.name),
  );
  // Answered already, in the province's own app.
  if (own === undefined) return asked;
  const { invitationNo, expiresOn } = own;
  if (await isReachable(wish.dependent)) return { ...asked, expiresOn };
  return { ...asked, dependent: wish.dependent, inviteCode: invitationNo, expiresOn };
}
