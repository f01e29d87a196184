/** What staff read in Slack. What citizens read is in `knowledge/replies`, as everywhere. */
import type { Askable, CaseEventKind, Priority, RatingReason, Refusal } from '../../contracts/desk.ts';
import type { CaseStatus } from '../../domain/case.ts';
import type { ChannelId } from '../../domain/conversation.ts';
import type { MoreId } from './names.ts';

export const words = {
  leadOnly: '只有负责人可以重画全部卡片。',
  corrected: '（更正）',
  acknowledged: '看到了未送达的提示',
  erased: '这个个案已按参保人要求删除。',
  noCommand: '这里只有一个命令：/gongji。发送 /gongji help 看用法。',
  notStaff: '这里只对客服台频道的成员开放。请联系负责人把您加入该频道。',
  pressAgain: '窗口没有来得及打开，什么都没有改变。请再点一次。',
  givenUp: '刚才的操作没有完成，个案没有改变。请稍后再试；多次不行请告诉管理员。',
  unknownCase: '找不到这个个案，可能已按参保人要求删除。',
  waiting: '正在读取…',
  title: '共济客服台',
  noAdvice: '这个功能还没有在本系统启用。',
  emptyText: '请填写内容',
  tooLong: (most: number) => `最多 ${most} 字`,
  numbersInside:
    '内容里像有证件号、手机号或卡号，发出去会被隐藏，请去掉。座机请写成（区号）号码，例如（0000）88888888。',
  pastTime: '请选择以后的时间',
  internal: '话题里直接说的话只在内部可见；要回复参保人，请按“回复参保人”。',
  noCause: '没有查明原因',
  triageLapsed: '这次分析已经过期，请重新分析后再开个案。',
  triageOpened: '已开个案，卡片在客服台频道。',
  approved: '已通过。资料编写人用 gongji review proposals 写进资料后才会使用。',
  notApproved: {
    own: '自己提的条目要由另一位同事审核。',
    forbidden: '您的角色不能审核条目。',
    unknown: '找不到这条建议。',
    already: '这条建议已经审核过了。',
  },
  proposed: '已提交，等另一位同事审核。',
  notProposed: {
    forbidden: '您的角色不能提建议。',
    unknown: '找不到这个个案，可能已按参保人要求删除。',
    empty: '没有找到要补的说法。请在第一行写“例句：参保人的说法”，下面写条目编号或答案。',
    too_long: '太长了，请控制在 2000 字以内。',
  },
  draftSent: '这条草稿已经发过了。要再说一遍，请按“修改后发送”。',
  draftGone: '这条草稿已不能用：它的依据已停用、过期，或已经用过。',
  notAColleague: '转交的对象不是客服台频道的成员，没有改变。',
  help: [
    '/gongji mine　我名下的个案（下一页：/gongji mine 2）',
    '/gongji queue　等人认领的个案（下一页：/gongji queue 2）',
    '/gongji find 编号或关键词　查找个案',
    '/gongji stats　今天的数字',
    '/gongji gaps　答不上的问题',
    '/gongji 投诉原文…　分析可能的原因、要问的话、可以念的答复。来电人又说了什么，另起“答：…”接在后面',
    '个案的全部操作都在卡片的按钮上。话题里直接打字是内部备注，参保人看不到；只有“回复参保人”会发给参保人。',
  ].join('\n'),
  rebuilding: '正在按数据库重画全部卡片，按每秒约一条的速度进行。',
} as const;

export const STATUS: Record<CaseStatus, string> = {
  open: '待认领',
  assigned: '处理中',
  waiting: '等参保人',
  closed: '已结案',
};

export const PRIORITY: Record<Priority, string> = {
  urgent: '紧急',
  high: '优先',
  normal: '普通',
  low: '不急',
};

export const CHANNEL: Record<ChannelId, string> = {
  web: '网页',
  console: '终端',
  'wechat-oa': '微信公众号',
  'wecom-kf': '微信客服',
  wechaty: '微信群',
  slack: '来电登记',
  converse: '演练',
};

export const ASK: Record<Askable, string> = {
  region: '参保地',
  relation: '与被共济人的关系',
  material: '补充材料（请写明是什么）',
  verification: '实人核验',
};

export const MORE_LABEL: Record<MoreId, string> = {
  dry_run: '预演办理',
  start_act: '发起办理',
  give_back: '交还给助手',
  snooze: '稍后处理',
  release: '放回队列',
  reveal: '查看身份',
  priority: '改优先级',
  gap: '补知识',
};

export const RATING: Record<RatingReason, string> = {
  not_solved: '没有解决',
  too_slow: '太慢',
  unclear: '没看懂',
  unkind: '态度不好',
  other: '其他',
};

/** The line of an event in the thread; events without one show on the card only. */
export const EVENT: Partial<Record<CaseEventKind, string>> = {
  claimed: '认领了个案',
  released: '把个案放回了队列',
  transferred: '转交了个案',
  citizen_wrote: '参保人说',
  noted: '备注',
  asked_for: '请参保人补充',
  dry_run: '预演了办理',
  act_offered: '发起了办理，等参保人在对话里确认',
  act_settled: '办理有了结果',
  application_changed: '申请状态有变化',
  given_back: '把对话交还给助手',
  snoozed: '设为稍后处理',
  woke: '到时间了，个案回到列表',
  priority_set: '改了优先级',
  goal_soon: '快到时限了',
  goal_missed: '已超时限',
  escalated: '已升级，请负责人看一下',
  revealed: '查看了参保人身份（已记入审计和参保人自己的记录）',
  closed: '结案',
  reopened: '重新打开了个案',
  rated: '参保人评价',
};

export const LOUD: ReadonlySet<CaseEventKind> = new Set([
  'reply_failed',
  'goal_soon',
  'goal_missed',
  'escalated',
  'woke',
]);

/** Why a reply did not arrive, for people. */
export function deliveryReason(code: string | undefined): string {
  switch (code) {
    case 'channel_refused':
      return '渠道拒收';
    case 'channel_unavailable':
      return '渠道暂时不通';
    case 'withdrawn':
      return '内容已停用';
    default:
      return code === undefined ? '原因不明' : `代码 ${code}`;
  }
}

export function refusal(refused: Refusal): string {
  switch (refused.reason) {
    case 'unknown_case':
      return words.unknownCase;
    case 'owned':
      return `这个个案由 ${refused.owner.displayName} 处理，没有改变。`;
    case 'unclaimed':
      return '请先认领这个个案。';
    case 'closed':
      return '个案已经结案；需要时请先重新打开。';
    case 'no_conversation':
      return '这是来电登记的个案，没有可以发消息的对话。请当面或在电话里答复，然后结案。';
    case 'not_closed':
      return '个案还没有结案。';
    case 'forbidden':
      return '您的角色不能做这个操作，请找负责人。';
    case 'bad_input':
      return `填写的内容不合适（${refused.field}），没有改变。`;
  }
}
