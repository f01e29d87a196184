/** What follows from a button: an act at once, or a form. */
import type { ActResult, CaseView, Staff } from '../../contracts/desk.ts';
import type { CaseId } from '../../domain/ids.ts';
import { SlackError } from './client.ts';
import { type FormFacts, formOf, type Subject, sayModal, triageForm, waitingModal } from './forms.ts';
import type { GestureOf } from './gesture.ts';
import { type Hands, hint } from './hands.ts';
import { triageBlocks } from './lists.ts';
import { MORE, type MoreId, type ViewId } from './names.ts';
import { refusal, words } from './words.ts';
import type { Occasion } from './worker.ts';

/** A press opens a form for three seconds; what is left belongs to the way to Slack. */
const TRIGGER_GOOD_MS = 2500;
const TRIGGER_DEAD = new Set([
  'expired_trigger_id',
  'exchanged_trigger_id',
  'trigger_exchanged',
  'invalid_trigger_id',
]);

type Press = GestureOf<'press'>;
type CaseForm = Exclude<ViewId, 'form.triage'>;

export async function press(hands: Hands, gesture: Press, occasion: Occasion): Promise<void> {
  const by = await hands.staff.of(gesture.by);
  if (by === undefined) return hint(hands, gesture.by, gesture.at, words.notStaff);
  const { action, value } = gesture;
  switch (action) {
    case 'case.claim':
      return told(hands, gesture, await hands.desk.claim(actOf(by, value, occasion)));
    case 'case.acknowledge':
      return told(hands, gesture, await hands.desk.acknowledge(actOf(by, value, occasion)));
    case 'case.more':
      return more(hands, gesture, by, occasion);
    case 'draft.send':
    case 'draft.edit':
    case 'draft.ignore':
      return draft(hands, gesture, by, occasion);
    case 'triage.open':
      return openTriaged(hands, gesture, by, occasion);
    case 'triage.more': {
      const viewId = await opened(hands, gesture, occasion);
      return viewId === undefined ? undefined : showTriage(hands, by, viewId, value);
    }
    case 'gap.approve':
      return approve(hands, gesture, by, occasion);
    case 'home.refresh':
      return hands.showHome(gesture.by.id, by);
    default:
      return openForm(hands, gesture, occasion, FORMS[action], value);
  }
}

const FORMS = {
  'case.reply': 'form.reply',
  'case.note': 'form.note',
  'case.transfer': 'form.transfer',
  'case.ask': 'form.ask',
  'case.close': 'form.close',
  'case.reopen': 'form.reopen',
} as const;

const MORE_FORMS: Record<Exclude<MoreId, 'release'>, CaseForm> = {
  dry_run: 'form.dry_run',
  start_act: 'form.start_act',
  give_back: 'form.give_back',
  snooze: 'form.snooze',
  reveal: 'form.reveal',
  priority: 'form.priority',
  gap: 'form.gap',
};

const OF_THE_OWNER: ReadonlySet<CaseForm> = new Set([
  'form.reply',
  'form.ask',
  'form.close',
  'form.start_act',
  'form.give_back',
]);

export function actOf(by: Staff, id: string, { id: key }: Occasion) {
  return { by, case: id as CaseId, key: `slack:${key}` };
}

async function told(hands: Hands, { by, at }: Press, result: ActResult): Promise<void> {
  // What was done shows on the card; only what was not done needs a word.
  if (!result.ok) await hint(hands, by, at, refusal(result));
}

async function more(hands: Hands, gesture: Press, by: Staff, occasion: Occasion): Promise<void> {
  const [name = '', id = ''] = gesture.value.split(':');
  const chosen = MORE.find((known) => known === name);
  if (chosen === undefined) return;
  if (chosen === 'release') return told(hands, gesture, await hands.desk.release(actOf(by, id, occasion)));
  return openForm(hands, gesture, occasion, MORE_FORMS[chosen], id);
}

// === Forms

async function openForm(
  hands: Hands,
  gesture: Press,
  occasion: Occasion,
  form: CaseForm,
  id: string,
  also: { readonly draft?: string; readonly initial?: string } = {},
): Promise<void> {
  const viewId = await opened(hands, gesture, occasion);
  if (viewId === undefined) return;
  const view = await hands.desk.caseView(id as CaseId);
  if (view === undefined) {
    return hands.api.updateView(viewId, sayModal(words.title, words.unknownCase));
  }
  const by = await hands.staff.of(gesture.by);
  const owner = OF_THE_OWNER.has(form) ? view.owner : undefined;
  // Said before anything is written, not after: the desk would refuse it all the same.
  if (owner !== undefined && owner.id !== by?.id && by?.roles.includes('lead') !== true) {
    const text = refusal({ ok: false, reason: 'owned', owner });
    return hands.api.updateView(viewId, sayModal(words.title, text));
  }
  const facts: FormFacts = {
    view,
    causes: form === 'form.close' ? await hands.desk.causes(view.id) : [],
    ...(also.initial === undefined ? {} : { initial: also.initial }),
  };
  await hands.api.updateView(viewId, formOf(form, facts, subjectFor(view, gesture, also.draft)));
}

