/**
 * Destroys what we store about this person. Safe to repeat: a second run finds nothing left and gives the
 * same receipt, which is made from the task's own number.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { personRef } from './schemas.ts';
import { defineTask, done, type Settled } from './task.ts';

const input = z.strictObject({ person: personRef });

export const eraseData = defineTask({
  input,
  undo: { erase: { by: 'nobody', because: 'what is destroyed cannot be brought back' } },
  async run({ person }: z.output<typeof input>, { data, task }) {
    const erased = await data.eraseData(person, task.id);
    return erased === 'busy' ? BUSY : done({ receipt: receiptOf(task.id) });
  },
});

/** Something else is under way for this person: it needs the name that would be destroyed. */
const BUSY: Settled = { outcome: 'refused', result: { code: 'task_open' }, applications: [] };

/** Short enough to read out, and leads to nobody. */
function receiptOf(taskId: string): string {
  const digits = createHash('sha256').update(`receipt:${taskId}`).digest('hex').slice(0, 8).toUpperCase();
  return `SC-${digits.slice(0, 4)}-${digits.slice(4)}`;
}
