/** What follows from a form that was sent: the act it stands for, once, however often it is tried. */
import type { ActResult, Askable, Rehearsal, RevealResult, Staff } from '../../contracts/desk.ts';
import { ASKABLE } from '../../contracts/desk.ts';
import type { CauseId } from '../../domain/taxonomy.ts';
import { context, modal, sections, spoken } from './blocks.ts';
import { isPriority, NO_CAUSE, SNOOZES, type Subject, sayModal, subjectOf } from './forms.ts';
import type { GestureOf } from './gesture.ts';
import { type Hands, hint, placeOf, VIEW } from './hands.ts';
import { WAITING_VIEW } from './names.ts';
import { actOf, showTriage } from './presses.ts';
import { staffId } from './staff.ts';
import { joined, md, moment } from './text.ts';
import { proposalMessage } from './thread.ts';
import { refusal, words } from './words.ts';
import type { Occasion } from './worker.ts';

const HOUR_MS = 3600 * 1000;

type Submit = GestureOf<'submit'>;
type Act = ReturnType<typeof actOf>;

export async function submit(hands: Hands, gesture: Submit, occasion: Occasion): Promise<void> {
  const by = await hands.staff.of(gesture.by);
  const subject = subjectOf(gesture.metadata);
  if (by === undefined) return hint(hands, gesture.by, subject, words.notStaff);
  if (gesture.view === 'form.triage') return triage(hands, gesture, by);
  if (subject === undefined) return hint(hands, gesture.by, undefined, words.unknownCase);
  const act = actOf(by, subject.case, occasion);
  if (gesture.view === 'form.reveal') {
    return reveal(hands, gesture, await hands.desk.reveal({ ...act, reason: fieldOf(gesture, 'reason') }));
  }
  if (gesture.view === 'form.dry_run') {
    const rehearsal = await hands.desk.dryRun({ ...act, flow: fieldOf(gesture, 'flow') });
    return showRehearsal(hands, gesture, rehearsal);
  }
  const result = await done(hands, gesture, act, subject);
  if (typeof result === 'string') return hint(hands, gesture.by, subject, result);
  if (!result.ok) await hint(hands, gesture.by, subject, refusal(result), writtenIn(gesture));
}

/** What was refused after it had been written must not be lost with its form. */
function writtenIn(gesture: Submit): string | undefined {
  const text = [fieldOf(gesture, 'text'), fieldOf(gesture, 'note')].join('\n').trim();
  return text === '' ? undefined : text;
}

function fieldOf({ values }: Submit, field: string): string {
  return (values[field] ?? '').trim();
}

function optional(gesture: Submit): { readonly note?: string } {
  const note = fieldOf(gesture, 'note');
  return note === '' ? {} : { note };
}

/** The act, or a sentence for whoever sent the form. */
async function done(hands: Hands, gesture: Submit, act: Act, subject: Subject): Promise<ActResult | string> {
  const { desk } = hands;
  const text = fieldOf(gesture, 'text');
  switch (gesture.view) {
    case 'form.reply':
      return reply(hands, act, subject, text);
    case 'form.note':
      return desk.note({ ...act, text });
    case 'form.transfer':
      return transfer(hands, gesture, act);
    case 'form.ask':
      return desk.askFor({ ...act, ...askOf(gesture) });
    case 'form.close': {
      const cause = fieldOf(gesture, 'cause');
      const closing = cause === NO_CAUSE ? {} : { trueCause: cause as CauseId };
      return desk.close({ ...act, ...closing, ...optional(gesture) });
    }
    case 'form.reopen':
      return desk.reopen({ ...act, ...optional(gesture) });
    case 'form.start_act':
      return desk.startAct({ ...act, flow: fieldOf(gesture, 'flow') });
    case 'form.give_back':
      return desk.giveBack({ ...act, ...(fieldOf(gesture, 'solved') === 'yes' ? { isSolved: true } : {}) });
    case 'form.snooze':
      return desk.snooze({ ...act, until: untilOf(hands, fieldOf(gesture, 'until')) });
    case 'form.priority': {
      const priority = fieldOf(gesture, 'priority');
      if (isPriority(priority)) return desk.setPriority({ ...act, priority });
      return { ok: false, reason: 'bad_input', field: 'priority' };
    }
    case 'form.gap':
      return proposeEntry(hands, act, text);
    default:
      return words.givenUp;
  }
}

