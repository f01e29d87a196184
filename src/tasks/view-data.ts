/** Counts what is stored about this person, class by class. */
import { z } from 'zod';
import { personRef } from './schemas.ts';
import { defineTask, done } from './task.ts';

const input = z.strictObject({ person: personRef });

export const viewData = defineTask({
  input,
  undo: {},
  async run({ person }: z.output<typeof input>, context) {
    const counts = await context.data.dataOf(person);
    const items = Object.entries(counts).map(([kind, count]) => ({ kind, count: Number(count) }));
    return done({ items, at: context.now });
  },
});
