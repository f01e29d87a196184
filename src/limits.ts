/**
 * Every bound there is, with its name, value, unit and reason, in one table: what `gongji limits` prints and
 * what stands in docs/operations.md. A bound lives beside the code it binds; the table says where, and a test
 * compares the two. Those without such a place live here.
 */

/** Messages one person may write in a minute on any channel, with a burst of as many. */
export const MESSAGES_PER_MINUTE = 30;
/** Unanswered messages beyond which new ones are turned away: some two minutes of work for one process. */
export const MOST_WAITING = 10_000;
/** How long an ending process waits for what is running. */
export const STOP_WITHIN_MS = 45_000;
/** A process whose main thread gives no sign of life for so long is ended, so that it is started again. */
export const HANG_MS = 15_000;
/** A figure of the store is this old at most when somebody looks at it. */
export const FIGURES_FRESH_MS = 5_000;
/** How often waiting messages are counted while nobody looks. */
export const FIGURES_EVERY_MS = 15_000;

/** From here on `/readyz` warns; it stays ready, since restarting would mend none of it. */
export const WARN = {
  inboxLateMs: 60_000,
  outboxLateMs: 300_000,
  tasksLateMs: 300_000,
  timersLateMs: 120_000,
  officeAwayMs: 120_000,
  channelFailingMs: 300_000,
  slackSilentMs: 3_600_000,
} as const;

/** A disk that needs longer for one flush is felt in every answer. */
export const FSYNC_WARN_MS = 5;
/** Some days of growth of a city, or one large backup on the same disk. */
export const DISK_FREE_WARN_BYTES = 1_024 * 1_024 * 1_024;
/** With less, nothing new is accepted: what was accepted needs room for its answer, and the journal for itself. */
export const DISK_FREE_LEAST_BYTES = 16 * 1_024 * 1_024;
/** How often free room is looked at: one cheap question to the system. */
export const DISK_LOOK_EVERY_MS = 5_000;
/** How often a store that was not writable is tried again. */
export const STORE_TRY_EVERY_MS = 2_000;
/** Beyond this, two processes take turns at the wrong times. */
export const CLOCK_SKEW_WARN_MS = 2_000;

export interface Limit {
  readonly what: string;
  readonly value: number;
  readonly unit:
    | '字'
    | '字节'
    | 'KiB'
    | 'MiB'
    | '条'
    | '个'
    | '次'
    | '层'
    | '次/分钟'
    | '毫秒'
    | '秒'
    | '分钟'
    | '小时'
    | '天';
  readonly why: string;
  /** `file#CONSTANT`; `scale` turns the constant's unit into ours. */
  readonly at: string;
  readonly scale?: number;
}

const OWN = 'src/limits.ts';

