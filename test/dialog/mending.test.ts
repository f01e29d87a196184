/** From what was found to what is mended: offers in order, the check after an act, and what a clerk gets. */
import { describe, expect, it } from 'vitest';
import type { TurnContext } from '../../src/dialog/draft.ts';
import { render } from '../../src/dialog/render.ts';
import { type Turn, turn } from '../../src/dialog/turn.ts';
import type { Conversation, InboundContent, Slots } from '../../src/domain/conversation.ts';
import type { FactValue } from '../../src/domain/fact.ts';
import type { ConversationId, LinkId, PersonRef } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { openLibrary } from '../../src/library.ts';

const library = openLibrary();
const START = Date.parse('2026-11-22T01:00:00Z');
type Records = Readonly<Record<string, FactValue>>;

/** A talk of a verified person, turn by turn; tasks are settled by the test. */
function talk(profile: Partial<Conversation['profile']> = {}) {
  const now = START;
  let conversation: Conversation = {
    id: 'c_test' as ConversationId,
    version: 0,
    address: { channel: 'converse', account: 'test', user: 'me' },
    status: 'bot',
    profile: {
      region: '320000',
      person: {
        ref: 'p_me' as PersonRef,
        maskedName: '张*',
        until: new Date(START + 86_400_000).toISOString(),
      },
      facts: {},
      ...profile,
    },
    stack: [],
    lastReplies: [],
    misses: 0,
    updatedAt: new Date(START).toISOString(),
  };
  let last: Turn | undefined;
  const take = (content: InboundContent): readonly string[] => {
    const context: TurnContext = {
      ...library,
      now,
      random: (size) => Buffer.alloc(size, conversation.version + 1),
      secureUrl: (token) => `https://example.invalid/s/${token}`,
    };
    last = turn(conversation, [content], context);
    conversation = last.conversation;
    return last.replies.map(({ id }) => id);
  };
  const settle = (name: string, result: JsonObject): readonly string[] => {
    const task = last?.tasks.find((one) => one.name === name);
    if (task === undefined) throw new Error(`No task '${name}' was asked for`);
    return take({ kind: 'task.settled', task: task.id, name, outcome: 'done', result });
  };
  return {
    say: (text: string) => take({ kind: 'text', text, masked: [] }),
    choose: (value: string) => take({ kind: 'choice', value }),
    secure: (slots: Slots) =>
      take({ kind: 'secure.done', link: 'l_1' as LinkId, purpose: 'relative', slots }),
    settle,
    office: (event: string, params: JsonObject) => take({ kind: 'office', event, params }),
    records: (facts: Records) =>
      settle('look-up-records', { facts, at: new Date(now).toISOString() } as JsonObject),
    last: () => last as Turn,
  };
}

const NOT_BOUND = { 'binding.state': 'none', 'kinship.exists': true, 'account.balance_fen': 90_000 } as const;

function boundAfter(records: Records, relation: string, state: string) {
  const me = talk();
  me.say('绑了家庭共济怎么没显示');
  me.choose('yes');
  expect(me.records(records)).toContain('diagnose.offer.bind');
  me.choose('yes');
  me.choose(relation);
  me.choose('yes');
  me.secure({ dependent: 'p_2', dependentName: '王*', pledge: 'v1' });
  me.choose('yes');
  me.settle('bind', { state, applicationNo: 'A1' });
  return me;
}

describe('after a binding', () => {
  it.each([
    ['pending_confirm', 'PENDING_CONFIRM'],
    ['pending_review', 'PENDING_REVIEW'],
    ['not_yet_effective', 'NOT_YET_EFFECTIVE'],
  ])('that is %s, the citizen learns what is awaited and is not told that all is well', (fresh, state) => {
    const me = boundAfter(NOT_BOUND, 'spouse', state);
    expect(me.records({ ...NOT_BOUND, 'binding.state': fresh })).toEqual([
      `diagnose.recheck.awaited.${fresh}`,
    ]);
  });

  it('the records of the very relative who was bound are looked at', () => {
    const me = boundAfter(NOT_BOUND, 'spouse', 'ACTIVE');
    expect(me.last().tasks).toMatchObject([{ name: 'look-up-records', input: { relation: 'spouse' } }]);
  });

  it('that counts, the trouble is gone', () => {
    const me = boundAfter(NOT_BOUND, 'child', 'ACTIVE');
    expect(me.records({ ...NOT_BOUND, 'binding.state': 'active' })).toEqual(['diagnose.recheck.ok']);
  });

  it('that the records do not show, it is said to be still there', () => {
    const me = boundAfter(NOT_BOUND, 'child', 'ACTIVE');
    expect(me.records(NOT_BOUND)).toEqual(['diagnose.recheck.still']);
  });

  it('the other causes that were told and remain are named again', () => {
    const poor = { ...NOT_BOUND, 'kinship.exists': false, 'account.balance_fen': 0 };
    const me = boundAfter(poor, 'child', 'ACTIVE');
    expect(me.records({ ...poor, 'binding.state': 'active' })).toEqual([
      'diagnose.recheck.ok',
      'diagnose.remaining',
    ]);
    expect(me.last().replies[1]?.params).toEqual({
      titles: [library.knowledge.causes.get('zero_balance')?.title],
    });
  });
});

