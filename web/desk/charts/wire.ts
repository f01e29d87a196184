/** What the charts ask the server; shapes are those of the report. */
import type { FiguresReport } from '../../../src/statistics/report.ts';

export interface FiguresAnswer {
  readonly report: FiguresReport;
  /** By code: regions, causes, entries, staff. */
  readonly names: Readonly<Record<string, string>>;
  readonly flows: readonly string[];
  /** Epoch ms; 0 when nothing was ever counted. */
  readonly countedAt: number;
  /** Made up for looking at. */
  readonly isExample: boolean;
}

export const FIGURES = '/figures';
export const API = '/desk/api/figures';
