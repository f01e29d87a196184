/** The card of a case: what a clerk should see before the first word, and what can be done. Masked throughout. */
import type { CaseView, FindingLine, StaffRef } from '../../contracts/desk.ts';
import {
  actions,
  type Block,
  button,
  context,
  divider,
  fields,
  header,
  type Message,
  message,
  overflow,
  sections,
  spoken,
} from './blocks.ts';
import type { MoreId } from './names.ts';
import { slackUser } from './staff.ts';
import { joined, type Md, md, mention, moment, shorten } from './text.ts';
import { CHANNEL, deliveryReason, MORE_LABEL, PRIORITY, RATING, STATUS } from './words.ts';

const FINDINGS_SHOWN = 3;
const EVIDENCE_SHOWN = 3;
const LINES_SHOWN = 5;
/** Of each line the citizen said: the newest must not fall off at the end. */
const WORDS_SHOWN = 200;

/** What is switched on besides the desk itself. */
export interface CardOptions {
  readonly hasAdvice: boolean;
}

export function cardOf(view: CaseView, options: CardOptions): Message {
  const state = view.hasFailedReply ? '【有回复未送达】' : '';
  return message(`个案 ${view.number} ${STATUS[view.status]}${state}`, [
    header(`${view.number}　${STATUS[view.status]}　${PRIORITY[view.priority]}${state}`),
    ...fields(facts(view)),
    ...failures(view),
    ...asked(view),
    ...findings(view.findings),
    ...lists(view),
    ...closing(view),
    context(md`建议下一步：${view.next.because}`),
    ...actions(buttons(view, options)),
  ]);
}

export function who(ref: StaffRef): Md {
  const user = slackUser(ref.id);
  return user === undefined ? md`${ref.displayName}` : mention(user);
}

export function percent(p: number): string {
  return `${Math.round(p * 100)}%`;
}

function facts(view: CaseView): readonly Md[] {
  const { goal } = view;
  return [
    md`*参保人*　${view.citizen}${view.isVerified ? '（已核验）' : '（未核验）'}`,
    md`*参保地*　${view.region?.name ?? '还不知道'}`,
    md`*渠道*　${CHANNEL[view.channel]}`,
    md`*问题*　${view.symptom?.label ?? view.reason.label}`,
    view.owner === undefined ? md`*经办*　还没有人` : md`*经办*　${who(view.owner)}`,
    md`*开始*　${moment(view.openedAt)}`,
    ...(view.waitingSince === undefined ? [] : [md`*在等人工，自*　${moment(view.waitingSince)}`]),
    ...(goal === undefined
      ? []
      : [
          md`*${goal.goal === 'first_answer' ? '首次答复' : '办结'}时限*　${moment(goal.dueAt)}${LATE[goal.state]}`,
        ]),
    ...(view.snoozedUntil === undefined ? [] : [md`*稍后，至*　${moment(view.snoozedUntil)}`]),
  ];
}

const LATE = { on_time: '', soon: '（快到了）', late: '（已超）' } as const;

function failures(view: CaseView): readonly Block[] {
  if (!view.hasFailedReply) return [];
  const failed = view.replies.filter(({ delivery }) => delivery.state === 'failed');
  const reasons = [...new Set(failed.map(({ delivery }) => deliveryReason(delivery.code)))].join('、');
  return [
    ...sections(
      md`*有回复没有送达参保人*（${reasons === '' ? '原因不明' : reasons}）。请换个说法再发，或电话联系。`,
    ),
    ...actions([button({ action: 'case.acknowledge', label: '已看到，不再提示', value: view.id })]),
  ];
}

function asked(view: CaseView): readonly Block[] {
  const lines = view.asked.length === 0 ? [view.subject] : view.asked;
  const shown = lines.slice(-LINES_SHOWN).map((line) => shorten(line, WORDS_SHOWN));
  return [context(md`参保人说的（最近的在最后）`), spoken(shown.join('\n'))];
}

function findings(list: readonly FindingLine[]): readonly Block[] {
  if (list.length === 0) return [context(md`还没有判断出可能的原因`)];
  return [
    divider,
    ...list
      .slice(0, FINDINGS_SHOWN)
      .flatMap(({ title, p, because, against }, index) =>
        sections(
          joined([
            md`*${index + 1}. ${title}*　${percent(p)}`,
            evidence('支持', because),
            evidence('不支持', against),
          ]),
        ),
      ),
  ];
}

function evidence(label: string, lines: readonly { readonly label: string }[]): Md | undefined {
  if (lines.length === 0) return undefined;
  return md`${label}：${lines
    .slice(0, EVIDENCE_SHOWN)
    .map((line) => line.label)
    .join('；')}`;
}

function lists(view: CaseView): readonly Block[] {
  const tried = view.tried.slice(-LINES_SHOWN);
  const applications = view.applications.slice(-LINES_SHOWN);
  return [
    ...(tried.length === 0 ? [] : [context(md`已经做过：${tried.join('；')}`)]),
    ...(applications.length === 0
      ? []
      : sections(
          joined(
            applications.map(
              ({ applicationNo, label, updatedAt }) =>
                md`申请 ${applicationNo}　${label}　${moment(updatedAt)}`,
            ),
          ),
        )),
  ];
}

function closing({ closing: closed, rating, following }: CaseView): readonly Block[] {
  if (closed === undefined) return [];
  return sections(
    joined([
      md`*结案*　${who(closed.by)}　${moment(closed.at)}`,
      md`真实原因：${closed.trueCause?.title ?? '没有查明'}`,
      closed.note === undefined ? undefined : md`说明：${closed.note}`,
      rating === undefined
        ? undefined
        : md`评价：${rating.isSatisfied ? '满意' : '不满意'}${rating.reason === undefined ? '' : `（${RATING[rating.reason]}）`}`,
      following === undefined ? undefined : md`后来又有个案 ${following.number}`,
    ]),
  );
}

function buttons(view: CaseView, { hasAdvice }: CardOptions) {
  const value = view.id;
  if (view.status === 'closed') {
    return [
      button({ action: 'case.reopen', label: '重新打开', value }),
      button({ action: 'case.note', label: '备注', value }),
    ];
  }
  const isOwned = view.owner !== undefined;
  const claim = button({
    action: 'case.claim',
    label: isOwned ? '接回对话' : '认领',
    value,
    style: 'primary',
  });
  const reply = button({ action: 'case.reply', label: '回复参保人', value, style: 'primary' });
  return [
    ...(isOwned && view.floor === 'clerk' ? [reply] : isOwned ? [claim, reply] : [claim]),
    button({ action: 'case.note', label: '备注', value }),
    button({ action: 'case.transfer', label: '转交', value }),
    ...(isOwned
      ? [
          button({ action: 'case.ask', label: '请参保人补充', value }),
          button({ action: 'case.close', label: '结案', value }),
        ]
      : []),
    more(
      view,
      isOwned
        ? ['dry_run', 'start_act', 'give_back', 'snooze', 'release']
        : ['dry_run', 'priority', 'snooze'],
    ),
    ...(isOwned ? [more(view, ['reveal', 'priority', ...(hasAdvice ? (['gap'] as const) : [])], '#2')] : []),
  ];
}

/** The id gets a suffix where there are two menus: Slack wants them to differ. */
function more(view: CaseView, list: readonly MoreId[], suffix = '') {
  return overflow(
    `case.more${suffix}`,
    list.map((id) => ({ value: `${id}:${view.id}`, label: MORE_LABEL[id] })),
  );
}
