/** Whispered drafts, triage on the telephone and gaps in the knowledge, against an adviser that is told what to say. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Advice, Draft, Proposal } from '../../../src/contracts/advice.ts';
import { elementsOf, slackPerson, wordsOf } from '../../doubles/slack/people.ts';
import { type House, openHouse } from './house.ts';

const DRAFTS: readonly Draft[] = [
  {
    id: 'd1',
    text: '请先在手机上开通医保钱包。',
    source: '示例规定，2026-01-01',
    ageDays: 12,
    region: '示例市',
  },
  { id: 'd2', text: '可以到窗口查询。' },
];

const PROPOSAL: Proposal = {
  id: 'g1',
  kind: 'draft',
  state: 'open',
  intent: 'ask.timing',
  label: '多久生效',
  sentence: '钱包次日能用吗',
  by: { id: 'slack:U0CLERK01', displayName: '客服1' },
  at: '2026-11-24T02:00:00.000Z',
};

describe('advice in Slack', () => {
  let house: House;
  let used: { draft: string; outcome: string; sent?: string }[];
  let asked: string[];
  let withdrawn: Set<string>;
  let approvals: string[];
  beforeEach(async () => {
    used = [];
    asked = [];
    withdrawn = new Set();
    approvals = [];
    const advice: Advice = {
      drafts: async () => DRAFTS,
      draft: async (_, id) => DRAFTS.find((draft) => draft.id === id && !withdrawn.has(id)),
      async useDraft({ draft, outcome, sent }) {
        used.push({ draft, outcome, ...(sent === undefined ? {} : { sent }) });
      },
      async triage({ text }) {
        asked.push(text);
        return {
          id: 't1',
          text,
          region: { code: '999900', name: '示例市' },
          asOf: '2026-11-24',
          findings: [
            { cause: 'not_bound', title: '没有绑定', p: 0.5, because: ['说了“绑不上”'], against: ['已参保'] },
          ],
          ask: '请问给谁用？',
          answer: { text: '先绑定，再使用。', source: '示例规定' },
        };
      },
      openCase: async ({ triage }) =>
        triage === 't1' ? house.desk.open({ channel: 'slack' }).id : undefined,
      draftFigures: async () => [],
      gaps: async () => [
        {
          key: 'aaaaaa',
          count: 7,
          examples: ['钱包次日能用吗'],
          guesses: [{ intent: 'ask.timing', label: '多久生效', p: 0.4 }],
          cases: [{ id: house.desk.open().id, number: '261124-0001' }],
          lastAt: '2026-11-24T02:00:00.000Z',
        },
      ],
      proposeEntry: async ({ text, by }) =>
        text.startsWith('空')
          ? { ok: false, reason: 'empty' }
          : { ok: true, isRepeat: false, proposal: { ...PROPOSAL, text, by } },
      proposals: async () => [],
      async approveEntry({ by, proposal }) {
        if (by.id === 'slack:U0CLERK01') return { ok: false, reason: 'own' };
        approvals.push(proposal);
        return { ok: true, isRepeat: false };
      },
    };
    house = await openHouse({ advice });
    lin();
    wang();
  });
  afterEach(async () => {
    expect(house.slack.faults).toEqual([]);
    await house.end();
  });
  const lin = () => slackPerson(house.slack, 'U0CLERK01');
  const wang = () => slackPerson(house.slack, 'U0CLERK02');
  const viewOnScreen = () => [...house.slack.views.keys()].at(-1) as string;
  const withDrafts = () =>
    house.slack.posted.findLast((message) => wordsOf(message).includes('开通医保钱包'));

  async function whispered() {
    const opened = house.desk.open();
    await house.settle();
    await lin().press(house.card(), 'case.claim');
    await house.settle();
    return { opened, drafts: withDrafts() as NonNullable<ReturnType<typeof withDrafts>> };
  }

  test('drafts come to the clerk in the thread, with source, age and region, and reach nobody by themselves', async () => {
    const { opened, drafts } = await whispered();
    for (const part of ['示例规定，2026-01-01', '12 天前核对', '示例市'])
      expect(wordsOf(drafts)).toContain(part);
    expect(drafts.thread).toBe(house.card().ts);
    expect(opened.replies).toEqual([]);
  });

  test('nobody is whispered to before somebody has the floor', async () => {
    const opened = house.desk.open();
    house.desk.happen(opened.id, 'citizen_wrote', { text: '在吗' });
    await house.settle();
    expect(withDrafts()).toBeUndefined();
  });

  test('a second press on the same draft says nothing twice, and is told', async () => {
    const { opened, drafts } = await whispered();
    for (let n = 0; n < 2; n += 1) {
      await lin().press(drafts, 'draft.send', `${opened.id} d1`);
      await house.settle();
    }
    expect(opened.replies).toHaveLength(1);
    expect(used).toHaveLength(1);
    expect(house.slack.hints.at(-1)?.text).toContain('已经发过了');
  });

  test('a draft is sent as it is, changed first, or left; each is counted', async () => {
    const { opened, drafts } = await whispered();
    await lin().press(drafts, 'draft.send', `${opened.id} d1`);
    await house.settle();
    expect(opened.replies.map(({ text }) => text)).toEqual(['请先在手机上开通医保钱包。']);
    await lin().press(drafts, 'draft.edit', `${opened.id} d2`);
    await house.settle();
    await lin().submit(viewOnScreen(), { text: '可以到窗口查询，周末休息。' });
    await house.settle();
    await lin().press(drafts, 'draft.ignore', `${opened.id} d1`);
    await house.settle();
    expect(used).toEqual([
      { draft: 'd1', outcome: 'sent', sent: '请先在手机上开通医保钱包。' },
      { draft: 'd2', outcome: 'edited', sent: '可以到窗口查询，周末休息。' },
      { draft: 'd1', outcome: 'ignored' },
    ]);
  });

  test('a draft of somebody else’s case is not sent, and not counted', async () => {
    const { opened, drafts } = await whispered();
    await wang().press(drafts, 'draft.send', `${opened.id} d1`);
    await house.settle();
    expect(opened.replies).toEqual([]);
    expect(used).toEqual([]);
    expect(house.slack.hints.at(-1)).toMatchObject({ user: 'U0CLERK02' });
  });

  test('a complaint pasted behind the command gives causes, a question and an answer, and a case', async () => {
    await lin().command('我妈的绑不上 <@U0CLERK02>');
    await house.settle();
    const answer = house.slack.responses.at(-1) as NonNullable<(typeof house.slack.responses)[0]>;
    for (const part of ['示例市', '没有绑定', '50%', '请问给谁用？', '先绑定，再使用。'])
      expect(wordsOf(answer)).toContain(part);
    expect(elementsOf(answer).map(({ action_id, value }) => [action_id, value])).toEqual([
      ['triage.open', 't1'],
      ['triage.more', '我妈的绑不上 <@U0CLERK02>'],
    ]);
    expect(asked).toEqual(['我妈的绑不上 <@U0CLERK02>']);
  });

  test('the shortcuts on a message and from anywhere lead to the same answer, from which a case is opened', async () => {
    await lin().shortcut('triage.message', '医保绑不上');
    await house.settle();
    expect(wordsOf(house.slack.views.get(viewOnScreen()) as never)).toContain('没有绑定');
    await lin().shortcut('triage.new');
    await house.settle();
    const form = viewOnScreen();
    await lin().submit(form, { text: '付不了' });
    await house.settle();
    expect(wordsOf(house.slack.views.get(form) as never)).toContain('没有绑定');
    expect(asked).toEqual(['医保绑不上', '付不了']);
  });

  test('the next answer of the caller is typed below the first words, in the form that shows what came of them', async () => {
    house.desk.open();
    await house.settle();
    await lin().command('我妈的绑不上');
    await house.settle();
    const answer = house.slack.responses.at(-1) as NonNullable<(typeof house.slack.responses)[0]>;
    // Seen by the clerk alone, in the channel where the command was typed.
    const { channel, ts } = house.card();
    await lin().press({ ...answer, channel, ts } as never, 'triage.more');
    await house.settle();
    const form = house.slack.views.get(viewOnScreen()) as never;
    expect(wordsOf(form)).toContain('没有绑定');
    expect(JSON.stringify(form)).toContain('我妈的绑不上\\n问：请问给谁用？\\n答：');
    await lin().submit(viewOnScreen(), { text: '我妈的绑不上\n问：请问给谁用？\n答：我妈' });
    await house.settle();
    expect(asked.at(-1)).toBe('我妈的绑不上\n问：请问给谁用？\n答：我妈');
  });

  test('what nobody could answer is listed, oftenest first', async () => {
    await lin().command('gaps');
    await house.settle();
    const answer = house.slack.responses.at(-1) as NonNullable<(typeof house.slack.responses)[0]>;
    for (const part of ['钱包次日能用吗', '7 次', '多久生效', '261124-0001'])
      expect(wordsOf(answer)).toContain(part);
  });

  test('a draft that does not hold any more is not sent, and the clerk is told', async () => {
    const { opened, drafts } = await whispered();
    withdrawn.add('d1');
    await lin().press(drafts, 'draft.send', `${opened.id} d1`);
    await house.settle();
    expect(opened.replies).toEqual([]);
    expect(house.slack.hints.at(-1)?.text).toContain('已不能用');
  });

  test('a proposal without words is not made, and the clerk is told how', async () => {
    await whispered();
    const before = house.slack.posted.length;
    await lin().press(house.card(), 'case.more#2', 'gap');
    await house.settle();
    await lin().submit(viewOnScreen(), { text: '空的' });
    await house.settle();
    expect(house.slack.posted).toHaveLength(before);
    expect(house.slack.hints.at(-1)?.text).toContain('例句');
  });

  test('what should be known is proposed by one and approved by another', async () => {
    await whispered();
    await lin().press(house.card(), 'case.more#2', 'gap');
    await house.settle();
    await lin().submit(viewOnScreen(), { text: '新开通的钱包次日可用' });
    await house.settle();
    const proposal = house.slack.posted.at(-1) as NonNullable<(typeof house.slack.posted)[0]>;
    for (const part of ['新开通的钱包次日可用', '钱包次日能用吗', '多久生效'])
      expect(wordsOf(proposal)).toContain(part);
    await lin().press(proposal, 'gap.approve');
    await house.settle();
    expect(approvals).toEqual([]);
    expect(house.slack.hints.at(-1)?.text).toContain('另一位同事');
    await wang().press(proposal, 'gap.approve');
    await house.settle();
    expect(approvals).toEqual(['g1']);
  });
});
