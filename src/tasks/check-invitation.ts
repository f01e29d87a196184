/** Whether an invitation still waits for its answer: asked before anybody is reminded of it. */
import { z } from 'zod';
import { maskName } from '../domain/masking.ts';
import { personRef } from './schemas.ts';
import { defineTask, done } from './task.ts';

const input = z.strictObject({
  /** The relative who is invited. */
  person: personRef,
  invitationNo: z.string().min(1),
  /** Who will be reminded. */
  role: z.enum(['payer', 'dependent']),
});

export const checkInvitation = defineTask({
  input,
  undo: {},
  async run({ person, invitationNo, role }: z.output<typeof input>, context) {
    const key = await context.person(person);
    const open = (await context.portal.invitations(key)).find((one) => one.invitationNo === invitationNo);
    if (open === undefined) return done({ role, isOpen: false });
    const { payerName, relation, expiresOn } = open;
    return done({
      role,
      isOpen: true,
      invitationNo,
      relation,
      expiresOn,
      ...(role === 'payer' ? { dependentName: maskName(key.name) } : { payerName }),
    });
  },
});
