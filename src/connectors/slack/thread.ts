/** What the thread of a case says: one message for a burst of events, one of its own for every reply. */
import type { Draft, Gap, Proposal } from '../../contracts/advice.ts';
import type { CaseEvent, CaseView, DeliveryState, StaffReply } from '../../contracts/desk.ts';
import {
  actions,
  type Block,
  button,
  context,
  divider,
  type Message,
  message,
  sections,
  spoken,
} from './blocks.ts';
import { who } from './card.ts';
import { joined, type Md, md, moment } from './text.ts';
import { deliveryReason, EVENT, LOUD, PRIORITY, RATING, words } from './words.ts';

const WORDS_SHOWN = 1500;
const LINES_SHOWN = 20;

/** Undefined when none of the events has a line: they show on the card. */
export function eventsMessage(events: readonly CaseEvent[], view: CaseView): Message | undefined {
  const shown = events.filter(({ kind }) => EVENT[kind] !== undefined);
  const last = shown.at(-1);
  if (last === undefined) return undefined;
  const merged = together(shown);
  // The newest are what somebody acts on.
  const lines = merged.slice(-LINES_SHOWN);
  const loud = shown.some(({ kind }) => LOUD.has(kind));
  const text = `${view.number} ${EVENT[last.kind]}${shown.length > 1 ? ` 等 ${shown.length} 件` : ''}`;
  return message(text, [
    ...(loud && view.owner !== undefined ? sections(md`${who(view.owner)} 请看一下`) : []),
    ...(merged.length > lines.length
      ? [context(md`此前还有 ${merged.length - lines.length} 件，见个案记录`)]
      : []),
    ...lines.flatMap((event) => lineOf(event, view)),
  ]);
}

/** What the citizen says in one go is one line: people write a sentence in several messages. */
function together(events: readonly CaseEvent[]): readonly CaseEvent[] {
  const merged: CaseEvent[] = [];
  for (const event of events) {
    const before = merged.at(-1);
    if (before?.kind === 'citizen_wrote' && event.kind === 'citizen_wrote') {
      merged.splice(-1, 1, { ...event, text: `${before.text ?? ''}\n${event.text ?? ''}` });
    } else merged.push(event);
  }
  return merged;
}

function lineOf(event: CaseEvent, view: CaseView): readonly Block[] {
  const head = context(
    joined([event.by && who(event.by), md`*${labelOf(event)}*`, moreOf(event, view), moment(event.at)], '　'),
  );
  return event.text === undefined ? [head] : [head, spoken(event.text, WORDS_SHOWN)];
}

function labelOf({ kind, data }: CaseEvent): string {
  return data.acknowledged === true ? words.acknowledged : (EVENT[kind] ?? '');
}

function moreOf({ kind }: CaseEvent, view: CaseView): Md | undefined {
  switch (kind) {
    case 'transferred':
      return view.owner && md`给 ${who(view.owner)}`;
    case 'snoozed':
      return view.snoozedUntil === undefined ? undefined : md`到 ${moment(view.snoozedUntil)}`;
    case 'priority_set':
      return md`${PRIORITY[view.priority]}`;
    case 'closed':
      return view.closing && md`真实原因：${view.closing.trueCause?.title ?? '没有查明'}`;
    case 'rated':
      return (
        view.rating &&
        md`${view.rating.isSatisfied ? '满意' : '不满意'}${view.rating.reason === undefined ? '' : `，${RATING[view.rating.reason]}`}`
      );
    case 'application_changed':
    case 'act_settled':
      return view.applications.at(-1) && md`${view.applications.at(-1)?.label ?? ''}`;
    default:
      return undefined;
  }
}

/** What was said to the citizen, and what became of it; drawn anew when that changes. */
export function replyMessage(reply: StaffReply, { number }: CaseView): Message {
  return message(`${number} ${deliveryWords(reply.delivery)}`, [
    context(joined([who(reply.by), md`*回复参保人*`, moment(reply.at)], '　')),
    spoken(reply.text, WORDS_SHOWN),
    ...deliveryLine(reply.delivery),
  ]);
}

