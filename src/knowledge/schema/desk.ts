/** `knowledge/desk/`: when somebody sits at the help desk, and how soon they aim to answer. */
import { z } from 'zod';

const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/u, 'a time such as 09:00');
const period = z
  .strictObject({ opens: time, closes: time })
  .refine(({ opens, closes }) => opens < closes, 'closes after it opens');
const periods = z.array(period).refine((list) => {
  return list.every(({ opens }, index) => index === 0 || (list[index - 1]?.closes ?? '') <= opens);
}, 'periods follow each other');

/** `hours.yaml`: hours of a working day by place; `000000` is the installation itself. */
export const hoursFileSchema = z.record(z.string().regex(/^\d{6}$/u), periods);

const minutes = z.number().int().positive();
const target = z.strictObject({ first_answer: minutes, resolution: minutes });
export const prioritySchema = z.enum(['urgent', 'high', 'normal', 'low']);

/** `targets.yaml`: minutes of working time. */
export const targetsFileSchema = z.strictObject({
  warn: z.number().min(0.1).max(0.95),
  targets: z.strictObject({ urgent: target, high: target, normal: target, low: target }),
  /** Priority a case begins with, by the reason it was opened for. */
  priority: z.record(z.string(), prioritySchema).default({}),
});

export interface DeskRules {
  readonly hours: z.infer<typeof hoursFileSchema>;
  readonly aims: z.infer<typeof targetsFileSchema>;
}

/** Of a folder that says nothing about the desk: somebody is there all day on working days. */
export const NO_DESK_RULES: DeskRules = {
  hours: { '000000': [{ opens: '00:00', closes: '23:59' }] },
  aims: {
    warn: 0.8,
    targets: {
      urgent: { first_answer: 15, resolution: 240 },
      high: { first_answer: 30, resolution: 480 },
      normal: { first_answer: 60, resolution: 960 },
      low: { first_answer: 240, resolution: 2400 },
    },
    priority: {},
  },
};
