/** A yes counts for the summary that was shown, and for a while only; nobody is disturbed at night. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { TurnContext } from '../../src/dialog/draft.ts';
import { CONFIRM_WITHIN_MS } from '../../src/dialog/prompt.ts';
import { outsideQuietHours, reminderBefore } from '../../src/dialog/quiet-hours.ts';
import { type Turn, turn } from '../../src/dialog/turn.ts';
import type { Conversation, InboundContent } from '../../src/domain/conversation.ts';
import type { ConversationId, LinkId, TaskId } from '../../src/domain/ids.ts';
import { openLibrary } from '../../src/library.ts';

const library = openLibrary();
const START = Date.parse('2026-11-22T01:00:00Z');
const MINUTE = 60_000;

const empty: Conversation = {
  id: 'c_test' as ConversationId,
  version: 0,
  address: { channel: 'converse', account: 'test', user: 'me' },
  status: 'bot',
  profile: { facts: {} },
  stack: [],
  lastReplies: [],
  misses: 0,
  updatedAt: new Date(START).toISOString(),
};

const contextAt = (now: number): TurnContext => ({
  ...library,
  now,
  random: (size) => new Uint8Array(size).fill(7),
  secureUrl: (token) => `secure:${token}`,
});

const say = (text: string): InboundContent => ({ kind: 'text', text, masked: [] });
const yes: InboundContent = { kind: 'choice', value: 'yes' };
const verified: InboundContent = {
  kind: 'secure.done',
  link: 'l_1' as LinkId,
  purpose: 'verify',
  slots: { person: 'p_1', personName: '张*' },
};
const filledIn: InboundContent = {
  kind: 'secure.done',
  link: 'l_2' as LinkId,
  purpose: 'relative',
  slots: {
    dependent: 'p_2',
    dependentName: '王*',
    dependentAge: 60,
    pledge: { version: '1', digest: 'd', signedAt: '2026-11-22T01:00:00Z' },
  },
};

/** Plays the contents one turn each, a second apart. */
function play(from: Conversation, contents: readonly InboundContent[], now: number): Turn {
  let conversation = from;
  let last: Turn | undefined;
  for (const [index, content] of contents.entries()) {
    last = turn(conversation, [content], contextAt(now + index * 1_000));
    conversation = last.conversation;
  }
  return last as Turn;
}

const idsOf = ({ replies }: Turn): readonly string[] => replies.map(({ id }) => id);
const tasksOf = ({ tasks }: Turn): readonly string[] => tasks.map(({ name }) => name);

describe('a yes to a summary', () => {
  let asked: Conversation;
  let shownAt: number;
  beforeAll(() => {
    const words = ['给我妈绑定', '江苏', '同一个省'].map(say);
    asked = play(empty, [...words, verified, filledIn], START).conversation;
    shownAt = Date.parse(asked.asking?.askedAt ?? '');
  });

  it('counts while the summary is fresh', () => {
    expect(asked.asking?.reply).toBe('bind.confirm');
    expect(tasksOf(play(asked, [yes], shownAt + CONFIRM_WITHIN_MS))).toEqual(['bind']);
  });

  it('that comes too late shows the summary again, and the next one counts', () => {
    const late = play(asked, [yes], shownAt + CONFIRM_WITHIN_MS + 1);
    expect(late.tasks).toEqual([]);
    expect(idsOf(late)).toEqual(['repair.confirm_expired', 'bind.confirm']);
    const again = play(late.conversation, [yes], shownAt + CONFIRM_WITHIN_MS + 2 * MINUTE);
    expect(tasksOf(again)).toEqual(['bind']);
  });

  it('in typed words expires as well', () => {
    expect(idsOf(play(asked, [say('是')], shownAt + 16 * MINUTE))).toEqual([
      'repair.confirm_expired',
      'bind.confirm',
    ]);
  });

  it('does not expire for a no', () => {
    const no: InboundContent = { kind: 'choice', value: 'no' };
    expect(idsOf(play(asked, [no], shownAt + 20 * MINUTE))).toEqual(['bind.ask.change']);
  });

  it('that comes in one batch with what leads to the summary counts for nothing: nobody has seen it', () => {
    const words = ['给我妈绑定', '江苏', '同一个省'].map(say);
    const before = play(empty, [...words, verified], START).conversation;
    const batch = turn(before, [filledIn, yes], contextAt(START + MINUTE));
    expect(batch.tasks).toEqual([]);
    expect(idsOf(batch)).toEqual(['bind.confirm']);
  });

  it('is not made older by news that say nothing', () => {
    const quiet: InboundContent = { kind: 'timer', name: 'still_working', params: { task: 't_0' } };
    const after = play(asked, [quiet], shownAt + 5 * MINUTE).conversation;
    expect(after.asking?.askedAt).toBe(asked.asking?.askedAt);
  });
});

