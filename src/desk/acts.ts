/**
 * What staff do. Each act is checked against role and words, then handed to the store as one conditional
 * change; what the store finds in its way is said as a refusal. Nothing here reads first and writes later.
 */
import { flowOf } from '../../flows/index.ts';
import type { Act, ActResult, Askable, DeskActs, StaffRef } from '../contracts/desk.ts';
import { ASKABLE, PRIORITIES, STAFF_CHANNEL } from '../contracts/desk.ts';
import type { CaseChange } from '../contracts/desk-store.ts';
import { maskNumbers } from '../domain/masking.ts';
import { CAUSES } from '../domain/taxonomy.ts';
import { badInput, FORBIDDEN, isLead, mayAct, refusalOf } from './access.ts';
import { ACTS } from './card.ts';
import type { DeskDeps } from './deps.ts';
import { goalsFor, wakeAt } from './goals.ts';

/** Channels cut longer ones; nobody reads them either. */
const REPLY_CHARS = 1_500;
const NOTE_CHARS = 3_000;
const KEY_CHARS = 200;
/** A case put aside for longer is forgotten. */
const SNOOZE_MAX_MS = 31 * 24 * 3_600_000;

export type PlainActs = Omit<DeskActs, 'dryRun' | 'reveal' | 'revealed'>;

const ref = ({ id, displayName }: StaffRef): StaffRef => ({ id, displayName });

type Wanted = Pick<CaseChange, 'set' | 'events' | 'tell'> & {
  readonly isClosed?: boolean;
  /** Nobody: only out of the queue. Anybody: whoever may act. Otherwise by its owner or a lead. */
  readonly owner?: 'nobody' | 'anybody' | 'own';
};

export function deskActs(deps: DeskDeps): PlainActs {
  const { store, clock } = deps;

  async function change(act: Act, wanted: Wanted): Promise<ActResult> {
    const { by, case: id, key } = act;
    if (!mayAct(by)) return FORBIDDEN;
    if (key === '' || key.length > KEY_CHARS) return badInput('key');
    const { isClosed = false, owner: whose, ...rest } = wanted;
    const owner: CaseChange['when']['owner'] =
      whose === 'nobody'
        ? 'nobody'
        : whose === 'anybody' || (whose !== 'own' && isLead(by))
          ? undefined
          : { id: by.id };
    const when = { isClosed, ...(owner === undefined ? {} : { owner }) };
    const changed = await store.changeCase({ ...rest, id, key, by: ref(by), when });
    if (changed.state === 'unknown') return { ok: false, reason: 'unknown_case' };
    if (changed.state === 'refused') return refusalOf(changed.row, by, { isClosed });
    return { ok: true, version: changed.version, isRepeat: changed.state === 'repeat' };
  }

  return {
    claim: (act) => claim(act, deps, change),
    release: (act) =>
      change(act, {
        set: { owner: 'nobody', status: 'open', snoozedUntil: 'awake' },
        events: [{ kind: 'released', data: {} }],
        tell: { event: 'released' },
      }),
    transfer: (act) => transfer(act, change),
    reply: (act) =>
      withText(act.text, REPLY_CHARS, (text) =>
        toCitizen(act, deps, () =>
          change(act, {
            set: { isAnswered: true, status: 'assigned' },
            events: [{ kind: 'replied', data: {}, text }],
            tell: { event: 'replied', text, followed: text },
          }),
        ),
      ),
    note: (act) =>
      withText(act.text, NOTE_CHARS, (text) =>
        change(act, { owner: 'anybody', set: {}, events: [{ kind: 'noted', data: {}, text }] }),
      ),
    askFor: (act) => toCitizen(act, deps, () => askFor(act, deps, change)),
    startAct: (act) => toCitizen(act, deps, () => startAct(act, deps, change)),
    giveBack: (act) =>
      act.isSolved === true
        ? close(act, change)
        : toCitizen(act, deps, () =>
            change(act, {
              set: { status: 'waiting' },
              events: [{ kind: 'given_back', data: {} }],
              tell: { event: 'given_back' },
            }),
          ),
    async snooze(act) {
      const until = Date.parse(act.until);
      const now = clock.now();
      if (!(until > now && until <= now + SNOOZE_MAX_MS)) return badInput('until');
      return change(act, {
        set: { snoozedUntil: until, wakeAt: until, status: 'waiting' },
        events: [{ kind: 'snoozed', data: { until: new Date(until).toISOString() } }],
      });
    },
    setPriority: (act) => setPriority(act, deps, change),
    close: (act) => close(act, change),
    reopen: (act) => {
      const text = maskNumbers(act.note ?? '').text.trim();
      return change(act, {
        isClosed: true,
        owner: 'anybody',
        set: {
          closed: 'open',
          status: 'assigned',
          owner: ref(act.by),
          goals: 'anew',
          wakeAt: clock.now(),
        },
        events: [{ kind: 'reopened', data: {}, ...(text === '' ? {} : { text }) }],
        tell: { event: 'reopened' },
      });
    },
    acknowledge: (act) =>
      change(act, {
        owner: 'anybody',
        set: { failedReplies: 0 },
        events: [{ kind: 'noted', data: { acknowledged: true } }],
      }),
  };
}