async function reply(hands: Hands, act: Act, subject: Subject, text: string): Promise<ActResult> {
  const result = await hands.desk.reply({ ...act, text });
  if (result.ok && subject.draft !== undefined) {
    await hands.advice?.useDraft({ ...act, draft: subject.draft, outcome: 'edited', sent: text });
  }
  return result;
}

/** The proposal stands in the thread, where another person can approve it. */
async function proposeEntry({ advice, api, desk }: Hands, act: Act, text: string): Promise<string> {
  if (advice === undefined) return words.noAdvice;
  const result = await advice.proposeEntry({ ...act, text });
  if (!result.ok) return words.notProposed[result.reason];
  // Told again after a lost answer: it stands in the thread already.
  if (result.isRepeat) return words.proposed;
  const card = placeOf((await desk.anchor(VIEW, act.case))?.place ?? '');
  if (card !== undefined) {
    await api.post({ channel: card.channel, thread: card.ts }, proposalMessage(result.proposal));
  }
  return words.proposed;
}

async function transfer(hands: Hands, gesture: Submit, act: Act): Promise<ActResult | string> {
  const to = fieldOf(gesture, 'to');
  const colleague = await hands.staff.of({ id: to });
  if (colleague === undefined) return words.notAColleague;
  const ref = { id: staffId(to), displayName: colleague.displayName };
  return hands.desk.transfer({ ...act, to: ref, ...optional(gesture) });
}

function askOf(gesture: Submit): { readonly what: Askable; readonly detail?: string } {
  const what = ASKABLE.find((known) => known === fieldOf(gesture, 'what')) ?? 'material';
  const detail = fieldOf(gesture, 'detail');
  return detail === '' ? { what } : { what, detail };
}

function untilOf({ clock }: Hands, chosen: string): string {
  const hours = chosen in SNOOZES ? SNOOZES[chosen as keyof typeof SNOOZES].hours : 1;
  return new Date(clock.now() + hours * HOUR_MS).toISOString();
}

// === Forms that show an answer in their own place

async function reveal(hands: Hands, { viewId }: Submit, result: RevealResult): Promise<void> {
  if (!result.ok) return hands.api.updateView(viewId, sayModal(words.title, revealRefusal(result)));
  const { record, reveal: look } = result;
  await hands.api.updateView(
    viewId,
    modal({
      view: WAITING_VIEW,
      title: '参保人身份',
      blocks: [
        spoken(`${record.name}　${record.documentNumber}`),
        context(
          md`只在这个窗口显示，请勿转贴。有效到 ${moment(look.expiresAt)}；您的查看已记入审计和参保人自己的记录。`,
        ),
      ],
    }),
  );
}

function revealRefusal(result: Exclude<RevealResult, { ok: true }>): string {
  if (result.reason === 'nobody') return '参保人还没有核验身份，或已要求删除数据。';
  if (result.reason === 'lapsed') return '查看已过期，请重新说明理由。';
  return refusal(result);
}

async function showRehearsal(hands: Hands, { viewId }: Submit, rehearsal: Rehearsal): Promise<void> {
  if (!rehearsal.ok) return hands.api.updateView(viewId, sayModal('预演办理', refusal(rehearsal)));
  const lines = rehearsal.lines.map(
    ({ label, isPossible }) => md`${isPossible ? '可以' : '*不行*'}　${label}`,
  );
  await hands.api.updateView(
    viewId,
    modal({
      view: WAITING_VIEW,
      title: '预演办理',
      blocks: [
        ...sections(md`${rehearsal.isPossible ? '按现在知道的情况，可以办成' : '按现在知道的情况，办不成'}`),
        ...sections(joined(lines)),
        context(md`什么都没有提交`),
      ],
    }),
  );
}

async function triage(hands: Hands, gesture: Submit, by: Staff): Promise<void> {
  if (hands.advice === undefined) {
    return hands.api.updateView(gesture.viewId, sayModal('共济分析', words.noAdvice));
  }
  await showTriage(hands, by, gesture.viewId, fieldOf(gesture, 'text'));
}