export const LIMITS: readonly { readonly title: string; readonly limits: readonly Limit[] }[] = [
  {
    title: '市民发来的',
    limits: [
      {
        what: '网页一条消息的长度',
        value: 500,
        unit: '字',
        why: '再长的多是粘贴的材料，里面常有隐私',
        at: 'src/connectors/web/parse.ts#TEXT_MAX',
      },
      {
        what: '公众号一条消息的长度',
        value: 500,
        unit: '字',
        why: '同上，超出的部分不读',
        at: 'src/connectors/wechat/oa/parse.ts#TEXT_MAX',
      },
      {
        what: '微信客服一条消息的长度',
        value: 500,
        unit: '字',
        why: '同上',
        at: 'src/connectors/wechat/kf/parse.ts#TEXT_MAX',
      },
      {
        what: 'Wechaty 一条消息的长度',
        value: 500,
        unit: '字',
        why: '同上',
        at: 'src/connectors/wechaty/parse.ts#TEXT_MAX',
      },
      {
        what: '终端一条消息的长度',
        value: 500,
        unit: '字',
        why: '同上',
        at: 'src/connectors/console/parse.ts#TEXT_MAX',
      },
      {
        what: '每人每分钟的消息（各渠道）',
        value: MESSAGES_PER_MINUTE,
        unit: '次/分钟',
        why: '比打字快，比脚本慢；超出时说明一次，其余不读',
        at: `${OWN}#MESSAGES_PER_MINUTE`,
      },
      {
        what: '网页一个会话每分钟的消息',
        value: 30,
        unit: '次/分钟',
        why: '同上，网页自己先拦',
        at: 'src/connectors/web/routes.ts#TURNS_PER_SESSION',
      },
      {
        what: '网页一个地址每分钟的消息',
        value: 900,
        unit: '次/分钟',
        why: '一个村、一家医院可能共用一个出口地址',
        at: 'src/connectors/web/routes.ts#TURNS_PER_ADDRESS',
      },
      {
        what: '网页一个地址每分钟的新会话',
        value: 300,
        unit: '次/分钟',
        why: '同上；防止脚本造会话',
        at: 'src/connectors/web/routes.ts#SESSIONS_PER_ADDRESS',
      },
      {
        what: '网页一个请求的大小',
        value: 8,
        unit: 'KiB',
        why: '一条消息远小于此',
        at: 'src/connectors/web/routes.ts#BODY_MAX_BYTES',
        scale: 1 / 1024,
      },
      {
        what: '微信推送的大小',
        value: 64,
        unit: 'KiB',
        why: '微信自己的上限更小',
        at: 'src/connectors/wechat/xml.ts#BODY_MAX_BYTES',
        scale: 1 / 1024,
      },
      {
        what: '一个人同时打开的网页连接',
        value: 4,
        unit: '个',
        why: '浏览器对一个主机只开六个，要留两个发消息',
        at: 'src/connectors/web/hub.ts#STREAMS_PER_USER',
      },
      {
        what: '一个进程同时打开的网页连接',
        value: 10_000,
        unit: '个',
        why: '每个约 20 KB 内存',
        at: 'src/connectors/web/hub.ts#STREAMS',
      },
    ],
  },
  {
    title: '对话',
    limits: [
      {
        what: '一次处理的连发消息',
        value: 50,
        unit: '条',
        why: '更多的分几轮答',
        at: 'src/store/mailbox.ts#ITEMS_AT_ONCE',
      },
      {
        what: '搁置的话题',
        value: 6,
        unit: '层',
        why: '再多没人记得原来在办什么',
        at: 'src/dialog/stack.ts#STACK_LIMIT',
      },
      {
        what: '一轮里传递的事件',
        value: 64,
        unit: '次',
        why: '流程写错时不会打转',
        at: 'src/dialog/stack.ts#DELIVERY_LIMIT',
      },
      {
        what: '没听懂几次后转人工',
        value: 3,
        unit: '次',
        why: '不让人反复说',
        at: 'src/dialog/repair.ts#MISSES_BEFORE_PERSON',
      },
      {
        what: '一次诊断的提问',
        value: 6,
        unit: '次',
        why: '再问下去人就走了',
        at: 'src/diagnosis/engine.ts#MAX_QUESTIONS',
      },
      {
        what: '一次诊断里依次提供的办法',
        value: 3,
        unit: '个',
        why: '还不行就该由人来看',
        at: 'src/dialog/think.ts#MOST_ACTS',
      },
      {
        what: '身份核验的有效期',
        value: 30,
        unit: '分钟',
        why: '手机可能换到别人手里',
        at: 'src/dialog/turn.ts#VERIFIED_FOR_MS',
        scale: 1 / 60_000,
      },
      {
        what: '确认的有效期',
        value: 15,
        unit: '分钟',
        why: '隔久了的“是”不算数',
        at: 'src/dialog/prompt.ts#CONFIRM_WITHIN_MS',
        scale: 1 / 60_000,
      },
      {
        what: '安全页面链接的有效期',
        value: 30,
        unit: '分钟',
        why: '链接会被转发',
        at: 'src/dialog/page-link.ts#LINK_LIFETIME_MS',
        scale: 1 / 60_000,
      },
      {
        what: '一个会话同时开着的工单',
        value: 1,
        unit: '个',
        why: '再要人工就接着同一张；由流程保证',
        at: '',
      },
      {
        what: '办结的工单多久内可以接着办',
        value: 3,
        unit: '天',
        why: '更久的算新的事',
        at: 'src/dialog/stack.ts#REOPEN_WITHIN_MS',
        scale: 1 / 86_400_000,
      },
    ],
  },
  {
    title: '队列与重试',
    limits: [
      {
        what: '等着回答的消息',
        value: MOST_WAITING,
        unit: '条',
        why: '一个进程约两分钟的量；再多就请渠道稍后再送（HTTP 503）',
        at: `${OWN}#MOST_WAITING`,
      },
      {
        what: '一条消息失败几次后搁下',
        value: 5,
        unit: '次',
        why: '不然这个人后面的话都堵着；搁下时开工单',
        at: 'src/store/mailbox.ts#ATTEMPTS_ALLOWED',
      },
      {
        what: '同时处理的会话（嵌入式，每类）',
        value: 8,
        unit: '个',
        why: '够盖住慢渠道，又不挤数据库',
        at: 'src/store/lanes.ts#LANES_AT_ONCE',
      },
      {
        what: '同时处理的会话（PostgreSQL，每类每进程）',
        value: 8,
        unit: '个',
        why: '同上',
        at: 'src/store/engine-queue.ts#HANDS',
      },
      {
        what: '巡检的间隔',
        value: 30,
        unit: '秒',
        why: '丢了的唤醒最多晚这么久',
        at: 'src/store/lanes.ts#SWEEP_EVERY_MS',
        scale: 1 / 1_000,
      },
      {
        what: '一次投递的部分',
        value: 50,
        unit: '条',
        why: '一批一批送',
        at: 'src/store/outbox.ts#PARTS_AT_ONCE',
      },
      {
        what: '投递失败的最后一次等待',
        value: 10,
        unit: '分钟',
        why: '1 秒、5 秒、30 秒、2 分、10 分之后算送不到',
        at: 'src/dialog/outbox.ts#BACKOFF_MS[-1]',
        scale: 1 / 60_000,
      },
      {
        what: '办事的尝试',
        value: 8,
        unit: '次',
        why: '前后约十分钟；再久就该告诉市民没办成',
        at: 'src/tasks/executor.ts#MAX_ATTEMPTS',
      },
      {
        what: '向经办系统办一件事的等待',
        value: 20,
        unit: '秒',
        why: '超时后按“不知道”处理，用同一编号去问',
        at: 'src/portals/http/operations.ts#ACT_MS',
        scale: 1 / 1_000,
      },
      {
        what: '向经办系统查询的等待',
        value: 5,
        unit: '秒',
        why: '市民在等',
        at: 'src/portals/http/operations.ts#READ_MS',
        scale: 1 / 1_000,
      },
      {
        what: '同时连向经办系统',
        value: 32,
        unit: '个',
        why: '不压垮对方',
        at: 'src/portals/http/transport.ts#CONNECTIONS',
      },
      {
        what: '连续失败几次后暂停',
        value: 5,
        unit: '次',
        why: '对方在恢复时不添乱',
        at: 'src/portals/http/breaker.ts#FAILURES',
      },
      {
        what: '合在一次落盘里的事务（嵌入式）',
        value: 64,
        unit: '个',
        why: '每个只摊六十四分之一；再多只是让先来的和要读的等着',
        at: 'src/store/group-commit.ts#MEMBERS_AT_ONCE',
      },
      {
        what: 'PostgreSQL 连接（每进程）',
        value: 12,
        unit: '个',
        why: '进程数乘以它要小于数据库的上限',
        at: 'src/store/postgres.ts#POOL_SIZE',
      },
      {
        what: '一轮卡死多久后重启进程',
        value: 15,
        unit: '秒',
        why: '再慢的一轮也不到一秒；卡死的一轮会堵住同一进程里的所有人（GONGJI_HANG_SECONDS 可改）',
        at: `${OWN}#HANG_MS`,
        scale: 1 / 1_000,
      },
      {
        what: '停机时等正在做的事',
        value: 45,
        unit: '秒',
        why: '容器和 systemd 给 60 秒',
        at: `${OWN}#STOP_WITHIN_MS`,
        scale: 1 / 1_000,
      },
    ],
  },
  {
    title: '安全页面',
    limits: [
      {
        what: '一个请求的大小',
        value: 300,
        unit: 'KiB',
        why: '手写签名是一张图',
        at: 'src/web/secure-routes.ts#BODY_MAX_BYTES',
        scale: 1 / 1024,
      },
      {
        what: '一个链接每分钟的请求',
        value: 60,
        unit: '次/分钟',
        why: '人点不了这么快',
        at: 'src/web/secure-routes.ts#REQUESTS_PER_LINK',
      },
      {
        what: '一个地址每分钟的请求',
        value: 3_000,
        unit: '次/分钟',
        why: '共用出口地址的人',
        at: 'src/web/secure-routes.ts#REQUESTS_PER_ADDRESS',
      },
      {
        what: '一个地址每分钟猜错的链接',
        value: 60,
        unit: '次/分钟',
        why: '猜链接的人',
        at: 'src/web/secure-routes.ts#MISSES_PER_ADDRESS',
      },
      {
        what: '一个链接发起的核验',
        value: 10,
        unit: '次',
        why: '短信和核验要钱',
        at: 'src/secure/verify-page.ts#CHALLENGES_PER_LINK',
      },
      {
        what: '手写签名的大小',
        value: 200_000,
        unit: '字节',
        why: '一笔一画够用',
        at: 'src/secure/signature.ts#IMAGE_MAX_BYTES',
      },
    ],
  },
  {
    title: '客服台',
    limits: [
      {
        what: '一条人工回复的长度',
        value: 1_500,
        unit: '字',
        why: '各渠道都放得下',
        at: 'src/desk/acts.ts#REPLY_CHARS',
      },
      {
        what: '一条内部备注的长度',
        value: 3_000,
        unit: '字',
        why: 'Slack 一个块的上限',
        at: 'src/desk/acts.ts#NOTE_CHARS',
      },
      {
        what: '暂缓工单最久',
        value: 31,
        unit: '天',
        why: '更久就会被忘掉',
        at: 'src/desk/acts.ts#SNOOZE_MAX_MS',
        scale: 1 / 86_400_000,
      },
      {
        what: '查看个人信息的有效期',
        value: 10,
        unit: '分钟',
        why: '看完即止；每次都进审计',
        at: 'src/desk/reveal.ts#REVEAL_MS',
        scale: 1 / 60_000,
      },
      {
        what: 'Slack 请求的大小',
        value: 512,
        unit: 'KiB',
        why: '一次互动带着整张卡片',
        at: 'src/connectors/slack/transport.ts#BODY_MAX_BYTES',
        scale: 1 / 1024,
      },
      {
        what: 'Slack 来的一件事失败几次后搁下',
        value: 5,
        unit: '次',
        why: '不堵后面的',
        at: 'src/connectors/slack/worker.ts#MOST_ATTEMPTS',
      },
      {
        what: 'Slack 发消息的间隔',
        value: 1_000,
        unit: '毫秒',
        why: 'Slack 的规定：每个频道每秒约一条',
        at: 'src/connectors/slack/pace.ts#EVERY_MS',
      },
    ],
  },
  {
    title: '看护',
    limits: [
      {
        what: '最旧的未答消息多旧时提醒',
        value: 60,
        unit: '秒',
        why: '平时不到一秒',
        at: `${OWN}#WARN.inboxLateMs`,
        scale: 1 / 1_000,
      },
      {
        what: '应送未送多久时提醒',
        value: 300,
        unit: '秒',
        why: '渠道断了五分钟',
        at: `${OWN}#WARN.outboxLateMs`,
        scale: 1 / 1_000,
      },
      {
        what: '应办未办多久时提醒',
        value: 300,
        unit: '秒',
        why: '引擎停了',
        at: `${OWN}#WARN.tasksLateMs`,
        scale: 1 / 1_000,
      },
      {
        what: '定时事项晚多久时提醒',
        value: 120,
        unit: '秒',
        why: '巡检应当每半分钟一次',
        at: `${OWN}#WARN.timersLateMs`,
        scale: 1 / 1_000,
      },
      {
        what: '经办系统多久不通时提醒',
        value: 120,
        unit: '秒',
        why: '每半分钟问一次',
        at: `${OWN}#WARN.officeAwayMs`,
        scale: 1 / 1_000,
      },
      {
        what: '磁盘同步慢过多少时提醒',
        value: FSYNC_WARN_MS,
        unit: '毫秒',
        why: '每次应答要等它两三次',
        at: `${OWN}#FSYNC_WARN_MS`,
      },
      {
        what: '数据盘剩多少时提醒（嵌入式）',
        value: 1_024,
        unit: 'MiB',
        why: '够几天的增长，或同一块盘上的一份备份',
        at: `${OWN}#DISK_FREE_WARN_BYTES`,
        scale: 1 / 1_048_576,
      },
      {
        what: '数据盘剩多少时不收新消息（嵌入式）',
        value: 16,
        unit: 'MiB',
        why: '已经收下的话，要留得下它的回答；收不下的请市民和渠道稍后再来',
        at: `${OWN}#DISK_FREE_LEAST_BYTES`,
        scale: 1 / 1_048_576,
      },
      {
        what: '数据写不进去时多久再试',
        value: 2,
        unit: '秒',
        why: '有了空间，两秒内自己恢复',
        at: `${OWN}#STORE_TRY_EVERY_MS`,
        scale: 1 / 1_000,
      },
      {
        what: '与数据库的时钟差多少时提醒',
        value: CLOCK_SKEW_WARN_MS,
        unit: '毫秒',
        why: '几个进程轮流做事靠时钟',
        at: `${OWN}#CLOCK_SKEW_WARN_MS`,
      },
    ],
  },
];

/** The table as it stands in docs/operations.md. */
export function limitsTable(): string {
  return LIMITS.flatMap(({ title, limits }) => [
    `### ${title}`,
    '',
    '| 限制 | 值 | 为什么 | 在哪里 |',
    '| --- | --- | --- | --- |',
    ...limits.map(({ what, value, unit, why, at }) => {
      const place = at === '' ? '流程' : `\`${at}\``;
      return `| ${what} | ${value.toLocaleString('en-US')} ${unit} | ${why} | ${place} |`;
    }),
    '',
  ]).join('\n');
}
