/** Each chart as the table that stands behind it: what its CSV holds. */
import type { CsvValue } from './csv.ts';
import type { FiguresReport, OpinionLine, WrongLine } from './report.ts';

export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CsvValue[])[];
}

export const CHARTS = [
  'days',
  'channels',
  'causes',
  'states',
  'flows',
  'times',
  'ages',
  'wrong',
  'opinions',
] as const;
export type ChartId = (typeof CHARTS)[number];

export const isChart = (id: string): id is ChartId => (CHARTS as readonly string[]).includes(id);

export function tableOf(chart: ChartId, report: FiguresReport): ChartTable {
  switch (chart) {
    case 'days':
      return pick(report.days, [
        'day',
        'talks',
        'confirmed',
        'presumed',
        'handed_over',
        'abandoned',
        'open',
        'turns',
        'said',
        'askBacks',
        'fallbacks',
      ]);
    case 'channels':
      return pick(report.channels, [
        'channel',
        'talks',
        'confirmed',
        'presumed',
        'handed_over',
        'abandoned',
        'open',
      ]);
    case 'causes':
      return pick(report.causes, ['region', 'cause', 'n']);
    case 'states':
      return pick(report.states, ['flow', 'state', 'entered', 'rested', 'left']);
    case 'flows':
      return pick(report.flows, ['flow', 'begin', 'done', 'cancelled', 'failed']);
    case 'times':
      return timesOf(report);
    case 'ages':
      return pick(report.ages, ['days', 'n']);
    case 'wrong':
      return pick<WrongLine>(report.wrong, ['day', 'kind', 'what', 'entry', 'reason', 'n']);
    case 'opinions':
      return opinionsOf(report.opinions);
  }
}

function pick<Line>(lines: readonly Line[], columns: readonly (keyof Line & string)[]): ChartTable {
  return { columns, rows: lines.map((line) => columns.map((column) => line[column] as CsvValue)) };
}

function timesOf({ cases, waiting, handling }: FiguresReport): ChartTable {
  return {
    columns: ['what', 'cases', 'p50_minutes', 'p90_minutes'],
    rows: [
      ['opened', cases.opened, null, null],
      ['first_answer', cases.answered, waiting?.p50, waiting?.p90],
      ['closed', cases.closed, handling?.p50, handling?.p90],
    ],
  };
}

function opinionsOf({ all, ...by }: FiguresReport['opinions']): ChartTable {
  const lines = (kind: string, some: readonly OpinionLine[]) =>
    some.map(({ id, yes, no }) => [kind, id, yes, no]);
  return {
    columns: ['by', 'id', 'satisfied', 'dissatisfied'],
    rows: [
      ['all', '', all.yes, all.no],
      ...lines('entry', by.entry),
      ...lines('cause', by.cause),
      ...lines('clerk', by.clerk),
    ],
  };
}
