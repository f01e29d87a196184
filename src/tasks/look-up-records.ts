/** Reads the facts of the office's records that bear on a complaint. */
import { z } from 'zod';
import { personRef, region, relation } from './schemas.ts';
import { defineTask, done, refused } from './task.ts';

const input = z.strictObject({
  person: personRef,
  relation: relation.optional(),
  region: region.optional(),
});

export const lookUpRecords = defineTask({
  input,
  undo: {},
  async run({ person, ...wish }: z.output<typeof input>, context) {
    const key = await context.person(person);
    const known = await context.portal.person(key);
    if ('refused' in known) return refused(known);
    const { facts, at } = await context.portal.recordFacts(key, {
      ...(wish.relation === undefined ? {} : { relation: wish.relation }),
      ...(wish.region === undefined ? {} : { region: wish.region }),
    });
    // Where the person is insured, so that nobody has to ask.
    const region = known.enrollments.find(({ scheme }) => scheme === 'employee')?.region;
    return done({ facts, at, ...(region === undefined ? {} : { region }) });
  },
});