describe('several remedies', () => {
  it('are offered one after the other: leave the old payer, then accept the new one', () => {
    const waiting = { 'asker.side': 'dependent', 'binding.state': 'pending_confirm', 'invite.pending': true };
    const me = talk();
    me.say('邀请一直没结果');
    me.choose('yes');
    expect(me.records({ ...waiting, 'dependent.bound_elsewhere': true })).toEqual([
      'diagnose.found_several',
      'diagnose.cause.already_bound_elsewhere.dependent',
      'diagnose.cause.invite_unconfirmed.dependent',
      'diagnose.offer.unbind',
    ]);
    me.choose('yes');
    me.settle('query', {
      items: [{ bindingNo: 'b1', role: 'dependent', otherName: '李*', state: 'ACTIVE' }],
    });
    me.choose('yes');
    me.settle('unbind', {});
    expect(me.records({ ...waiting, 'dependent.bound_elsewhere': false })).toEqual([
      'diagnose.recheck.ok.already_bound_elsewhere',
      'diagnose.remaining',
      'diagnose.offer.accept-invite',
    ]);
    me.choose('yes');
    me.settle('query', { items: [{ invitationNo: 'i1', payerName: '张*', relation: 'spouse' }] });
    me.choose('yes');
    me.settle('answer-invitation', { state: 'ACTIVE' });
    expect(me.records({ ...waiting, 'binding.state': 'active', 'invite.pending': false })).toEqual([
      'diagnose.recheck.ok',
    ]);
  });

  it('allocating money is one, and is checked by the records', () => {
    const empty = { 'binding.state': 'active', 'account.balance_fen': 90_000, 'pool.allocated_fen': 0 };
    const me = talk({ region: '620000' });
    me.say('绑了家庭共济，看病用不了');
    me.choose('yes');
    expect(me.records(empty)).toEqual([
      'diagnose.found_one',
      'diagnose.cause.pool_not_funded',
      'diagnose.offer.allocate',
    ]);
    me.choose('yes');
    expect(me.last().conversation.stack.map(({ flow }) => flow)).toContain('allocate');
  });

  it('a look at spending mends nothing, so nothing is checked after it', () => {
    const me = talk();
    me.say('账户里的钱少了');
    me.choose('yes');
    expect(me.records({ 'spending.by_relative': true })).toContain('diagnose.offer.query');
    me.choose('yes');
    while (me.last().tasks.length === 0) me.choose('spending');
    me.settle('query', { items: [] });
    expect(me.last().tasks).toEqual([]);
    expect(me.last().conversation.stack).toEqual([]);
  });
});

const ago = (ms: number) => new Date(START - ms).toISOString();

describe('records', () => {
  const asked = (at: string) => {
    const me = talk({
      facts: { 'binding.state': { value: 'none', at }, 'kinship.exists': { value: true, at } },
    });
    return me.say('绑了家庭共济怎么没显示');
  };

  it('of this talk are used without asking for them again', () => {
    expect(asked(ago(60_000))).toContain('diagnose.cause.wrong_account_type');
  });

  it('of yesterday say nothing about today', () => {
    expect(asked(ago(86_400_000))).not.toContain('diagnose.cause.wrong_account_type');
  });
});

describe('records of how things were before', () => {
  const told = (me: ReturnType<typeof talk>) => me.say('绑了家庭共济怎么没显示');

  it('an act of this talk say nothing any more', () => {
    const at = ago(60_000);
    const me = talk({ facts: { 'binding.state': { value: 'none', at } } });
    me.say('我要解除绑定');
    while (me.last().tasks.length === 0) me.choose('exit');
    me.settle('query', {
      items: [{ bindingNo: 'b1', role: 'dependent', otherName: '李*', state: 'ACTIVE' }],
    });
    me.choose('yes');
    me.settle('unbind', {});
    expect(me.last().conversation.profile.facts).toEqual({});
    expect(told(me)).not.toContain('diagnose.cause.not_bound');
  });

  it('news from the office say nothing any more', () => {
    const me = talk({ facts: { 'binding.state': { value: 'none', at: ago(60_000) } } });
    me.office('application.changed', { state: 'ACTIVE' });
    expect(me.last().conversation.profile.facts).toEqual({});
  });
});

describe('what is told', () => {
  it('shows reasons and doubts, each with where it comes from', () => {
    const me = talk();
    me.say('给老婆绑定两天了还是没显示');
    me.choose('yes');
    me.records({ 'binding.state': 'pending_confirm', 'invite.pending': true });
    const told = me.last().replies.find(({ id }) => id.startsWith('diagnose.cause.'));
    const words = render(told as never, library.knowledge).text;
    expect(words).toMatch(/我这样判断，是因为：\n· 查到（11月22日 09:00）/u);
    const doubtful = render(
      {
        id: 'diagnose.cause.not_bound',
        params: {
          because: [{ fact: 'binding.state', value: 'none', origin: 'looked_up', at: ago(0) }],
          against: [{ fact: 'page.success_message', value: true, origin: 'said' }],
        },
      },
      library.knowledge,
    ).text;
    expect(doubtful).toMatch(/也有对不上的地方：\n· 您说：/u);
  });

  it('a rule names who set it, when that may be cited', () => {
    const source = library.knowledge.causes.get('wrong_account_type')?.sources[0] ?? '';
    const rule = { fact: 'rule.member_limit', value: 6, origin: 'rule' };
    const line = (id: string) =>
      render(
        { id: 'diagnose.cause.not_bound', params: { because: [{ ...rule, source: id }] } },
        library.knowledge,
      ).text;
    expect(line(source)).toMatch(/· 当地规定（.+，\d{4}-\d\d-\d\d）：/u);
    expect(line('nobody')).toMatch(/· 当地规定：/u);
  });
});

describe('a case', () => {
  it('carries the complaint and the best guesses, also when the talk went on in between', () => {
    const me = talk();
    me.say('绑了家庭共济怎么没显示');
    me.choose('no');
    me.say('转人工');
    expect(me.last().cases).toMatchObject([{ symptom: 'not_shown' }]);
    expect(me.last().cases[0]?.findings.length).toBeGreaterThan(0);
  });
});
