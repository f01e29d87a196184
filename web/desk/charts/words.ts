/** Words of the charts; staff read them. */
import type { Outcome } from '../../../src/statistics/definitions.ts';

export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  confirmed: '已解决（已核实）',
  presumed: '已解决（推定）',
  handed_over: '转人工',
  abandoned: '中途离开',
  open: '还在观察',
};
export const ORDER = Object.keys(OUTCOMES) as readonly Outcome[];

export const WRONG: Readonly<Record<string, string>> = {
  other_cause: '真正的原因另有其他',
  unhelpful: '市民评价没有帮助',
  withdrawn: '说过之后被撤下',
};
export const KINDS: Readonly<Record<string, string>> = { faq: '问答', cause: '原因', rule: '规则' };
export const REASONS: Readonly<Record<string, string>> = {
  not_solved: '没有解决',
  too_slow: '太慢',
  unclear: '没说清楚',
  unkind: '态度不好',
  other: '其他',
};

export const UNKNOWN = '不详';

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '—' : `${((100 * part) / whole).toFixed(1)}%`;

/** 8 分钟, 2 小时 5 分, 1 天 3 小时. */
export function lasting(minutes: number | undefined): string {
  if (minutes === undefined) return '—';
  if (minutes < 60) return `${minutes} 分钟`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`;
  return `${Math.floor(minutes / 1440)} 天 ${Math.floor((minutes % 1440) / 60)} 小时`;
}
