/** Words of the desk's own pages: read by staff, so they stand here and not in the knowledge. */
export const ROLES: Record<string, string> = {
  clerk: '坐席',
  curator: '知识员',
  lead: '组长',
  auditor: '审计',
};
export const CHANNELS: Record<string, string> = {
  web: '网页',
  console: '终端',
  'wechat-oa': '公众号',
  'wecom-kf': '微信客服',
  wechaty: '微信个人号',
  slack: 'Slack',
  converse: '演练',
};
export const PRIORITIES: Record<string, string> = { urgent: '紧急', high: '高', normal: '普通', low: '低' };
export const CASE_STATUS: Record<string, string> = {
  open: '待认领',
  assigned: '处理中',
  waiting: '等待中',
  closed: '已办结',
};
export const FLOORS: Record<string, string> = {
  bot: '机器人在答',
  queue: '排队中',
  clerk: '坐席在答',
  nobody: '已结束',
};
export const TALK_STATUS: Record<string, string> = {
  bot: '机器人在答',
  waiting: '等人接手',
  human: '坐席在答',
  closed: '已结束',
};
export const SHOW: Record<string, string> = {
  queue: '排队',
  mine: '我的',
  overdue: '已超时',
  unassigned: '无人认领',
  open: '未办结',
  closed: '已办结',
  all: '全部',
};
export const GOALS: Record<string, string> = { first_answer: '首次答复', resolution: '办结' };
export const EVENTS: Record<string, string> = {
  opened: '转人工',
  claimed: '认领',
  released: '放回队列',
  transferred: '转交',
  citizen_wrote: '市民来话',
  replied: '答复',
  reply_sent: '答复已送达',
  reply_waits: '答复等市民下次来话才能送出',
  reply_failed: '答复没有送到',
  noted: '备注',
  asked_for: '请市民补充',
  dry_run: '试算',
  act_offered: '请市民确认办理',
  act_settled: '办理有了结果',
  application_changed: '申请状态变了',
  given_back: '交还机器人',
  snoozed: '稍后再看',
  woke: '到时间了',
  priority_set: '改优先级',
  goal_soon: '快要超时',
  goal_missed: '已经超时',
  escalated: '报给组长',
  revealed: '查看了身份信息',
  closed: '办结',
  reopened: '重新打开',
  rated: '市民评价',
};
export const DELIVERY: Record<string, string> = {
  queued: '待送出',
  sending: '正在送',
  sent: '已送达',
  waits_for_citizen: '等市民下次来话',
  /** Handed over, and the channel did not say whether it arrived. */
  uncertain: '不确定是否送到，市民下次来话时再送',
  failed: '没有送到',
};
export const ASKABLE: Record<string, string> = {
  region: '参保地在哪里',
  relation: '是什么亲属',
  material: '需要的材料',
  verification: '核验身份',
};
export const SPEAKERS: Record<string, string> = { citizen: '市民', bot: '助手', staff: '坐席' };
export const RATING: Record<string, string> = {
  not_solved: '没解决',
  too_slow: '太慢',
  unclear: '没说清',
  unkind: '态度',
  other: '其他',
};
export const ACTORS: Record<string, string> = {
  assistant: '助手',
  clerk: '坐席',
  citizen: '市民',
  office: '经办系统',
  curator: '知识员',
};
export const APPLICATION_KINDS: Record<string, string> = {
  bind: '绑定',
  unbind: '解绑',
  order: '扣款顺序',
  premium: '代缴居民医保',
  allocation: '划拨到共济账户',
  quota: '跨省共济额度',
};
export const APPLICATION_STATES: Record<string, string> = {
  SUBMITTED: '已提交',
  PENDING_CONFIRM: '等家人确认',
  PENDING_REVIEW: '审核中',
  NOT_YET_EFFECTIVE: '未到开始日期',
  ACTIVE: '已生效',
  DECLINED: '对方没同意',
  EXPIRED: '已过期',
  REJECTED: '没通过',
  WITHDRAWN: '已撤回',
  SUSPENDED: '已暂停',
  ENDED: '已结束',
  PENDING_TAX: '等税务确认',
  DONE: '已办妥',
};
export const RULE_STATUS: Record<string, string> = {
  current: '可以告诉市民',
  superseded: '已被替代',
  unverified: '未核实，不说',
  disputed: '有冲突，不说',
  unknown: '没有依据（不能当作允许）',
};
export const RULES: Record<string, string> = {
  payer_schemes: '谁可以当共济人',
  relations_allowed: '可以绑定的亲属',
  dependent_must_be_insured: '被共济人须参保',
  dependent_schemes: '被共济人的险种',
  geographic_scope: '地域范围',
  cross_province: '跨省',
  max_at_once: '同时最多几人',
  max_lifetime: '累计最多几人',
  max_by_slot: '各类亲属人数',
  own_face_check_from_age: '本人刷脸的年龄',
  consent_step: '被共济人同意',
  payers_per_dependent: '一人可有几位共济人',
  own_account_first: '先用自己的账户',
  order_rule: '扣款顺序',
  order_set_by: '谁设顺序',
  minimum_retained_fen: '最低留存（分）',
  usable_balance: '可用余额',
  effective: '何时生效',
  review: '是否审核',
  bind_before_admission: '须住院前绑定',
  patient_card_only: '只用患者本人的码',
  payment_scope: '可支付范围',
  pooled_fund_shared: '统筹基金可否共用',
  premium_allowed: '可否代缴居民医保',
  premium_window: '缴费期',
  premium_system: '缴费渠道',
  unbind_by: '谁可解绑',
  unbind_lock_days: '解绑锁定天数',
  ends_on: '何时自动终止',
  suspension_effect: '停保的影响',
  refund_to: '退费去向',
  duplicate_enrolment_blocks: '重复参保拦截',
  materials: '材料',
  pledge_required: '须签承诺书',
  ecert_first: '须先激活电子凭证',
  period: '有效期',
  newborn_premium: '新生儿缴费',
  fund_model: '资金模式',
  kinship_account_first: '须先加亲情账户',
  hotline: '咨询电话',
  local_names: '当地叫法',
};
export const OPERATIONS: Record<string, string> = {
  bind: '绑定',
  confirm: '确认邀请',
  unbind: '解绑',
  order: '扣款顺序',
  members: '查成员',
  spending: '查消费',
  refund: '退费',
  balance: '查余额',
  premium: '代缴',
  allocate: '划拨',
  wallet: '医保钱包',
};
export const CHANGE: Record<string, string> = { added: '新增', removed: '停用', changed: '改变' };
export const PARTS: Record<string, string> = {
  rule: '规则',
  way: '入口',
  answer: '回答',
  review: '复核到期',
};
export const DOCUMENTS: Record<string, string> = { resident_id: '居民身份证' };