type Change = (act: Act, wanted: Wanted) => Promise<ActResult>;

/** The channel of a case never changes, so that this may be read before. */
async function toCitizen(act: Act, { store }: DeskDeps, go: () => Promise<ActResult>): Promise<ActResult> {
  const row = await store.caseRow(act.case);
  return row?.channel === STAFF_CHANNEL && mayAct(act.by) ? { ok: false, reason: 'no_conversation' } : go();
}

/** The owner takes the floor back; everybody else has to be first. */
async function claim(act: Act, { store }: DeskDeps, change: Change): Promise<ActResult> {
  const set = { owner: ref(act.by), status: 'assigned', snoozedUntil: 'awake' } as const;
  const events = [{ kind: 'claimed', data: {} }] as const;
  const taken = await change(act, { owner: 'nobody', set, events, tell: { event: 'claimed' } });
  // Refused, and yet in nobody else's hands: it is one's own.
  if (taken.ok || taken.reason !== 'forbidden' || !mayAct(act.by)) return taken;
  const row = await store.caseRow(act.case);
  if (row?.floor === 'human') return { ok: true, version: row.version, isRepeat: true };
  return change(act, { owner: 'own', set, events, tell: { event: 'claimed' } });
}

async function transfer(
  act: Act & { readonly to: StaffRef; readonly note?: string },
  change: Change,
): Promise<ActResult> {
  if (act.to.id === '' || act.to.displayName === '') return badInput('to');
  const text = maskNumbers(act.note ?? '').text.trim();
  return change(act, {
    set: { owner: ref(act.to), status: 'assigned' },
    events: [{ kind: 'transferred', data: { to: act.to.id }, ...(text === '' ? {} : { text }) }],
  });
}

async function askFor(
  act: Act & { readonly what: Askable; readonly detail?: string },
  { words }: DeskDeps,
  change: Change,
): Promise<ActResult> {
  const { what } = act;
  if (!ASKABLE.includes(what)) return badInput('what');
  const text = maskNumbers(act.detail ?? '').text.trim();
  if ((what === 'material' && text === '') || text.length > REPLY_CHARS) return badInput('detail');
  const followed = words(`staff.ask.${what}`, { text });
  return change(act, {
    set: { isAnswered: true, status: 'waiting' },
    events: [{ kind: 'asked_for', data: { what }, ...(text === '' ? {} : { text }) }],
    tell: { event: 'asked', what, text, followed },
  });
}

async function startAct(
  act: Parameters<DeskActs['startAct']>[0],
  { words }: DeskDeps,
  change: Change,
): Promise<ActResult> {
  const { flow, slots = {} } = act;
  if (!ACTS.includes(flow) || flowOf(flow) === undefined) return badInput('flow');
  return change(act, {
    set: { isAnswered: true, status: 'waiting' },
    events: [{ kind: 'act_offered', data: { flow, slots: Object.keys(slots) } }],
    tell: { event: 'act_offered', flow, slots, followed: words('staff.act_offered', { flow }) },
  });
}

/** Another aim: both times are counted anew from the opening. */
async function setPriority(
  act: Parameters<DeskActs['setPriority']>[0],
  { store, knowledge, clock }: DeskDeps,
  change: Change,
): Promise<ActResult> {
  const { priority } = act;
  if (!PRIORITIES.includes(priority)) return badInput('priority');
  const row = await store.caseRow(act.case);
  if (row === undefined) return { ok: false, reason: 'unknown_case' };
  const goals = goalsFor(row, priority, knowledge(), clock.now());
  const wake = wakeAt({ ...row, priority }, goals, knowledge(), clock.now());
  return change(act, {
    owner: 'anybody',
    set: { priority, goals, wakeAt: wake },
    events: [{ kind: 'priority_set', data: { priority } }],
  });
}

async function close(act: Parameters<DeskActs['close']>[0], change: Change): Promise<ActResult> {
  const { trueCause, by } = act;
  if (trueCause !== undefined && !CAUSES.includes(trueCause)) return badInput('trueCause');
  const note = maskNumbers(act.note ?? '').text.trim();
  if (note.length > NOTE_CHARS) return badInput('note');
  const said = note === '' ? {} : { note };
  return change(act, {
    set: {
      status: 'closed',
      isAnswered: true,
      snoozedUntil: 'awake',
      wakeAt: 'never',
      closed: { by: by.id, ...(trueCause === undefined ? {} : { trueCause }), ...said },
    },
    events: [
      { kind: 'closed', data: { trueCause: trueCause ?? null }, ...(note === '' ? {} : { text: note }) },
    ],
    tell: { event: 'closed' },
  });
}

function withText(
  text: string,
  limit: number,
  act: (masked: string) => Promise<ActResult>,
): Promise<ActResult> {
  const masked = maskNumbers(text).text.trim();
  if (masked === '' || [...masked].length > limit) return Promise.resolve(badInput('text'));
  return act(masked);
}
