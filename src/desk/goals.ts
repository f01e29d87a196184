/**
 * How soon a case is to be answered and solved, and what the clock does about it. Whatever is due stands in
 * the row of the case (`wakeAt`), so that a restart forgets nothing and two processes warn once.
 */
import type { CaseEventKind, Goal, Priority } from '../contracts/desk.ts';
import { PRIORITIES } from '../contracts/desk.ts';
import type { CaseChange, CaseRow, Goals } from '../contracts/desk-store.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { afterWorkingMinutes, workingMinutesBetween } from '../knowledge/working-time.ts';
import { toInstant } from './times.ts';

/** Bits of `Goals.stage`, in the order in which they may come due. */
const STAGES = [
  { bit: 1, goal: 'first_answer', kind: 'goal_soon' },
  { bit: 2, goal: 'first_answer', kind: 'goal_missed' },
  { bit: 4, goal: 'resolution', kind: 'goal_soon' },
  { bit: 8, goal: 'resolution', kind: 'goal_missed' },
] as const;

/** What a new case begins with, by the reason it was opened for. */
export function firstPriority(row: CaseRow, { desk }: Knowledge): Priority {
  return row.priority === 'normal' ? (desk.aims.priority[row.record.reason] ?? 'normal') : row.priority;
}

/** Counted from the opening; of a case taken up again, from when it was. */
export function goalsFor(row: CaseRow, priority: Priority, knowledge: Knowledge, now: number): Goals {
  const { first_answer, resolution } = knowledge.desk.aims.targets[priority];
  const from = row.goals?.from ?? row.waitingSince ?? now;
  const due = (minutes: number): number => afterWorkingMinutes(knowledge, row.record.region, from, minutes);
  return {
    from,
    answerDueAt: due(first_answer),
    resolveDueAt: due(resolution),
    stage: row.goals?.stage ?? 0,
  };
}

/** Goals with their state, the next one first. None when closed. */
export function goalsOf(row: CaseRow, knowledge: Knowledge, now: number): readonly Goal[] {
  const { goals } = row;
  if (goals === undefined || row.closedAt !== undefined) return [];
  const of = (goal: Goal['goal'], dueAt: number): Goal => ({
    goal,
    dueAt: toInstant(dueAt),
    state: now > dueAt ? 'late' : now >= warnAt(row, goal, goals, knowledge) ? 'soon' : 'on_time',
    minutesLeft: workingMinutesBetween(knowledge, row.record.region, now, dueAt),
  });
  return [
    ...(row.firstAnswerAt === undefined ? [of('first_answer', goals.answerDueAt)] : []),
    of('resolution', goals.resolveDueAt),
  ];
}

/** The warning comes while there is still time. */
function warnAt(row: Timed, goal: Goal['goal'], { from }: Goals, knowledge: Knowledge): number {
  const { warn, targets } = knowledge.desk.aims;
  const minutes = Math.round(targets[row.priority][goal] * warn);
  return afterWorkingMinutes(knowledge, row.record.region, from, minutes);
}

/**
 * What the clock changes about a case now. A first look gives it priority and goals; a snoozed one wakes;
 * a warning is given once, and a missed goal raises the priority by one and is put before the lead.
 */
export function clockChange(seen: CaseRow, knowledge: Knowledge, now: number): CaseChange {
  const priority = firstPriority(seen, knowledge);
  const row = { ...seen, priority };
  const goals = row.goals ?? goalsFor(row, priority, knowledge, now);
  const wakes = row.snoozedUntil !== undefined && row.snoozedUntil <= now;
  const sleeps = row.snoozedUntil !== undefined && !wakes;
  const due = sleeps ? [] : dueStages(row, goals, knowledge, now);
  const missed = due.filter(({ kind }) => kind === 'goal_missed');
  const raised = missed.length > 0 ? raise(priority) : priority;
  const stage = due.reduce((sum, { bit }) => sum | bit, goals.stage);
  const events: { kind: CaseEventKind; data: Record<string, string> }[] = [
    ...(wakes ? [{ kind: 'woke' as const, data: {} }] : []),
    ...due.map(({ kind, goal }) => ({ kind, data: { goal } })),
    ...missed.map(({ goal }) => ({
      kind: 'escalated' as const,
      data: { goal, to: 'lead', priority: raised },
    })),
  ];
  const next = { ...goals, stage };
  return {
    id: row.record.id,
    when: { isClosed: false, version: seen.version },
    set: {
      goals: next,
      wakeAt: wakeAt(wakes ? { ...row, snoozedUntil: undefined } : row, next, knowledge, now),
      ...(raised === seen.priority ? {} : { priority: raised }),
      ...(wakes
        ? {
            snoozedUntil: 'awake' as const,
            status: row.owner === undefined ? ('open' as const) : ('assigned' as const),
          }
        : {}),
    },
    events,
  };
}

type Timed = Omit<CaseRow, 'snoozedUntil'> & { readonly snoozedUntil?: number | undefined };

function dueStages(row: Timed, goals: Goals, knowledge: Knowledge, now: number) {
  return moments(row, goals, knowledge).filter(({ bit, at }) => (goals.stage & bit) === 0 && at <= now);
}

function moments(row: Timed, goals: Goals, knowledge: Knowledge) {
  return STAGES.filter(({ goal }) => goal === 'resolution' || row.firstAnswerAt === undefined).map(
    (stage) => {
      const dueAt = stage.goal === 'first_answer' ? goals.answerDueAt : goals.resolveDueAt;
      const at = stage.kind === 'goal_missed' ? dueAt + 1 : warnAt(row, stage.goal, goals, knowledge);
      return { ...stage, at };
    },
  );
}

/** When the clock has to look again: a snoozed case sleeps, whatever its goals. */
export function wakeAt(row: Timed, goals: Goals, knowledge: Knowledge, now: number): number | 'never' {
  if (row.snoozedUntil !== undefined && row.snoozedUntil > now) return row.snoozedUntil;
  const ahead = moments(row, goals, knowledge).filter(({ bit }) => (goals.stage & bit) === 0);
  return ahead.length === 0 ? 'never' : Math.min(...ahead.map(({ at }) => at));
}

function raise(priority: Priority): Priority {
  return PRIORITIES[Math.max(0, PRIORITIES.indexOf(priority) - 1)] ?? priority;
}
