/** Whatever text or event sequence comes: no throw, no dead end, no act without a yes of a verified person. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewLink, NewTask } from '../../src/contracts/store.ts';
import type { TurnContext } from '../../src/dialog/draft.ts';
import { CONFIRM_WITHIN_MS } from '../../src/dialog/prompt.ts';
import { render } from '../../src/dialog/render.ts';
import { STACK_LIMIT } from '../../src/dialog/stack.ts';
import { type Turn, turn } from '../../src/dialog/turn.ts';
import type { Conversation, InboundContent } from '../../src/domain/conversation.ts';
import type { ConversationId, PersonRef } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { openLibrary } from '../../src/library.ts';

const library = openLibrary();
const START = Date.parse('2026-11-22T01:00:00Z');
const ACTS = new Set([
  'bind',
  'unbind',
  'close-account',
  'answer-invitation',
  'set-payer-order',
  'pay-premium',
  'allocate',
  'set-quota',
  'erase-data',
]);

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

const SAID = [
  '绑了家庭共济怎么没显示',
  '给我妈绑定',
  '我要解绑',
  '把老婆移除',
  '查余额',
  '接受邀请',
  '办到哪一步了',
  '江苏',
  '同一个省',
  '不对，是我爸',
  '是',
  '不',
  '不知道',
  '取消',
  '上一步',
  '重来',
  '再说一遍',
  '转人工',
  '跨省能用吗',
  '今天天气',
  '谢谢',
  '第二个',
  '好的',
  '那浙江呢',
  '我要改扣款顺序',
  '用我的余额给女儿交居民医保',
  '帮我划拨500元到共济账户',
  '给我妈设一个跨省额度',
  '看看你们存了我什么',
  '删除我的数据',
  '西安',
  '甘肃',
  '800元',
];

/** What can happen next, chosen by number so that it can depend on what was offered. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('said' as const), pick: fc.nat(SAID.length - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('typed' as const),
      text: fc.string({ unit: 'grapheme', maxLength: 60 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('chosen' as const), pick: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('secure' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('settled' as const),
      outcome: fc.constantFrom('done', 'refused', 'failed'),
      pick: fc.nat(8),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('later' as const), minutes: fc.nat(90) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('news' as const), pick: fc.nat(4) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

const RESULTS: readonly JsonObject[] = [
  { items: [], at: '2026-11-22T01:00:00Z' },
  {
    items: [
      { bindingNo: 'b1', role: 'payer', otherName: '王*', relation: 'parent', state: 'ACTIVE' },
      { bindingNo: 'b2', role: 'payer', otherName: '李*', relation: 'child', state: 'ACTIVE' },
      { bindingNo: 'b3', role: 'dependent', otherName: '张*', relation: 'spouse', state: 'ACTIVE' },
    ],
    at: '2026-11-22T01:00:00Z',
  },
  {
    items: [{ invitationNo: 'i1', payerName: '张*', relation: 'spouse', expiresOn: '2026-12-01' }],
    at: '2026-11-22T01:00:00Z',
  },
  { facts: { 'binding.state': 'none', 'kinship.exists': true }, at: '2026-11-22T01:00:00Z' },
  { applicationNo: 'SQ1', state: 'ACTIVE', ended: 2 },
  { applicationNo: 'SQ1', state: 'PENDING_REVIEW' },
];
const PREMIUMS: JsonObject = {
  items: [
    {
      bindingNo: 'b1',
      otherName: '王*',
      relation: 'child',
      state: 'due',
      year: 2027,
      amountFen: 40_000,
      opens: '2026-11-01',
      closes: '2026-12-25',
    },
    { bindingNo: 'b2', otherName: '李*', relation: 'parent', state: 'paid', year: 2027, amountFen: 40_000 },
  ],
  balanceFen: 100_000,
  at: '2026-11-22T01:00:00Z',
};
const ACCOUNT: JsonObject = {
  items: [{ balanceFen: 100_000, state: 'normal' }],
  at: '2026-11-22T01:00:00Z',
};
const PAYERS: JsonObject = {
  items: [
    { bindingNo: 'b1', role: 'dependent', otherName: '王*', relation: 'parent', state: 'ACTIVE', orderNo: 1 },
    { bindingNo: 'b2', role: 'dependent', otherName: '李*', relation: 'parent', state: 'ACTIVE', orderNo: 2 },
  ],
  at: '2026-11-22T01:00:00Z',
};
const COUNTS: JsonObject = { items: [{ kind: 'identity', count: 1 }], at: '2026-11-22T01:00:00Z' };
const NEWS: readonly InboundContent[] = [
  { kind: 'opened' },
  { kind: 'unsupported', what: 'image' },
  { kind: 'office', event: 'application.changed', params: { applicationNo: 'SQ1', state: 'ACTIVE' } },
  { kind: 'staff', event: 'claimed' },
  { kind: 'staff', event: 'given_back' },
  { kind: 'staff', event: 'released' },
  { kind: 'staff', event: 'replied', text: '您好', reply: 'k_1:1' },
  { kind: 'staff', event: 'asked', what: 'verification', text: '', reply: 'k_1:2' },
  { kind: 'staff', event: 'act_offered', flow: 'unbind', slots: {}, reply: 'k_1:3' },
  { kind: 'staff', event: 'closed', case: 'k_1' as never },
  { kind: 'staff', event: 'reopened', case: 'k_1' as never },
];

class Talk {
  conversation = empty;
  now = START;
  tasks: NewTask[] = [];
  links: NewLink[] = [];
  last: Turn | undefined;
  counter = 0;

  context(): TurnContext {
    return {
      ...library,
      now: this.now,
      random: (size) => {
        this.counter += 1;
        return new Uint8Array(size).fill(this.counter % 251);
      },
      secureUrl: (token) => `secure:${token}`,
    };
  }

  contentOf(what: Happening): InboundContent | undefined {
    switch (what.kind) {
      case 'said':
        return { kind: 'text', text: SAID[what.pick] as string, masked: [] };
      case 'typed':
        return { kind: 'text', text: what.text, masked: [] };
      case 'chosen': {
        const choices = this.conversation.asking?.choices ?? [];
        const choice = choices[what.pick % Math.max(1, choices.length)];
        return { kind: 'choice', value: choice?.value ?? 'do:repeat' };
      }
      case 'secure': {
        const link = this.links.at(-1);
        if (link === undefined) return undefined;
        const slots = slotsFor(link);
        return { kind: 'secure.done', link: link.id, purpose: link.purpose, slots };
      }
      case 'settled': {
        const task = this.tasks.pop();
        if (task === undefined) return undefined;
        const fits = resultFor(task, what.pick);
        const result =
          what.outcome === 'done' ? fits : what.outcome === 'refused' ? { code: 'not_found' } : {};
        return {
          kind: 'task.settled',
          task: task.id,
          name: task.name,
          outcome: what.outcome as 'done',
          result,
        };
      }
      case 'later':
        this.now += what.minutes * 60_000;
        return undefined;
      case 'news':
        return NEWS[what.pick];
    }
  }

  /** Plays one thing and checks what must always hold. */
  play(what: Happening): void {
    const content = this.contentOf(what);
    if (content === undefined) return;
    this.now += 1_000;
    const before = this.conversation;
    const result = turn(before, [content], this.context());
    this.last = result;
    this.tasks.push(...result.tasks);
    this.links.push(...result.links);
    this.conversation = result.conversation;
    for (const task of result.tasks.filter(({ name }) => ACTS.has(name)))
      this.checkAct(before, content, task);
    expect(result.conversation.version).toBe(before.version + 1);
    expect(result.conversation.stack.length).toBeLessThanOrEqual(STACK_LIMIT);
    for (const reply of result.replies) expect(render(reply, library.knowledge).text).not.toBe('');
    // Saved JSON is read again: nothing may be lost on the way.
    expect(JSON.parse(JSON.stringify(result.conversation))).toEqual(result.conversation);
  }

  checkAct(before: Conversation, content: InboundContent, task: NewTask): void {
    expect(['text', 'choice', 'secure.done']).toContain(content.kind);
    expect(before.asking?.slot).toMatch(/^confirm/u);
    // The summary was shown, and not too long ago; a page shows it beside its own button.
    if (content.kind === 'secure.done') expect(content.slots.answer).toBe('yes');
    else expect(this.now - Date.parse(before.asking?.askedAt ?? '')).toBeLessThanOrEqual(CONFIRM_WITHIN_MS);
    expect(Date.parse(before.profile.person?.until ?? '')).toBeGreaterThan(this.now);
    expect(task.input.payer ?? task.input.person).toBe(before.profile.person?.ref as PersonRef);
    // Nobody else's: the relative is the one of the summary that was confirmed.
    if (task.input.dependent !== undefined) {
      expect(task.input.dependent).toBe(before.stack.at(-1)?.slots.dependent);
    }
  }
}