const TROUBLE: Record<string, string> = {
  away: '连不上服务器，请稍后再试。',
  over: '登录已结束，请重新登录。',
  failed: '没有办成，请稍后再试。',
  forbidden: '您的角色不能这样做。',
  unclaimed: '请先认领。',
  closed: '这一件已经办结，要再处理请先重新打开。',
  not_closed: '这一件还没有办结。',
  unknown_case: '没有这一件。',
  nobody: '市民还没有在这个对话里核验身份，或者已经删除了全部数据。',
  lapsed: '查看时间已过，请写明理由再查一次。',
  foreign_origin: '页面已过期，请刷新后再试。',
  slow_down: '太快了，请过一分钟再试。',
  too_long: '内容太长了。',
  own: '自己提的建议要由另一位同事审核。',
  already: '这一条已经审核过了。',
  unknown: '没有找到。',
  empty: '没有写内容，或者这一件里没有哪句话是没答上的。',
  no_conversation: '这一件是电话或窗口来的，没有对话可以发。',
};
const FIELDS: Record<string, string> = {
  text: '请写内容，不超过 1500 字。',
  reason: '请写 4 到 200 字的理由。',
  detail: '请写清需要什么。',
  until: '请选今后一个月之内的时间。',
  to: '请选一位同事。',
  note: '备注太长了。',
  what: '请选要问什么。',
  flow: '请选要办什么。',
};

export function troubleWords({
  reason,
  field,
  owner,
}: {
  readonly reason: string;
  readonly field?: string;
  readonly owner?: { readonly displayName: string };
}): string {
  if (reason === 'owned') return `${owner?.displayName ?? '另一位同事'}正在处理这一件。`;
  if (reason === 'bad_input') return FIELDS[field ?? ''] ?? '填写的内容不合要求。';
  return TROUBLE[reason] ?? (TROUBLE.failed as string);
}

export const REFUSED: Record<string, string> = {
  no_role: '您的账号没有工作台的角色，请联系管理员。',
  refused: '登录没有成功，请再试一次。',
  lapsed: '登录等得太久，或者是在别的窗口开始的，请再试一次。',
  unavailable: '登录服务暂时连不上，请稍后再试。',
  slow_down: '登录太频繁了，请过一分钟再试。',
  link: '这个链接已经用过或过期。请运行 gongji desk link 再取一个。',
};

/** The clock of China, whatever that of the machine. */
const WHEN = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
});
export const timeOf = (at: string): string => WHEN.format(new Date(at));

export function minutesOf(minutes: number): string {
  const whole = Math.abs(Math.round(minutes));
  const text = whole < 60 ? `${whole} 分钟` : `${Math.floor(whole / 60)} 小时 ${whole % 60} 分`;
  return minutes < 0 ? `超 ${text}` : `剩 ${text}`;
}

/** A value of a rule as people read it. */
export function ruleValue(value: unknown): string {
  if (value === null || value === undefined) return '（没有依据）';
  if (value === true) return '是';
  if (value === false) return '否';
  if (Array.isArray(value)) return value.map(ruleValue).join('、');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, part]) => `${key}：${ruleValue(part)}`)
      .join('；');
  return VALUES[String(value)] ?? String(value);
}
const VALUES: Record<string, string> = {
  spouse: '配偶',
  parent: '父母',
  child: '子女',
  sibling: '兄弟姐妹',
  grandparent: '祖父母',
  maternal_grandparent: '外祖父母',
  grandchild: '孙子女',
  maternal_grandchild: '外孙子女',
  employee_working: '在职职工',
  employee_retired: '退休职工',
  employee_flexible: '灵活就业',
  tier_one: '一档',
  employee: '职工医保',
  resident: '居民医保',
  pooling_region: '本统筹区',
  province: '全省',
  none: '无',
  pilot: '试点',
  wallet_transfer: '医保钱包转账',
  wallet_quota: '跨省共济额度',
  everyone: '每个人',
  from_age: '到年龄的',
  one: '一位',
  several: '多位',
  payer: '共济人',
  dependent: '被共济人',
  nobody: '不能设',
  at_once: '即时',
  on_approval: '审核通过后',
  next_day: '次日',
  agency: '经办审核',
  all: '全部',
  past_years: '往年结余',
};
