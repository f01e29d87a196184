/** The calendar of working days: every year from its own notice, and the next one before it begins. */
import { addDays, type LintContext, type LintRule, type Remark } from './lint.ts';

/** The notice for a year has come out in November or December of late; after this there is no excuse. */
const AHEAD_DAYS = 14;

function missingYear({ knowledge: { calendar }, asOf }: LintContext): Remark[] {
  if (calendar.size === 0) return [];
  const years = [asOf, addDays(asOf, AHEAD_DAYS)].map((day) => day.slice(0, 4));
  return [...new Set(years)]
    .filter((year) => !calendar.has(year))
    .map((year) => ({
      file: `calendar/${year}.yaml`,
      key: '',
      message: `there is no calendar of ${year}; until the notice is entered only weekends are known as days off`,
    }));
}

export const calendarRules: readonly LintRule[] = [
  { name: 'missing-calendar', severity: 'warning', find: missingYear },
];
