/** A case on the terminal: one line in a list, a card of its own. */
import type { CaseHead, CaseView, Goal } from '../contracts/desk.ts';

const FLOORS = { bot: '机器人', queue: '排队', clerk: '人工', nobody: '已办结' } as const;
const DELIVERY = {
  queued: '待发',
  sending: '发送中',
  sent: '已送达',
  waits_for_citizen: '等市民再说话时送出',
  failed: '没送到',
} as const;

export function listLine(head: CaseHead): string {
  const { number, priority, citizen, region, symptom, reason, subject, owner, goal, hasFailedReply } = head;
  return [
    number,
    priority,
    FLOORS[head.floor],
    owner?.displayName ?? '未认领',
    citizen,
    region?.name ?? '地区不明',
    symptom?.label ?? reason.label,
    subject,
    ...(goal === undefined ? [] : [goalWords(goal)]),
    ...(hasFailedReply ? ['！有回复没送到'] : []),
  ].join('　');
}

function goalWords({ goal, minutesLeft, state }: Goal): string {
  const what = goal === 'first_answer' ? '首次回复' : '办结';
  return state === 'late'
    ? `${what}已超 ${-minutesLeft} 分钟`
    : `${what}还有 ${minutesLeft} 分钟${state === 'soon' ? '！' : ''}`;
}

export function cardLines(view: CaseView): readonly string[] {
  const { next, closing, rating, previous, following } = view;
  return [
    listLine(view),
    ...(previous === undefined ? [] : [`上一件：${previous.number}`]),
    ...(following === undefined ? [] : [`后来又登记：${following.number}`]),
    `建议：${next.because}`,
    ...section('问过', view.asked),
    ...section(
      '可能的原因',
      view.findings.flatMap(({ title, p, because, against }) => [
        `${title} ${Math.round(p * 100)}%`,
        ...because.map(({ label }) => `　＋ ${label}`),
        ...against.map(({ label }) => `　－ ${label}`),
      ]),
    ),
    ...section('已经做过', view.tried),
    ...section(
      '办理',
      view.applications.map(({ label }) => label),
    ),
    ...section(
      '对话',
      view.talk.map(({ who, text }) => `${WHO[who]}：${text.replaceAll('\n', ' / ')}`),
    ),
    ...section(
      '人工回复',
      view.replies.map(
        ({ by, text, delivery }) =>
          `${by.displayName}：${text}（${DELIVERY[delivery.state]}${delivery.code === undefined ? '' : ` ${delivery.code}`}）`,
      ),
    ),
    ...section(
      '经过',
      view.events.map(({ at, kind, by, text }) =>
        [at, kind, by?.displayName, text].filter((word) => word !== undefined).join('　'),
      ),
    ),
    ...(closing === undefined
      ? []
      : [`办结：${closing.by.displayName}，${closing.trueCause?.title ?? '原因不明'} ${closing.note ?? ''}`]),
    ...(rating === undefined
      ? []
      : [`评价：${rating.isSatisfied ? '满意' : '不满意'} ${rating.reason ?? ''}`]),
  ];
}

const WHO = { citizen: '市民', bot: '机器人', staff: '人工' } as const;

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}：`, ...lines.map((line) => `  ${line}`)];
}