const DELIVERY = {
  queued: '回复已存下，等待送出',
  sending: '回复正在送出',
  sent: '回复已送达渠道',
  waits_for_citizen: '渠道要等参保人再说话才能送出',
  failed: '回复没有送达',
} as const satisfies Record<DeliveryState['state'], string>;

/** Of what was handed over, and the channel did not say whether it arrived. */
const deliveryWords = ({ state, code }: DeliveryState): string =>
  state === 'waits_for_citizen' && code === 'uncertain'
    ? '不确定回复是否送到，参保人再说话时会再送一次'
    : DELIVERY[state];

function deliveryLine(delivery: DeliveryState): readonly Block[] {
  if (delivery.state !== 'failed') return [context(md`${deliveryWords(delivery)}　${moment(delivery.at)}`)];
  return sections(md`*【${DELIVERY.failed}】*　${deliveryReason(delivery.code)}。参保人没有看到这段话。`);
}

/** Cannot be overlooked: in the thread and in the channel, with the owner called by name. */
export function failureMessage(reply: StaffReply, view: CaseView): Message {
  return message(`${view.number} 回复没有送达参保人`, [
    ...sections(
      joined(
        [
          view.owner && who(view.owner),
          md`*【回复没有送达】* ${view.number}：${deliveryReason(reply.delivery.code)}。请换个说法再发，或改用电话。`,
        ],
        ' ',
      ),
    ),
  ]);
}

/** What could be said now, each with where it comes from. */
export function draftsMessage(drafts: readonly Draft[], view: CaseView): Message | undefined {
  if (drafts.length === 0) return undefined;
  return message(`${view.number} 有 ${drafts.length} 条可用的答复草稿`, [
    context(md`可以这样回复（只有按下按钮才会发给参保人）`),
    ...drafts.flatMap((draft, index) => [
      ...(index === 0 ? [] : [divider]),
      spoken(draft.text, WORDS_SHOWN),
      context(
        joined(
          [
            draft.source === undefined ? undefined : md`来源：${draft.source}`,
            draft.region === undefined ? undefined : md`地区：${draft.region}`,
            draft.ageDays === undefined ? undefined : md`${draft.ageDays} 天前核对`,
          ],
          '　',
        ),
      ),
      ...actions([
        button({ action: 'draft.send', label: '原样发送', value: `${view.id} ${draft.id}` }),
        button({ action: 'draft.edit', label: '修改后发送', value: `${view.id} ${draft.id}` }),
        button({ action: 'draft.ignore', label: '不用', value: `${view.id} ${draft.id}` }),
      ]),
    ]),
  ]);
}

/** What should be known from now on, for a second pair of eyes. */
export function proposalMessage(proposal: Proposal): Message {
  const { by, kind, sentence, label, entry, text } = proposal;
  const where = entry === undefined ? md`“${label}”` : md`“${label}”的条目 ${entry}`;
  return message('有一条知识建议等人审核', [
    context(md`${who(by)}　*建议补充的知识*（须由另一位资料审核人或负责人审核）`),
    context(kind === 'example' ? md`这样的说法应当归到 ${where}` : md`这样的说法现在答不上，属于 ${where}`),
    spoken(sentence, WORDS_SHOWN),
    ...(text === undefined
      ? []
      : [context(md`答案草稿（没有依据以前不会告诉参保人）`), spoken(text, WORDS_SHOWN)]),
    ...actions([button({ action: 'gap.approve', label: '审核通过', value: proposal.id })]),
  ]);
}

/** What nobody could answer, oftenest first. */
export function gapBlocks(gaps: readonly Gap[]): readonly Block[] {
  return [
    ...sections(md`*答不上的问题*　${gaps.length} 组`),
    ...(gaps.length === 0 ? [context(md`没有`)] : []),
    ...gaps.flatMap(({ count, examples, guesses, cases }, index) =>
      sections(
        joined([
          md`*${index + 1}.* ${examples.join(' / ')}　${count} 次`,
          guesses.length === 0 ? undefined : md`像是：${guesses.map(({ label }) => label).join('、')}`,
          cases.length === 0
            ? undefined
            : md`个案：${cases
                .slice(0, 5)
                .map(({ number }) => number)
                .join('、')}`,
        ]),
      ),
    ),
    context(md`在个案卡片的 ⋯ 里选“补知识”，由另一位同事审核后才会使用`),
  ];
}
