/** The tables of the figures; see `contracts/statistics.ts`. */

/** `data` is the whole talk day; the other columns stand in it as well. `talked`: the citizen said something. */
export interface TalkDaysTable {
  day: string;
  conversation_id: string;
  talked: number;
  handed: number;
  last_at: number;
  data: string;
}

export interface FigureCellsTable {
  day: string;
  figure: string;
  channel: string;
  region: string;
  detail: string;
  n: number;
}

export interface StatisticsTables {
  talk_days: TalkDaysTable;
  figure_cells: FigureCellsTable;
  /** `counted_at` is 0 while the day has to be counted again. */
  figure_days: { day: string; counted_at: number };
  figure_marks: { name: string; n: number };
}
