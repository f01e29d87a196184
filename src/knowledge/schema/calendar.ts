/** `knowledge/calendar/<year>.yaml`: what the State Council has ordered for one year, and nothing worked out by ourselves. */
import { z } from 'zod';
import { daySchema } from './dated.ts';

export const calendarYearSchema = z
  .strictObject({
    year: z.number().int(),
    source: z.string().min(1),
    checked: daySchema,
    /** Both ends included; weekends that lie within stand in it too. */
    off: z.array(z.strictObject({ from: daySchema, to: daySchema, name: z.string().min(1) })),
    /** Saturdays and Sundays on which people work. */
    worked: z.array(daySchema),
  })
  .superRefine((value, context) => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    for (const day of [...value.off.flatMap(({ from, to }) => [from, to]), ...value.worked]) {
      if (!day.startsWith(`${value.year}-`)) complain(`${day} is not in ${value.year}`);
    }
    for (const { from, to } of value.off) if (to < from) complain(`${to} is before ${from}`);
    for (const day of value.worked) {
      if (![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())) complain(`${day} is no weekend day`);
      if (value.off.some(({ from, to }) => from <= day && day <= to)) complain(`${day} is off as well`);
    }
  });
export type CalendarYear = z.infer<typeof calendarYearSchema>;
