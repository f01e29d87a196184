/** Slack through a socket: for networks nobody outside can reach into. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { messageEvent } from '../../doubles/slack/payloads.ts';
import { sendEvent, slackPerson, wordsOf } from '../../doubles/slack/people.ts';
import { type House, openHouse } from './house.ts';

describe('socket mode', () => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse({ mode: 'socket' });
  });
  afterEach(async () => {
    expect(house.slack.faults).toEqual([]);
    await house.end();
  });
  const lin = () => slackPerson(house.slack, 'U0CLERK01');
  const links = () =>
    house.log
      .filter(({ name }) => name === 'slack.link')
      .map(({ fields }) => (fields as { state: string }).state);
  const connectedAgain = (count: number) =>
    vi.waitFor(() => expect(house.slack.connections).toBe(count), 10_000);

  test('needs no address of ours', () => {
    expect(house.view.listeners).toEqual([]);
    expect(house.view.status()).toMatchObject({ mode: 'socket', link: 'connected' });
  });

  test('a press, a form that is refused, a form that is taken, a command and a word in the thread', async () => {
    const person = lin();
    house.desk.open();
    await house.settle();
    await person.press(house.card(), 'case.claim');
    await house.settle();
    await person.press(house.card(), 'case.reply');
    await house.settle();
    const form = [...house.slack.views.keys()].at(-1) as string;
    expect((await person.submit(form, { text: ' ' })).body).toMatchObject({ response_action: 'errors' });
    await person.submit(form, { text: '您好' });
    await person.command('mine');
    await person.say(house.card(), '内部');
    await house.settle();
    expect(house.desk.done).toEqual(['claimed', 'replied', 'noted']);
    expect(wordsOf(house.slack.responses[0] as never)).toContain('261124-0001');
  });

  test.each(['cut', 'refresh'] as const)(
    'a link that is %s comes back by itself, visibly, and what Slack repeats is done once',
    async (how) => {
      lin();
      house.desk.open();
      await house.settle();
      const words = messageEvent({
        channel: house.card().channel,
        user: 'U0CLERK01',
        text: '断线前后',
        ts: '1700000001.000001',
        thread: house.card().ts,
      });
      await sendEvent(house.slack, words, { id: 'Ev1' });
      house.slack.drop(how);
      await connectedAgain(2);
      await vi.waitFor(() => expect(house.view.status().link).toBe('connected'));
      expect((await sendEvent(house.slack, words, { id: 'Ev1', retry: 1 })).status).toBe(200);
      await sendEvent(house.slack, words, { id: 'Ev2', retry: 1 });
      await house.settle();
      expect(house.desk.done).toEqual(['noted', 'noted']);
      expect(links()).toEqual(['connecting', 'connected', 'lost', 'connecting', 'connected']);
    },
  );

  test('a Slack that is away while we reconnect is tried again, not given up', async () => {
    house.slack.fail('apps.connections.open', { status: 500, times: 2 });
    house.slack.drop('cut');
    await connectedAgain(2);
    expect(links().filter((state) => state === 'lost')).toHaveLength(3);
  });

  test('a token for sockets that Slack does not know ends the tries, with a word what to do', async () => {
    house.slack.appToken = 'xapp-another';
    house.slack.drop('cut');
    await vi.waitFor(() => expect(house.view.status().link).toBe('refused'), 10_000);
    expect(house.told.at(-1)).toContain('GONGJI_SLACK_APP_TOKEN');
    expect(house.slack.of('apps.connections.open')).toHaveLength(2);
  });
});