describe('quiet hours', () => {
  const china = (time: string) => Date.parse(`2026-11-24T${time}+08:00`);

  it('last from ten in the evening to eight in the morning', () => {
    expect(outsideQuietHours(china('21:59:59'))).toBe(china('21:59:59'));
    expect(outsideQuietHours(china('22:00:00'))).toBe(Date.parse('2026-11-25T08:00:00+08:00'));
    expect(outsideQuietHours(china('03:00:00'))).toBe(china('08:00:00'));
    expect(outsideQuietHours(china('08:00:00'))).toBe(china('08:00:00'));
  });

  it('never hold a reminder, which comes on the morning before the last day', () => {
    const now = china('20:00:00');
    expect(reminderBefore('2026-12-01', now)).toBe(Date.parse('2026-11-30T10:00:00+08:00'));
    expect(reminderBefore('2026-11-25', now)).toBe(Date.parse('2026-11-25T10:00:00+08:00'));
    expect(reminderBefore('2026-11-24', now)).toBeUndefined();
  });
});

describe('a reminder of an invitation', () => {
  const sent: InboundContent = {
    kind: 'office',
    event: 'invitation.sent',
    params: {
      invitationNo: 'YQ261122-22222',
      payerName: '张*',
      relation: 'spouse',
      expiresOn: '2026-11-29',
      person: 'p_2',
    },
  };
  const due = (params: object): InboundContent => ({
    kind: 'timer',
    name: 'invitation_reminder',
    params: { ...params },
  });
  const wanted = { invitationNo: 'YQ261122-22222', person: 'p_2', role: 'dependent' };

  it('is set when the invitation comes, and the reference stays out of the reply', () => {
    const { timers, replies } = play(empty, [sent], START);
    expect(timers).toEqual([
      { name: 'invitation_reminder', dueAt: Date.parse('2026-11-28T10:00:00+08:00'), params: wanted },
    ]);
    expect(JSON.stringify(replies)).not.toContain('p_2');
  });

  it('asks the office first, and is said only while the invitation is open', () => {
    const fired = play(empty, [due(wanted)], START);
    expect(fired.tasks.map(({ name, input }) => ({ name, input }))).toEqual([
      { name: 'check-invitation', input: wanted },
    ]);
    expect(fired.replies).toEqual([]);
    const settled = (isOpen: boolean): InboundContent => ({
      kind: 'task.settled',
      task: 't_1' as TaskId,
      name: 'check-invitation',
      outcome: 'done',
      result: { isOpen, role: 'dependent', payerName: '张*', relation: 'spouse', expiresOn: '2026-11-29' },
    });
    expect(idsOf(play(empty, [settled(true)], START))).toEqual(['invite.reminder.dependent']);
    expect(play(empty, [settled(false)], START).replies).toEqual([]);
  });

  it('that falls due at night waits for the morning', () => {
    const night = Date.parse('2026-11-28T23:30:00+08:00');
    const { timers, tasks } = play(empty, [due(wanted)], night);
    expect(tasks).toEqual([]);
    expect(timers).toMatchObject([
      { name: 'invitation_reminder', dueAt: Date.parse('2026-11-29T08:00:00+08:00'), params: wanted },
    ]);
  });
});
