import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHANNEL } from '../../doubles/slack/double.ts';
import { elementsOf, slackPerson, wordsOf } from '../../doubles/slack/people.ts';
import { type House, openHouse } from './house.ts';

describe('the help desk in Slack', () => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse({ roles: { lead: ['U0CLERK09'] } });
    lin();
    wang();
  });
  afterEach(async () => {
    expect(house.slack.faults).toEqual([]);
    expect(house.log.filter(({ name }) => /failed/u.test(name))).toEqual([]);
    await house.end();
  });
  const lin = () => slackPerson(house.slack, 'U0CLERK01');
  const wang = () => slackPerson(house.slack, 'U0CLERK02');
  const viewOnScreen = () => [...house.slack.views.keys()].at(-1) as string;
  const inThread = () => house.slack.posted.filter(({ thread }) => thread === house.card().ts);

  async function claimed() {
    const opened = house.desk.open();
    await house.settle();
    await lin().press(house.card(), 'case.claim');
    await house.settle();
    return opened;
  }

  test('a case is one card, masked, with causes, evidence and what to do next', async () => {
    house.desk.open();
    await house.settle();
    const words = wordsOf(house.card());
    for (const part of [
      '261124-0001',
      '张＊',
      '示例市',
      '没有开通钱包',
      '62%',
      '钱包：没有开通（查到的）',
      '还没有人认领',
    ])
      expect(words).toContain(part);
    expect(house.slack.posted).toHaveLength(1);
  });

  test('the card changes in place, and the thread tells what happened', async () => {
    await claimed();
    expect(house.slack.posted.filter(({ thread }) => thread === undefined)).toHaveLength(1);
    expect(wordsOf(house.card())).toContain('<@U0CLERK01>');
    expect(inThread().map(wordsOf).join('\n')).toContain('认领了个案');
  });

  test('of two who press claim at once the loser alone is told, by name of the winner', async () => {
    house.desk.open();
    await house.settle();
    await Promise.all([lin().press(house.card(), 'case.claim'), wang().press(house.card(), 'case.claim')]);
    await house.settle();
    expect(house.desk.done).toEqual(['claimed']);
    expect(house.slack.hints).toHaveLength(1);
    const owner = house.desk.cases.values().next().value?.owner;
    expect(house.slack.hints[0]?.text).toContain(owner?.displayName);
    expect(house.slack.hints[0]?.user).not.toBe(owner?.id.replace('slack:', ''));
  });

  test('only the form reaches the citizen, and its delivery is shown where it stands', async () => {
    const opened = await claimed();
    await lin().press(house.card(), 'case.reply');
    await house.settle();
    const form = viewOnScreen();
    expect(wordsOf(house.slack.views.get(form) as never)).toContain('转人工');
    const answer = await lin().submit(form, { text: '您好，请在手机上打开钱包。' });
    expect(answer.body).toBeUndefined();
    await house.settle();
    const shown = () => inThread().find((message) => wordsOf(message).includes('请在手机上打开钱包'));
    expect(shown()?.text).toContain('等待送出');
    house.desk.deliver(opened.id, 'sent');
    await house.settle();
    expect(shown()?.text).toContain('已送达');
    expect(shown()?.updates).toBe(1);
    expect(house.desk.done).toEqual(['claimed', 'replied']);
  });

  test('a reply that did not arrive is loud: in the thread, in the channel, on the card, with the owner called', async () => {
    const opened = await claimed();
    await lin().press(house.card(), 'case.reply');
    await house.settle();
    await lin().submit(viewOnScreen(), { text: '您好' });
    await house.settle();
    house.desk.deliver(opened.id, 'failed', 'channel_refused');
    await house.settle();
    const loud = inThread().find(({ isBroadcast }) => isBroadcast);
    expect(wordsOf(loud as never)).toContain('<@U0CLERK01>');
    expect(wordsOf(loud as never)).toContain('渠道拒收');
    expect(wordsOf(house.card())).toContain('有回复没有送达');
    await lin().press(house.card(), 'case.acknowledge');
    await house.settle();
    expect(wordsOf(house.card())).not.toContain('有回复没有送达');
  });

  test('what is said in the thread stays inside, is a note, and is not said twice', async () => {
    await claimed();
    const before = inThread().length;
    await wang().say(house.card(), '我打过电话，没人接 &lt;急&gt;');
    await house.settle();
    expect(house.desk.events.at(-1)).toMatchObject({
      kind: 'noted',
      text: '我打过电话，没人接 <急>',
      by: { id: 'slack:U0CLERK02', displayName: '客服2' },
    });
    expect(inThread()).toHaveLength(before);
    await wang().correct(house.card(), '1700000001.000001', '打过两次');
    await house.settle();
    expect(house.desk.events.at(-1)?.text).toBe('（更正）打过两次');
    expect(house.desk.done.filter((kind) => kind === 'replied')).toEqual([]);
  });

  test('a note by the form shows in the thread', async () => {
    await claimed();
    await lin().press(house.card(), 'case.note');
    await house.settle();
    await lin().submit(viewOnScreen(), { text: '材料在路上 <!channel>' });
    await house.settle();
    const last = inThread().at(-1);
    expect(wordsOf(last as never)).toContain('材料在路上 <!channel>');
    const spoken = last?.blocks.filter((block) => JSON.stringify(block).includes('材料在路上'));
    expect(spoken?.map(({ text }) => text)).toMatchObject([{ type: 'plain_text' }]);
  });

  test('closing asks for the true cause, and a closed case can be opened again', async () => {
    const opened = await claimed();
    await lin().press(house.card(), 'case.close');
    await house.settle();
    await lin().submit(viewOnScreen(), { cause: 'wallet_not_opened', note: '已开通' });
    await house.settle();
    expect(opened.closing).toMatchObject({ trueCause: { id: 'wallet_not_opened' }, note: '已开通' });
    expect(elementsOf(house.card()).map(({ action_id }) => action_id)).toEqual(['case.reopen', 'case.note']);
    await lin().press(house.card(), 'case.reopen');
    await house.settle();
    await lin().submit(viewOnScreen(), {});
    await house.settle();
    expect(opened.status).toBe('assigned');
  });

  test('who does not have the case is told before writing anything; a lead may', async () => {
    await claimed();
    for (const action of ['case.reply', 'case.close', 'case.ask']) {
      await wang().press(house.card(), action);
      await house.settle();
      const shown = house.slack.views.get(viewOnScreen());
      expect(shown).not.toHaveProperty('submit');
      expect(wordsOf(shown as never)).toContain('由 客服1 处理');
    }
    const lead = slackPerson(house.slack, 'U0CLERK09');
    await lead.press(house.card(), 'case.reply');
    await house.settle();
    expect(house.slack.views.get(viewOnScreen())).toHaveProperty('submit');
  });

  test('what was written comes back when the case went to somebody else meanwhile', async () => {
    const opened = await claimed();
    await lin().press(house.card(), 'case.reply');
    await house.settle();
    const form = viewOnScreen();
    opened.owner = { id: 'slack:U0CLERK02', displayName: '客服2' };
    await lin().submit(form, { text: '写了很久的一段话' });
    await house.settle();
    expect(house.slack.hints.at(-1)?.text).toContain('由 客服2 处理');
    expect(wordsOf(house.slack.hints.at(-1) as never)).toContain('写了很久的一段话');
    expect(house.slack.hints.at(-1)?.text).not.toContain('写了很久');
  });

  test('the newest words stay on the card however long the ones before are', async () => {
    house.desk.open({ asked: ['长'.repeat(900), '话'.repeat(900), '最后一句'] });
    await house.settle();
    expect(wordsOf(house.card())).toContain('最后一句');
  });

  test('a list tells cases apart, and goes on on the next sheet', async () => {
    for (let n = 0; n < 12; n += 1) house.desk.open({ subject: `第${n}件的话` });
    await house.settle();
    await lin().command('queue');
    await house.settle();
    const [first] = house.slack.responses;
    expect(wordsOf(first as never)).toMatch(/第9件的话[\s\S]*还有 2 件：\/gongji queue 2/u);
    await lin().command('queue 2');
    await house.settle();
    const second = wordsOf(house.slack.responses.at(-1) as never);
    expect(second).toMatch(/第 2 页[\s\S]*第11件的话/u);
    expect(second).not.toContain('第9件的话');
  });

  test('nobody found out is a cause of its own to choose', async () => {
    const opened = await claimed();
    await lin().press(house.card(), 'case.close');
    await house.settle();
    await lin().submit(viewOnScreen(), { cause: 'none' });
    await house.settle();
    expect(opened.closing?.trueCause).toBeUndefined();
    expect(wordsOf(house.card())).toContain('没有查明');
  });

  test.each([
    ['transfer', 'case.transfer', undefined, { to: 'U0CLERK02' }, 'transferred'],
    ['a question', 'case.ask', undefined, { what: 'region' }, 'asked_for'],
    ['starting an act', 'case.more', 'start_act', { flow: 'bind' }, 'act_offered'],
    ['a rehearsal', 'case.more', 'dry_run', { flow: 'bind' }, 'dry_run'],
    ['giving back', 'case.more', 'give_back', {}, 'given_back'],
    ['snoozing', 'case.more', 'snooze', { until: 'day' }, 'snoozed'],
    ['a look at the person', 'case.more#2', 'reveal', { reason: '核对材料' }, 'revealed'],
    ['priority', 'case.more#2', 'priority', { priority: 'urgent' }, 'priority_set'],
  ] as const)('%s goes through its form', async (_, action, choice, values, event) => {
    await claimed();
    wang();
    await lin().press(house.card(), action, choice);
    await house.settle();
    await lin().submit(viewOnScreen(), values);
    await house.settle();
    expect(house.desk.done.at(-1)).toBe(event);
    expect(house.slack.hints).toEqual([]);
  });

  test('release needs no form', async () => {
    const opened = await claimed();
    await lin().press(house.card(), 'case.more', 'release');
    await house.settle();
    expect(opened.owner).toBeUndefined();
  });

  test('a look at the person shows in the form only, never in a message', async () => {
    await claimed();
    await lin().press(house.card(), 'case.more#2', 'reveal');
    await house.settle();
    const form = viewOnScreen();
    await lin().submit(form, { reason: '核对材料' });
    await house.settle();
    expect(wordsOf(house.slack.views.get(form) as never)).toContain('990101199001010011');
    expect(JSON.stringify([house.slack.posted, house.slack.hints])).not.toContain('990101199001010011');
  });

  test('a form that is not filled in right stays open and changes nothing', async () => {
    await claimed();
    await lin().press(house.card(), 'case.reply');
    await house.settle();
    const form = viewOnScreen();
    for (const text of ['   ', '请报 110101199003070011 给我']) {
      const answer = await lin().submit(form, { text });
      expect(answer.body).toMatchObject({ response_action: 'errors', errors: { text: expect.any(String) } });
    }
    await house.settle();
    expect(house.desk.done).toEqual(['claimed']);
    expect((await lin().submit(form, { text: '请打（0000）88888888' })).body).toBeUndefined();
  });

  test('a press whose form comes too late says so and opens nothing', async () => {
    await claimed();
    const slow = house.slack.trigger(Date.now() - 4000);
    house.slack.trigger = () => slow;
    await lin().press(house.card(), 'case.reply');
    await house.settle();
    expect(house.slack.views.size).toBe(0);
    expect(house.slack.hints.at(-1)?.text).toContain('请再点一次');
  });

  test('a form that was closed before it was filled is no trouble', async () => {
    await claimed();
    house.slack.fail('views.update', { error: 'not_found' });
    await lin().press(house.card(), 'case.reply');
    await house.settle();
    expect(house.slack.hints).toEqual([]);
  });

  test('strangers of the workspace see nothing and change nothing', async () => {
    house.desk.open();
    await house.settle();
    const stranger = slackPerson(house.slack, 'U0OTHER01', 'stranger');
    await stranger.command('queue');
    await stranger.press(house.card(), 'case.claim');
    await stranger.openHome();
    await house.settle();
    expect(JSON.stringify(house.slack.responses)).not.toContain('261124-0001');
    expect(house.slack.homes.size).toBe(0);
    expect(house.desk.done).toEqual([]);
    expect(house.slack.hints.at(-1)?.text).toContain('只对客服台频道的成员开放');
  });

  test.each([
    ['mine', '我的个案', '261124-0001'],
    ['queue', '等人认领', '261124-0002'],
    ['find 261124-0002', '查找', '261124-0002'],
    ['stats', '首次答复', '一半在 4 分钟内'],
    ['help', '/gongji mine', '内部备注'],
    ['', '/gongji mine', '内部备注'],
  ])('/gongji %s answers the asker', async (text, ...parts) => {
    await claimed();
    house.desk.open({ subject: '付不了' });
    await house.settle();
    await lin().command(text);
    await house.settle();
    for (const part of parts) expect(wordsOf(house.slack.responses.at(-1) as never)).toContain(part);
  });

  test('a number in a list leads to its thread', async () => {
    house.desk.open();
    await house.settle();
    await lin().command('queue');
    await house.settle();
    const place = house.card().ts.replace('.', '');
    expect(wordsOf(house.slack.responses[0] as never)).toContain(
      `<https://example-team.slack.com/archives/${CHANNEL}/p${place}|261124-0001>`,
    );
  });

  test('an unknown command is answered at once', async () => {
    const answer = await lin().command('x', '/gonji');
    expect(answer.body).toMatchObject({ text: expect.stringContaining('/gongji') });
    expect(answer.ms).toBeLessThan(1000);
  });

  test('the home page shows my cases, those nobody has, those too late, and the day', async () => {
    await claimed();
    house.desk.open({ subject: '付不了' });
    await lin().openHome();
    await house.settle();
    const words = wordsOf(house.slack.homes.get('U0CLERK01') as never);
    for (const part of ['我的个案', '261124-0001', '等人认领', '261124-0002', '已超时限', '▁▁▁▁▁▁▁▁▁█'])
      expect(words).toContain(part);
  });

  test('many changes of a case are one drawing', async () => {
    const opened = house.desk.open();
    await house.settle();
    const before = house.slack.calls.filter(({ method }) => method.startsWith('chat.')).length;
    for (let n = 0; n < 30; n += 1) house.desk.happen(opened.id, 'citizen_wrote', { text: `第 ${n} 句` });
    await house.settle();
    expect(
      house.slack.calls.filter(({ method }) => method.startsWith('chat.')).length - before,
    ).toBeLessThanOrEqual(2);
    expect(wordsOf(inThread().at(-1) as never)).toContain('第 29 句');
  });

  test('no more than a few messages at once, then one a second', async () => {
    for (let n = 0; n < 10; n += 1) house.desk.open();
    await house.settle();
    expect(house.waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(7000);
    expect(house.waits.every((ms) => ms <= 1000)).toBe(true);
  });

  test('a lead rebuilds the cards: deleted ones come again, standing ones stay', async () => {
    house.desk.open();
    house.desk.open();
    await house.settle();
    house.slack.posted.splice(0, 1);
    await slackPerson(house.slack, 'U0CLERK09').command('rebuild');
    await house.settle();
    expect(house.slack.posted.map(({ text }) => text.slice(3, 14)).sort()).toEqual([
      '261124-0001',
      '261124-0002',
    ]);
    await lin().command('rebuild');
    await house.settle();
    expect(wordsOf(house.slack.responses.at(-1) as never)).toContain('只有负责人');
  });

  test('a case whose citizen had everything deleted says so on its card', async () => {
    const opened = house.desk.open();
    await house.settle();
    house.desk.cases.delete(opened.id);
    house.desk.happen(opened.id, 'closed');
    await house.settle();
    expect(wordsOf(house.card()).trim()).toBe('这个个案已按参保人要求删除。');
  });
});
