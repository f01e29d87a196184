/**
 * Destroys what we store about this person. Safe to repeat: a second run finds nothing left and gives the
 * same receipt, which the store made from the task's own number.
 */
import { z } from 'zod';
import { personRef } from './schemas.ts';
import { defineTask, done, type Settled } from './task.ts';

const input = z.strictObject({ person: personRef });

export const eraseData = defineTask({
  input,
  undo: { erase: { by: 'nobody', because: 'what is destroyed cannot be brought back' } },
  async run({ person }: z.output<typeof input>, { data, task }) {
    const erased = await data.eraseData(person, { task: task.id });
    return erased === 'busy' ? BUSY : done({ receipt: erased.receipt });
  },
});

/** Something else is under way for this person: it needs the name that would be destroyed. */
const BUSY: Settled = { outcome: 'refused', result: { code: 'task_open' }, applications: [] };
