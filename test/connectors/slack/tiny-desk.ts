/**
 * A desk small enough to see through, for tests of the Slack side alone: cases in memory, every rule of
 * the contract that a view can notice (one owner, keys, cursors, anchors), and none of the others.
 */

import type { Clock } from '../../../src/contracts/clock.ts';
import type {
  Act,
  ActResult,
  Anchor,
  CaseEvent,
  CaseEventKind,
  CaseFilter,
  CaseHead,
  CaseView,
  Desk,
  DeskStats,
  Refusal,
  RevealResult,
  StaffRef,
  StaffReply,
} from '../../../src/contracts/desk.ts';
import type { CaseId, ConversationId, PersonRef } from '../../../src/domain/ids.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type TinyCase = Mutable<CaseView>;

export interface TinyDesk extends Desk {
  readonly cases: Map<CaseId, TinyCase>;
  readonly events: CaseEvent[];
  /** Of acts that changed something: their names. */
  readonly done: string[];
  open(also?: Partial<CaseView>): TinyCase;
  happen(id: CaseId, kind: CaseEventKind, also?: Partial<CaseEvent>): void;
  deliver(id: CaseId, state: StaffReply['delivery']['state'], code?: string): void;
  /** The citizen says something. */
  write(id: CaseId, text: string): void;
  /** Somebody answered the citizen, not through Slack. */
  answer(id: CaseId, text: string, state: StaffReply['delivery']['state']): void;
}

const LABELS = { reason: { id: 'asked', label: '要求人工' } } as const;

