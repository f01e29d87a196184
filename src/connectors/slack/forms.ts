/** The forms behind the buttons: how each looks, and what it does not accept. */
import type { CaseView, Priority } from '../../contracts/desk.ts';
import { ASKABLE, PRIORITIES } from '../../contracts/desk.ts';
import { maskNumbers } from '../../domain/masking.ts';
import type { CauseId } from '../../domain/taxonomy.ts';
import { type Block, context, modal, personInput, selectInput, spoken, textInput } from './blocks.ts';
import { type ViewId, WAITING_VIEW } from './names.ts';
import { md } from './text.ts';
import { ASK, PRIORITY, words } from './words.ts';

export const REPLY_MOST = 1500;
const NOTE_MOST = 3000;

/** What a form must bring back to know what it is about. */
export interface Subject {
  readonly case: string;
  readonly channel?: string;
  readonly thread?: string;
  readonly draft?: string;
}

export interface FormFacts {
  readonly view: CaseView;
  readonly causes: readonly { readonly id: CauseId; readonly title: string }[];
  /** Words to begin with. */
  readonly initial?: string;
}

interface FormShape {
  readonly title: string;
  readonly submit: string;
  readonly fields: (facts: FormFacts) => readonly Block[];
}

export const NO_CAUSE = 'none';
export const SNOOZES = {
  hour: { label: '1 小时后', hours: 1 },
  half_day: { label: '4 小时后', hours: 4 },
  day: { label: '明天这个时候', hours: 24 },
  three_days: { label: '三天后', hours: 72 },
  week: { label: '一周后', hours: 168 },
} as const;

type CaseForm = Exclude<ViewId, 'form.triage'>;

const SHAPES: Record<CaseForm, FormShape> = {
  'form.reply': {
    title: '回复参保人',
    submit: '发给参保人',
    fields: ({ view, initial }) => [
      context(md`参保人最后说的`),
      spoken(view.asked.at(-1) ?? view.subject, 600),
      textInput({
        id: 'text',
        label: '回复内容',
        hint: '会原样发给参保人。不写证件号、银行卡号；需要核验身份时请用“请参保人补充”。',
        most: REPLY_MOST,
        ...(initial === undefined ? {} : { initial }),
      }),
    ],
  },
  'form.note': {
    title: '内部备注',
    submit: '保存',
    fields: () => [textInput({ id: 'text', label: '备注', hint: '参保人看不到', most: NOTE_MOST })],
  },
  'form.transfer': {
    title: '转交个案',
    submit: '转交',
    fields: () => [
      personInput({ id: 'to', label: '转交给', hint: '须是客服台频道的成员' }),
      textInput({ id: 'note', label: '交代的话', optional: true, most: NOTE_MOST }),
    ],
  },
  'form.ask': {
    title: '请参保人补充',
    submit: '发给参保人',
    fields: () => [
      selectInput({
        id: 'what',
        label: '需要什么',
        options: ASKABLE.map((value) => ({ value, label: ASK[value] })),
      }),
      textInput({
        id: 'detail',
        label: '是什么材料',
        hint: '选“补充材料”时填写',
        optional: true,
        lines: 'one',
        most: 200,
      }),
    ],
  },
  'form.close': {
    title: '结案',
    submit: '结案',
    fields: ({ causes }) => [
      selectInput({
        id: 'cause',
        label: '真实原因',
        hint: '用来校准今后的判断；没有查明请选最后一项',
        options: [
          ...causes.slice(0, 99).map(({ id, title }) => ({ value: id, label: title })),
          { value: NO_CAUSE, label: words.noCause },
        ],
      }),
      textInput({ id: 'note', label: '说明', optional: true, most: NOTE_MOST }),
    ],
  },
  'form.reopen': {
    title: '重新打开',
    submit: '重新打开',
    fields: () => [textInput({ id: 'note', label: '为什么', optional: true, most: NOTE_MOST })],
  },
  'form.dry_run': {
    title: '预演办理',
    submit: '预演',
    fields: (facts) => [flowInput(facts), context(md`只看会有什么结果，什么都不会提交`)],
  },
  'form.start_act': {
    title: '发起办理',
    submit: '发给参保人确认',
    fields: (facts) => [flowInput(facts), context(md`由参保人在自己的对话里确认后才会提交`)],
  },
  'form.give_back': {
    title: '交还给助手',
    submit: '交还',
    fields: () => [
      selectInput({
        id: 'solved',
        label: '问题解决了吗',
        options: [
          { value: 'no', label: '还没有，个案留在我这里' },
          { value: 'yes', label: '解决了，同时结案' },
        ],
        initial: 'no',
      }),
    ],
  },
  'form.snooze': {
    title: '稍后处理',
    submit: '保存',
    fields: () => [
      selectInput({
        id: 'until',
        label: '什么时候再提醒',
        options: Object.entries(SNOOZES).map(([value, { label }]) => ({ value, label })),
      }),
    ],
  },
  'form.reveal': {
    title: '查看参保人身份',
    submit: '查看',
    fields: () => [
      textInput({
        id: 'reason',
        label: '为什么需要看',
        hint: '理由、时间和您的名字会记入审计，参保人自己也能查到',
        most: 200,
        lines: 'one',
      }),
    ],
  },
  'form.priority': {
    title: '改优先级',
    submit: '保存',
    fields: ({ view }) => [
      selectInput({
        id: 'priority',
        label: '优先级',
        options: PRIORITIES.map((value) => ({ value, label: PRIORITY[value] })),
        initial: view.priority,
      }),
    ],
  },
  'form.gap': {
    title: '补知识',
    submit: '提交审核',
    fields: () => [
      textInput({
        id: 'text',
        label: '应当怎样回答',
        hint: '写现有条目的编号，或新的答案草稿；由另一位同事审核后才会使用',
        most: NOTE_MOST,
      }),
    ],
  },
};