/** What the page of a link tells the conversation. */
function slotsFor({ purpose, context }: NewLink): JsonObject {
  const { before, ...shown } = context;
  const nos = (Array.isArray(before) ? before : []).map((item) => (item as JsonObject).bindingNo ?? null);
  if (purpose === 'verify') return { person: 'p_1', personName: '张*' };
  if (purpose === 'order') return { first: nos.at(-1) ?? null, order: nos.toReversed() };
  if (purpose !== 'relative') return { ...shown, answer: 'yes' };
  return {
    dependent: 'p_2',
    dependentName: '王*',
    dependentAge: 60,
    pledge: { version: '1', digest: 'd', signedAt: '2026-11-22T01:00:00Z' },
  };
}

function resultFor(task: NewTask, pick: number): JsonObject {
  if (task.name === 'look-up-records') return RESULTS[3] as JsonObject;
  if (task.name === 'query' && task.input.object === 'premiums') return PREMIUMS;
  if (task.name === 'query' && task.input.object === 'balance') return ACCOUNT;
  if (task.name === 'query') return [...RESULTS.slice(0, 3), PAYERS][pick % 4] as JsonObject;
  if (task.name === 'view-data') return COUNTS;
  if (task.name === 'erase-data') return { receipt: 'SC-1' };
  if (task.name === 'check-invitation') return { isOpen: false, role: 'payer' };
  return RESULTS[4 + (pick % 2)] as JsonObject;
}