export function createTinyDesk(clock: Clock): TinyDesk {
  const cases = new Map<CaseId, TinyCase>();
  const events: CaseEvent[] = [];
  const done: string[] = [];
  const answers = new Map<string, ActResult>();
  const anchors = new Map<string, Anchor>();
  const cursors = new Map<string, number>();
  const seen = new Set<string>();
  const listeners = new Set<() => void>();
  const now = (): string => new Date(clock.now()).toISOString();
  const refOf = ({ id, displayName }: StaffRef): StaffRef => ({ id, displayName });

  function happen(id: CaseId, kind: CaseEventKind, also: Partial<CaseEvent> = {}): void {
    const found = cases.get(id);
    if (found !== undefined) found.version += 1;
    const event: CaseEvent = { n: events.length + 1, case: id, kind, at: now(), data: {}, ...also };
    events.push(event);
    for (const listener of listeners) listener();
  }

  /** The act, once for its key. */
  async function act(
    given: Act,
    kind: CaseEventKind,
    change: (found: TinyCase) => Refusal | undefined,
    text?: string,
  ): Promise<ActResult> {
    const before = answers.get(given.key);
    if (before !== undefined) return before.ok ? { ...before, isRepeat: true } : before;
    const found = cases.get(given.case);
    if (found === undefined) return { ok: false, reason: 'unknown_case' };
    const refused = change(found);
    if (refused) return refused;
    happen(found.id, kind, { by: refOf(given.by), ...(text === undefined ? {} : { text }) });
    done.push(kind);
    const result: ActResult = { ok: true, version: found.version, isRepeat: false };
    answers.set(given.key, result);
    return result;
  }

  const owned = (found: TinyCase, by: StaffRef): Refusal | undefined => {
    if (found.status === 'closed') return { ok: false, reason: 'closed' };
    if (found.owner === undefined) return { ok: false, reason: 'unclaimed' };
    return found.owner.id === by.id ? undefined : { ok: false, reason: 'owned', owner: found.owner };
  };

  function matching({ show, owner, find }: CaseFilter): CaseHead[] {
    return [...cases.values()].filter((head) => {
      if (find !== undefined && !head.number.startsWith(find) && !head.subject.includes(find)) return false;
      if (show === 'mine') return head.owner?.id === owner && head.status !== 'closed';
      if (show === 'queue' || show === 'unassigned')
        return head.owner === undefined && head.status !== 'closed';
      if (show === 'overdue') return head.goal?.state === 'late';
      return show === 'all' || (show === 'closed') === (head.status === 'closed');
    });
  }

  return {
    cases,
    events,
    done,
    happen,
    open(also = {}) {
      const n = cases.size + 1;
      const opened: TinyCase = {
        id: `k_${String(n).padStart(32, '0')}` as CaseId,
        number: `261124-${String(n).padStart(4, '0')}`,
        version: 0,
        conversation: `c_${n}` as ConversationId,
        channel: 'web',
        status: 'open',
        floor: 'queue',
        priority: 'normal',
        citizen: '张*',
        region: { code: '999900', name: '示例市' },
        symptom: { id: 'not_shown', label: '绑定后看不到' },
        ...LABELS,
        subject: '绑定了不显示',
        openedAt: now(),
        waitingSince: now(),
        hasFailedReply: false,
        isVerified: true,
        asked: ['绑定了不显示', '转人工'],
        findings: [
          {
            cause: 'wallet_not_opened',
            title: '没有开通钱包',
            p: 0.62,
            because: [
              { fact: 'wallet.opened', value: false, origin: 'looked_up', label: '钱包：没有开通（查到的）' },
            ],
            against: [],
            remedy: { kind: 'person' },
          },
        ],
        tried: ['查过绑定记录'],
        applications: [],
        goals: [],
        next: { act: 'claim', because: '还没有人认领' },
        acts: [{ flow: 'bind', label: '绑定被共济人' }],
        replies: [],
        talk: [],
        events: [],
        ...also,
      };
      cases.set(opened.id, opened);
      happen(opened.id, 'opened');
      return opened;
    },
    deliver(id, state, code) {
      const found = cases.get(id);
      const last = found?.replies.at(-1);
      if (found === undefined || last === undefined) throw new Error('There is no reply to deliver');
      const delivery = { state, at: now(), ...(code === undefined ? {} : { code }) };
      found.replies = [...found.replies.slice(0, -1), { ...last, delivery }];
      found.hasFailedReply = state === 'failed';
      happen(id, state === 'failed' ? 'reply_failed' : state === 'sent' ? 'reply_sent' : 'reply_waits');
    },

    write: (id, text) => happen(id, 'citizen_wrote', { text }),
    answer(id, text, state) {
      const found = cases.get(id);
      if (found === undefined) throw new Error('There is no such case');
      const by = { id: 'cli:li', displayName: '李敏' };
      const key = `cli:${events.length}`;
      found.replies = [...found.replies, { key, by, at: now(), text, delivery: { state, at: now() } }];
      found.hasFailedReply = state === 'failed';
      happen(id, state === 'failed' ? 'reply_failed' : 'replied', { by, text });
    },

    // === Looking
    async list(filter, { limit = 20 } = {}) {
      const found = matching(filter);
      return { cases: found.slice(0, limit), total: found.length };
    },
    caseView: async (id) => {
      const found = cases.get(id);
      return found && { ...found };
    },
    find: async (text) => [...cases.values()].find(({ id, number }) => id === text || number === text),
    eventsOf: async (id, after = 0) => events.filter((event) => event.case === id && event.n > after),
    statsOf: async () => statsOf([...cases.values()]),
    ratings: async () => [],
    staff: async () => [],
    causes: async () => [
      { id: 'wallet_not_opened', title: '没有开通钱包' },
      { id: 'not_bound', title: '没有绑定' },
    ],

    // === Acting
    claim: (given) =>
      act(given, 'claimed', (found) => {
        if (found.status === 'closed') return { ok: false, reason: 'closed' };
        if (found.owner !== undefined && found.owner.id !== given.by.id)
          return { ok: false, reason: 'owned', owner: found.owner };
        found.owner = refOf(given.by);
        found.status = 'assigned';
        found.floor = 'clerk';
        return undefined;
      }),
    release: (given) =>
      act(given, 'released', (found) => {
        const refused = owned(found, given.by);
        if (refused) return refused;
        delete found.owner;
        found.status = 'open';
        found.floor = 'queue';
        return undefined;
      }),
    transfer: (given) =>
      act(
        given,
        'transferred',
        (found) => {
          found.owner = given.to;
          return undefined;
        },
        given.note,
      ),
    reply: (given) =>
      act(
        given,
        'replied',
        (found) => {
          const refused = owned(found, given.by);
          if (refused) return refused;
          const reply: StaffReply = {
            key: given.key,
            by: refOf(given.by),
            at: now(),
            text: given.text,
            delivery: { state: 'queued', at: now() },
          };
          found.replies = [...found.replies, reply];
          return undefined;
        },
        given.text,
      ),
    note: (given) => act(given, 'noted', () => undefined, given.text),
    askFor: (given) => act(given, 'asked_for', (found) => owned(found, given.by), given.detail),
    async dryRun(given) {
      const result = await act(given, 'dry_run', () => undefined);
      if (!result.ok) return result;
      return { ok: true, isPossible: false, lines: [{ step: 'a', label: '余额足够', isPossible: false }] };
    },
    startAct: (given) => act(given, 'act_offered', (found) => owned(found, given.by)),
    giveBack: (given) => act(given, 'given_back', (found) => owned(found, given.by)),
    snooze: (given) =>
      act(given, 'snoozed', (found) => {
        found.snoozedUntil = given.until;
        return undefined;
      }),
    setPriority: (given) =>
      act(given, 'priority_set', (found) => {
        found.priority = given.priority;
        return undefined;
      }),
    close: (given) =>
      act(given, 'closed', (found) => {
        const refused = owned(found, given.by);
        if (refused) return refused;
        found.status = 'closed';
        found.closedAt = now();
        found.closing = {
          by: refOf(given.by),
          at: now(),
          ...(given.trueCause === undefined
            ? {}
            : { trueCause: { id: given.trueCause, title: '没有开通钱包' } }),
          ...(given.note === undefined ? {} : { note: given.note }),
        };
        return undefined;
      }),
    reopen: (given) =>
      act(given, 'reopened', (found) => {
        if (found.status !== 'closed') return { ok: false, reason: 'not_closed' };
        found.status = 'assigned';
        found.owner = refOf(given.by);
        delete found.closing;
        delete found.closedAt;
        return undefined;
      }),
    acknowledge: (given) =>
      act(given, 'noted', (found) => {
        found.hasFailedReply = false;
        return undefined;
      }),
    async reveal(given) {
      const result = await act(given, 'revealed', () => undefined);
      if (!result.ok) return result as RevealResult;
      const person = 'p_1' as PersonRef;
      return {
        ok: true,
        reveal: {
          id: 'r1',
          person,
          case: given.case,
          by: refOf(given.by),
          reason: given.reason,
          at: now(),
          expiresAt: new Date(clock.now() + 600_000).toISOString(),
        },
        record: {
          ref: person,
          name: '张示例',
          documentType: 'resident_id',
          documentNumber: '990101199001010011',
        },
      };
    },
    revealed: async () => ({ ok: false, reason: 'lapsed' }),

    // === Feed
    changes: async (after, limit = 200) => events.filter(({ n }) => n > after).slice(0, limit),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    latest: async () => events.length,
    cursor: async (view) => cursors.get(view) ?? 0,
    async moveCursor(view, to) {
      if (to === 0 || to > (cursors.get(view) ?? 0)) cursors.set(view, to);
    },
    anchor: async (view, id) => anchors.get(`${view} ${id}`),
    anchored: async (view, place) =>
      [...anchors.values()].find((anchor) => anchor.view === view && anchor.place === place),
    async setAnchor(anchor) {
      anchors.set(`${anchor.view} ${anchor.case}`, anchor);
    },
    async seenBefore(source, id) {
      const before = seen.has(`${source} ${id}`);
      seen.add(`${source} ${id}`);
      return before;
    },
    async forget(source, id) {
      seen.delete(`${source} ${id}`);
    },
    sweep: async () => undefined,
  };
}

function statsOf(cases: readonly TinyCase[]): DeskStats {
  const hours = Array.from({ length: 24 }, (_, hour) => (hour === 9 ? cases.length : 0));
  return {
    day: '2026-11-24',
    opened: cases.length,
    closed: cases.filter(({ status }) => status === 'closed').length,
    reopened: 0,
    open: cases.filter(({ status }) => status !== 'closed').length,
    unassigned: cases.filter(({ owner }) => owner === undefined).length,
    overdue: 0,
    snoozed: 0,
    failedReplies: 0,
    firstAnswerMinutes: { median: 4, p90: 12, samples: 9 },
    satisfied: 3,
    dissatisfied: 1,
    byHour: { opened: hours, closed: hours.map(() => 0) },
    byOwner: [{ owner: { id: 'slack:U0CLERK01', displayName: '客服1' }, open: 2 }],
  };
}
