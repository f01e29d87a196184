/** Where nobody can prove who they are, questions are answered and nothing is done or looked up. */
import { describe, expect, it } from 'vitest';
import { FLOWS } from '../../flows/index.ts';
import type { TurnContext } from '../../src/dialog/draft.ts';
import { render } from '../../src/dialog/render.ts';
import { turn } from '../../src/dialog/turn.ts';
import type { Address, Conversation, InboundContent } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { groupOf, groupUser, standingOf } from '../../src/domain/standing.ts';
import { openLibrary } from '../../src/library.ts';

const library = openLibrary();
const context: TurnContext = {
  ...library,
  now: Date.parse('2026-11-22T01:00:00Z'),
  random: (size) => new Uint8Array(size).fill(3),
  secureUrl: (token) => `https://example.invalid/s/${token}`,
  elsewhere: { account: '示例医保', page: 'https://gongji.example.invalid' },
};
const alone: Address = { channel: 'wechaty', account: 'bot', user: 'wxid_1' };
const inGroup: Address = { ...alone, user: groupUser('23@chatroom', 'wxid_1') };

function talkAt(address: Address) {
  let conversation: Conversation = {
    id: 'c_test' as ConversationId,
    version: 1,
    address,
    status: 'bot',
    profile: { region: '320000', facts: {} },
    stack: [],
    lastReplies: [],
    misses: 0,
    updatedAt: '2026-11-22T01:00:00.000Z',
  };
  return (content: InboundContent | string) => {
    const one: InboundContent =
      typeof content === 'string' ? { kind: 'text', text: content, masked: [] } : content;
    const done = turn(conversation, [one], context);
    conversation = done.conversation;
    return {
      ...done,
      ids: done.replies.map(({ id }) => id),
      flows: conversation.stack.map(({ flow }) => flow),
    };
  };
}

describe('a channel on which nobody can prove who they are', () => {
  it.each(Object.keys(FLOWS).filter((flow) => flow !== 'diagnose' && flow !== 'hand-off'))(
    'never begins %s, and says where it can be done',
    (flow) => {
      const { ids, flows, tasks, links, replies } = talkAt(alone)({ kind: 'choice', value: `flow:${flow}` });
      expect({ ids, flows, tasks, links }).toEqual({
        ids: ['channel.elsewhere'],
        flows: [],
        tasks: [],
        links: [],
      });
      const { text } = render(replies[0] as (typeof replies)[number], library.knowledge);
      expect(text).toContain('“示例医保”');
      expect(text).toContain('https://gongji.example.invalid');
      expect(text).toContain('转人工');
    },
  );

  it('does not begin an act that is asked for in words, nor for the number of an invitation', () => {
    for (const words of ['给我妈绑定', '查一下余额', '办到哪一步了', '解绑', '我收到邀请码 48213907'])
      expect(talkAt(alone)(words)).toMatchObject({ flows: [], tasks: [], links: [] });
  });

  it('answers questions, and offers no act behind the answer', () => {
    const { replies } = talkAt(alone)('家庭共济怎么绑定');
    expect(replies[0]).toMatchObject({ id: 'answer', params: { followUp: null } });
  });

  it('looks for a cause by asking, never in the records, and sends to where it can be mended', () => {
    const say = talkAt(alone);
    let last = say('绑了我妈，用不了');
    const said = [...last.ids];
    for (let turns = 0; turns < 12 && last.flows.includes('diagnose'); turns += 1) {
      const choices = last.conversation.asking?.choices ?? [];
      const value = choices.find((choice) => choice.value === 'no') ?? choices[0];
      last = value === undefined ? say('不知道') : say({ kind: 'choice', value: value.value });
      said.push(...last.ids);
      expect(last.tasks).toEqual([]);
      expect(last.links).toEqual([]);
    }
    expect(said).not.toContain('diagnose.consent_lookup');
    expect(said.filter((id) => id.startsWith('diagnose.offer.') && id !== 'diagnose.offer.person')).toEqual(
      [],
    );
    expect(said.some((id) => id.startsWith('diagnose.'))).toBe(true);
  });

  it('keeps the complaint in hand when an act is asked for in the middle of it', () => {
    const say = talkAt(alone);
    say('绑了我妈，用不了');
    const { ids, flows } = say({ kind: 'choice', value: 'flow:bind' });
    expect(ids[0]).toBe('channel.elsewhere');
    expect(ids).not.toContain('repair.set_aside');
    expect(flows).toEqual(['diagnose']);
  });

  it('still finds a person to talk to', () => {
    expect(talkAt(alone)('转人工').cases).toHaveLength(1);
  });
});

describe('a group', () => {
  it('is answered, and nobody is questioned about their family in it', () => {
    const say = talkAt(inGroup);
    expect(say('家庭共济是什么').ids[0]).toBe('answer');
    expect(say('绑了我妈，用不了')).toMatchObject({ ids: ['channel.elsewhere.group'], flows: [] });
    expect(say('给我妈绑定')).toMatchObject({ ids: ['channel.elsewhere.group'], flows: [] });
    expect(say('转人工').cases).toHaveLength(1);
  });

  it('is one conversation a member, whatever characters their ids hold', () => {
    const user = groupUser('a/b@chatroom', 'group:x/y');
    expect(groupOf(user)).toEqual({ group: 'a/b@chatroom', member: 'group:x/y' });
    expect(standingOf({ channel: 'wechaty', user })).toEqual({ identity: 'none', readers: 'many' });
    expect(groupOf('wxid_1')).toBeUndefined();
  });
});

describe('every other channel', () => {
  it('lets citizens prove who they are', () => {
    for (const channel of ['web', 'console', 'wechat-oa', 'wecom-kf', 'converse'] as const)
      expect(standingOf({ channel, user: 'x' })).toEqual({ identity: 'page', readers: 'one' });
  });
});
