/** The words of the open data, which leaves the house: titles, columns, notes. A table without logic. */
import type { TableId } from './open-data.ts';

export const TITLES: { readonly [Table in TableId]: string } = {
  outcome_by_region: '咨询结果，按参保地',
  outcome_by_channel: '咨询结果，按渠道',
  cause_by_region: '查出的首要原因，按参保地',
  repair: '听懂的情况',
  waiting_by_region: '转人工后第一次答复等了多久，按参保地',
  opinion_by_cause: '人工服务的评价，按问题的真正原因',
};

export const VALUES: { readonly [code: string]: string } = {
  '*': '合计',
  other: '其他（人数太少，合在一起）',
  unknown: '不详',
  all: '全部',
  confirmed: '已解决（已核实）',
  presumed: '已解决（推定）',
  handed_over: '转人工',
  abandoned: '中途离开',
  none: '直接听懂',
  ask_back: '追问后继续',
  fallback: '有没听懂的',
  under_30: '不到 30 分钟',
  under_60: '30 分钟到 1 小时',
  under_240: '1 到 4 小时',
  under_1440: '4 到 24 小时',
  under_4320: '1 到 3 天',
  from_4320: '3 天以上',
  yes: '满意',
  no: '不满意',
  web: '网页',
  console: '终端',
  converse: '演练',
  'wechat-oa': '微信公众号',
  'wecom-kf': '微信客服',
  wechaty: '微信个人号',
  slack: 'Slack',
};

export const COLUMNS: readonly (readonly [string, string])[] = [
  ['month', '月份，东八区时间，如 2026-11'],
  ['row', '行：参保地的市级代码（县归入市；人数太少的市归入省；仍太少的归入 other）、渠道、原因；* 是合计'],
  ['row_label', '行的名称'],
  ['column', '列：结果、原因、等候的档、评价；* 是合计'],
  ['column_label', '列的名称'],
  ['n', '数目；空着表示为了保护个人不公布'],
  ['status', 'published 已公布；left_out 不公布'],
];

export const EXAMPLE = '示例数据：由程序编造，不是真实的咨询。';

export const note = (of: { k: number; from: string; until: string; day: string; licence: string }): string =>
  `# 共济助手开放数据

- 范围：${of.from} 到 ${of.until}，只含已经过完、结果不会再变的整月
- 生成日期：${of.day}
- 许可：${of.licence}

## 怎么数的

每个会话一个月只算一次，取当月第一次咨询；一个工单只算一次。各词的定义见《统计口径》（docs/statistics.md）。
同一个人从两个渠道来问，算两个会话。

## 怎么保护个人

- 任何一个公布出来的数，要么是 0，要么不小于 ${of.k}。
- 合计照实公布。不到 ${of.k} 的格子不公布，同时另外几格也不公布，使得用合计相减也推不出来：每个因太小而不公布的格子，
  按全部公布的数推算，至少有 ${of.k} 个可能的值。
- 人数太少的地区、渠道、原因合并成一行。一个月总共不到 ${of.k} 的，整月不公布。
- 地区只到市或者省。没有姓名、号码、对话文字和时刻。

## 文件

每张表一个 CSV（UTF-8），列的说明在 data-dictionary.csv。index.html 里的每个数都只由这些 CSV 算出来。
`;
