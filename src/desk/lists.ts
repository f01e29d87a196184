/** Lists of cases and figures of a day. */
import type { DraftCount } from '../contracts/advice-store.ts';
import type { CaseFilter, CasePage, DeskStats, Paging } from '../contracts/desk.ts';
import type { CaseQuery } from '../contracts/desk-store.ts';
import type { Day } from '../domain/insurance.ts';
import { workingMinutesBetween } from '../knowledge/working-time.ts';
import type { DeskDeps } from './deps.ts';
import { headOf } from './heads.ts';
import { dayBounds, hourOf } from './times.ts';

const PAGE = 20;
const PAGE_MAX = 100;
const FIND_CHARS = 100;

export async function listCases(filter: CaseFilter, paging: Paging, deps: DeskDeps): Promise<CasePage> {
  const limit = Math.min(Math.max(1, paging.limit ?? PAGE), PAGE_MAX);
  const offset = Math.max(0, Number.parseInt(paging.after ?? '0', 10) || 0);
  const query = { ...queryOf(filter), limit, offset };
  const { rows, total } = await deps.store.caseRows(query);
  const shown = offset + rows.length;
  return {
    cases: rows.map((row) => headOf(row, deps)),
    total,
    ...(shown < total ? { next: String(shown) } : {}),
  };
}

const SHOW: { readonly [Show in CaseFilter['show']]: Partial<CaseQuery> } = {
  queue: { isClosed: false, owner: 'nobody', isSnoozed: false },
  mine: { isClosed: false },
  unassigned: { isClosed: false, owner: 'nobody' },
  overdue: { isClosed: false, isOverdue: true },
  open: { isClosed: false },
  closed: { isClosed: true },
  all: {},
};

function queryOf(filter: CaseFilter): Omit<CaseQuery, 'limit' | 'offset'> {
  const { show, owner, region, symptom, priority, channel, find, openedFrom, openedUntil } = filter;
  // Without somebody, nothing is mine.
  const whose = owner ?? (show === 'mine' ? '' : undefined);
  return {
    ...SHOW[show],
    ...(whose === undefined ? {} : { owner: { id: whose } }),
    ...(region === undefined ? {} : { region }),
    ...(symptom === undefined ? {} : { symptom }),
    ...(priority === undefined ? {} : { priority }),
    ...(channel === undefined ? {} : { channel }),
    ...(find === undefined || find.trim() === '' ? {} : { find: find.trim().slice(0, FIND_CHARS) }),
    ...(openedFrom === undefined ? {} : { openedFrom: dayBounds(openedFrom).from }),
    ...(openedUntil === undefined ? {} : { openedBefore: dayBounds(openedUntil).before }),
  };
}

export async function statsOf(day: Day, { store, knowledge }: DeskDeps): Promise<DeskStats> {
  const { from, before } = dayBounds(day);
  const [figures, now, drafts] = await Promise.all([
    store.dayFigures(from, before),
    store.nowFigures(),
    store.draftCounts(from, before),
  ]);
  const books = knowledge();
  const minutes = figures.firstAnswers
    .map(({ region, openedAt, answeredAt }) => workingMinutesBetween(books, region, openedAt, answeredAt))
    .toSorted((a, b) => a - b);
  const at = (part: number): number => minutes[Math.ceil(part * minutes.length) - 1] ?? 0;
  return {
    day,
    opened: figures.openedAt.length,
    closed: figures.closedAt.length,
    reopened: figures.reopened,
    ...now,
    satisfied: figures.satisfied,
    dissatisfied: figures.dissatisfied,
    drafts: {
      offered: sumOf(drafts, 'offered'),
      sent: sumOf(drafts, 'sent'),
      edited: sumOf(drafts, 'edited'),
      ignored: sumOf(drafts, 'ignored'),
    },
    ...(minutes.length === 0
      ? {}
      : { firstAnswerMinutes: { median: at(0.5), p90: at(0.9), samples: minutes.length } }),
    byHour: { opened: perHour(figures.openedAt), closed: perHour(figures.closedAt) },
  };
}

function sumOf(counts: readonly DraftCount[], what: 'offered' | 'sent' | 'edited' | 'ignored'): number {
  return counts.reduce((sum, count) => sum + count[what], 0);
}

function perHour(times: readonly number[]): readonly number[] {
  const counts = Array.from({ length: 24 }, () => 0);
  for (const time of times) {
    const hour = hourOf(time);
    counts[hour] = (counts[hour] ?? 0) + 1;
  }
  return counts;
}