/** The form, or a short word why there is nothing to fill in. */
export function formOf(id: CaseForm, facts: FormFacts, subject: Subject) {
  const { title, submit, fields } = SHAPES[id];
  if ((id === 'form.dry_run' || id === 'form.start_act') && facts.view.acts.length === 0) {
    return sayModal(title, '这个个案没有可以由参保人确认的办理。');
  }
  return modal({
    view: id,
    title,
    submit,
    close: '取消',
    blocks: fields(facts),
    metadata: JSON.stringify(subject),
  });
}

/** @param found what came of the words so far, shown above them */
export function triageForm(found: readonly Block[] = [], words?: string) {
  const isFollowUp = words !== undefined;
  return modal({
    view: 'form.triage',
    title: isFollowUp ? '共济分析' : '新建来电',
    submit: isFollowUp ? '再分析' : '分析',
    close: isFollowUp ? '关闭' : '取消',
    blocks: [
      ...found,
      textInput({
        id: 'text',
        label: '来电人怎么说',
        hint: isFollowUp
          ? '在“答：”后面写来电人的回答，一次一句'
          : '原话或关键词，可以写上地区；不写姓名和证件号',
        ...(isFollowUp ? { initial: words } : {}),
        most: NOTE_MOST,
      }),
    ],
  });
}

/** Opened within the three seconds a press is good for, filled afterwards. */
export const waitingModal = sayModal(words.title, words.waiting);

export function sayModal(title: string, text: string) {
  return modal({ view: WAITING_VIEW, title, blocks: [spoken(text)] });
}

export function subjectOf(metadata: string): Subject | undefined {
  try {
    const read: unknown = JSON.parse(metadata);
    return typeof read === 'object' && read !== null && 'case' in read ? (read as Subject) : undefined;
  } catch {
    return undefined;
  }
}

function flowInput({ view }: FormFacts): Block {
  return selectInput({
    id: 'flow',
    label: '办理什么',
    options: view.acts.map(({ flow, label }) => ({ value: flow, label })),
  });
}

// === What is not accepted

/** Per field what is wrong, at once: the form stays open. Undefined when all is well. */
export function faultsOf(
  view: ViewId,
  values: { readonly [field: string]: string },
): { readonly [field: string]: string } | undefined {
  const faults: Record<string, string> = {};
  const needed = NEEDED[view];
  if (needed !== undefined && (values[needed] ?? '').trim() === '') faults[needed] = words.emptyText;
  if (view === 'form.reply') {
    const text = values.text ?? '';
    if (text.length > REPLY_MOST) faults.text = words.tooLong(REPLY_MOST);
    // What would be hidden on the way is said now: the clerk would not see what the citizen does not get.
    if (maskNumbers(text).masked.length > 0) faults.text = words.numbersInside;
  }
  if (view === 'form.ask' && values.what === 'material' && (values.detail ?? '').trim() === '')
    faults.detail = words.emptyText;
  return Object.keys(faults).length === 0 ? undefined : faults;
}

const NEEDED: Partial<Record<ViewId, string>> = {
  'form.reply': 'text',
  'form.note': 'text',
  'form.transfer': 'to',
  'form.ask': 'what',
  'form.close': 'cause',
  'form.dry_run': 'flow',
  'form.start_act': 'flow',
  'form.snooze': 'until',
  'form.reveal': 'reason',
  'form.priority': 'priority',
  'form.triage': 'text',
  'form.gap': 'text',
};

export const isPriority = (value: string | undefined): value is Priority =>
  PRIORITIES.some((known) => known === value);