function subjectFor(view: CaseView, { at }: Press, draftId: string | undefined): Subject {
  return {
    case: view.id,
    ...(at?.channel === undefined ? {} : { channel: at.channel }),
    ...(at?.thread === undefined ? {} : { thread: at.thread }),
    ...(draftId === undefined ? {} : { draft: draftId }),
  };
}

/** The waiting form, at once; undefined when the press is too old for one, and the person is told. */
async function opened(
  hands: Hands,
  { by, at, trigger }: Pick<Press, 'by' | 'at' | 'trigger'>,
  { ageMs }: Occasion,
): Promise<string | undefined> {
  try {
    if (ageMs < TRIGGER_GOOD_MS) return await hands.api.openView(trigger, waitingModal);
  } catch (error) {
    if (!(error instanceof SlackError) || (error.retry === 'never' && !TRIGGER_DEAD.has(error.slack)))
      throw error;
  }
  await hint(hands, by, at, words.pressAgain);
  return undefined;
}

export async function shortcut(
  hands: Hands,
  gesture: GestureOf<'shortcut'>,
  occasion: Occasion,
): Promise<void> {
  const { text } = gesture;
  const viewId = await opened(hands, { ...gesture, at: undefined }, occasion);
  if (viewId === undefined) return;
  const by = await hands.staff.of(gesture.by);
  const say = (words: string) => hands.api.updateView(viewId, sayModal('共济分析', words));
  if (by === undefined) return say(words.notStaff);
  if (hands.advice === undefined) return say(words.noAdvice);
  if (gesture.shortcut === 'triage.new' || text === undefined || text.trim() === '') {
    return hands.api.updateView(viewId, triageForm());
  }
  await showTriage(hands, by, viewId, text);
}

export async function showTriage(hands: Hands, by: Staff, viewId: string, text: string): Promise<void> {
  if (hands.advice === undefined) return;
  const triage = await hands.advice.triage({ by, text });
  await hands.api.updateView(
    viewId,
    triageForm(triageBlocks(triage, 'form'), followUp(triage.text, triage.ask)),
  );
}

/** What was said so far, with the next question and room for its answer. */
function followUp(text: string, ask: string | undefined): string {
  return `${text}${ask === undefined ? '' : `\n问：${ask.replaceAll('\n', ' ')}`}\n答：`;
}

// === Advice

async function draft(hands: Hands, gesture: Press, by: Staff, occasion: Occasion): Promise<void> {
  const { desk, advice } = hands;
  const [caseId = '', draftId = ''] = gesture.value.split(' ');
  const found = await advice?.draft(caseId as CaseId, draftId);
  if (advice === undefined) return hint(hands, gesture.by, gesture.at, words.noAdvice);
  if (found === undefined && gesture.action !== 'draft.ignore') {
    return hint(hands, gesture.by, gesture.at, words.draftGone);
  }
  const act = actOf(by, caseId, occasion);
  if (gesture.action === 'draft.ignore')
    return advice.useDraft({ ...act, draft: draftId, outcome: 'ignored' });
  if (found === undefined) return;
  if (gesture.action === 'draft.edit') {
    return openForm(hands, gesture, occasion, 'form.reply', caseId, { draft: draftId, initial: found.text });
  }
  // By the draft, not by the press: the button stays, and a second press must not say it twice.
  const result = await desk.reply({ ...act, key: `slack:draft:${draftId}`, text: found.text });
  if (result.ok && result.isRepeat) return hint(hands, gesture.by, gesture.at, words.draftSent);
  if (result.ok) await advice.useDraft({ ...act, draft: draftId, outcome: 'sent', sent: found.text });
  return told(hands, gesture, result);
}

async function openTriaged(hands: Hands, gesture: Press, by: Staff, { id }: Occasion): Promise<void> {
  const opened = await hands.advice?.openCase({ by, key: `slack:${id}`, triage: gesture.value });
  if (opened === undefined) await hint(hands, gesture.by, gesture.at, words.triageLapsed);
}

async function approve(hands: Hands, gesture: Press, by: Staff, { id }: Occasion): Promise<void> {
  const result = await hands.advice?.approveEntry({ by, key: `slack:${id}`, proposal: gesture.value });
  const text =
    result === undefined ? words.noAdvice : result.ok ? words.approved : words.notApproved[result.reason];
  await hint(hands, gesture.by, gesture.at, text);
}