describe('a turn', () => {
  it('never throws, never acts without a yes of a verified person, and never leaves anybody stuck', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 25 }), (happenings) => {
        const talk = new Talk();
        for (const what of happenings) talk.play(what);
        // Whatever happened: a person is one word away, unless one is already there.
        const { status } = talk.conversation;
        talk.play({ kind: 'said', pick: SAID.indexOf('转人工') });
        if (status === 'human') expect(talk.last?.replies).toEqual([]);
        else {
          expect(talk.conversation.status).toBe('waiting');
          expect(talk.last?.replies.map(({ id }) => id)).toContainEqual(
            expect.stringMatching(/^hand_off\.|^repair\.too_many/u),
          );
        }
      }),
      { numRuns: 300, seed: 20261124 },
    );
  });

  it('gives the same turn for the same input', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 12 }), (happenings) => {
        const [one, other] = [new Talk(), new Talk()];
        for (const what of happenings) {
          one.play(what);
          other.play(what);
        }
        expect(one.conversation).toEqual(other.conversation);
      }),
      { numRuns: 60, seed: 20261124 },
    );
  });

  it('ends what cancel can end, and nothing that was submitted', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 15 }), (happenings) => {
        const talk = new Talk();
        for (const what of happenings) talk.play(what);
        if (talk.conversation.status === 'human') return;
        for (let tries = 0; tries <= STACK_LIMIT && talk.conversation.stack.length > 0; tries += 1) {
          talk.play({ kind: 'said', pick: SAID.indexOf('取消') });
        }
        const left = talk.conversation.stack;
        const submitted = talk.last?.replies.some(({ id }) => id === 'repair.already_submitted') ?? false;
        expect(left.length === 0 || submitted).toBe(true);
      }),
      { numRuns: 150, seed: 20261124 },
    );
  });
});

describe('messages sent in one breath', () => {
  it('are one utterance', () => {
    const talk = new Talk();
    const texts = ['给我妈', '绑定家庭共济', '我在江苏'].map(
      (text): InboundContent => ({ kind: 'text', text, masked: [] }),
    );
    const result = turn(empty, texts, talk.context());
    expect(result.conversation.stack.map(({ flow }) => flow)).toEqual(['bind']);
    expect(result.conversation.stack[0]?.slots).toMatchObject({
      relation: 'parent',
      region: expect.stringMatching(/^32/u),
    });
    expect(result.replies.map(({ id }) => id)).toEqual(['bind.ask.same_province']);
  });
});
