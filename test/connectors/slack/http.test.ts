/** Slack over HTTP: everything that can go wrong between a press and its row, and between a row and Slack. */
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { APP_TOKEN, BOT_TOKEN, SIGNING_SECRET } from '../../doubles/slack/double.ts';
import { eventBody, messageEvent, revokedEvent } from '../../doubles/slack/payloads.ts';
import { sendEvent, slackPerson, wordsOf } from '../../doubles/slack/people.ts';
import { LASTING } from '../../store/backends.ts';
import { type House, openHouse } from './house.ts';

const MINUTE_MS = 60_000;
const HELD_MS = 30_000;

let house: House;
afterEach(async () => {
  expect(house.slack.faults).toEqual([]);
  const all = JSON.stringify([house.log, house.told]);
  for (const secret of [BOT_TOKEN, APP_TOKEN, SIGNING_SECRET]) expect(all).not.toContain(secret);
  await house.end();
});

const lin = () => slackPerson(house.slack, 'U0CLERK01');

/** A case with its card; the next thing said in its thread is a note. */
async function withCard() {
  lin();
  const opened = house.desk.open();
  await house.settle();
  const words = (text: string) =>
    messageEvent({
      channel: house.card().channel,
      user: 'U0CLERK01',
      text,
      ts: '1700000001.000001',
      thread: house.card().ts,
    });
  return { opened, words };
}

const written = () =>
  house.world.opened.db.selectFrom('staff_items').select('payload').where('source', '=', 'slack').execute();
const notes = () => house.desk.events.filter(({ kind }) => kind === 'noted');
const codes = (name: string) => house.log.filter((line) => line.name === name).map(({ fields }) => fields);

describe('what comes in', () => {
  test('the address is proved to Slack', async () => {
    house = await openHouse();
    const answer = await house.slack.deliver(
      { type: 'url_verification', challenge: 'abc', token: 'x' },
      { type: 'events_api' },
    );
    expect(answer).toMatchObject({ status: 200, body: { challenge: 'abc' } });
  });

  test.each([
    ['a false signature', { secret: 'another' }],
    ['a signature of six minutes ago', { at: Date.now() - 6 * MINUTE_MS }],
    ['a signature of tomorrow', { at: Date.now() + 24 * 60 * MINUTE_MS, secret: 'another' }],
  ])('%s is refused, and nothing is written down', async (_, signing) => {
    house = await openHouse();
    const { words } = await withCard();
    expect((await sendEvent(house.slack, words('偷说'), signing)).status).toBe(401);
    await house.settle();
    expect(notes()).toEqual([]);
    expect(await written()).toEqual([]);
    expect(codes('slack.trouble')).toContainEqual({ code: 'bad_signature' });
  });

  test('a body that is no payload, or too big, changes nothing', async () => {
    house = await openHouse();
    const { words } = await withCard();
    for (const body of [
      { type: 'event_callback' },
      { type: 'block_actions', user: 7 },
      { hello: 'world' },
      { type: 'view_submission' },
    ])
      expect((await house.slack.deliver(body, { type: 'events_api' })).status).toBe(200);
    expect((await sendEvent(house.slack, words('长'.repeat(400_000)))).status).toBe(413);
    await house.settle();
    expect(notes()).toEqual([]);
  });

  test('an address that is none and a request that is no POST are not found', async () => {
    house = await openHouse();
    const target = house.slack.target as string;
    expect((await fetch(target)).status).toBe(404);
    expect((await fetch(`${target}/x`, { method: 'POST' })).status).toBe(404);
  });

  test('the same event again, at once and after 1 and 5 minutes, is done once', async () => {
    house = await openHouse();
    const { words } = await withCard();
    const again = (retry?: number) =>
      sendEvent(house.slack, words('一次'), { id: 'Ev0001', ...(retry === undefined ? {} : { retry }) });
    expect((await again()).status).toBe(200);
    for (const [retry, restMs] of [
      [1, 1000],
      [2, MINUTE_MS],
      [3, 5 * MINUTE_MS],
    ] as const) {
      house.world.clock.advance(restMs);
      expect((await again(retry)).status).toBe(200);
      await house.settle();
    }
    expect(notes()).toHaveLength(1);
    expect(
      codes('slack.received').filter((fields) => 'what' in fields && fields.what === 'duplicate'),
    ).toHaveLength(3);
  });

  test('a retry is done when the first delivery never arrived', async () => {
    house = await openHouse();
    const { words } = await withCard();
    await sendEvent(house.slack, words('只来了重试'), { id: 'Ev0002', retry: 2 });
    await house.settle();
    expect(notes()).toHaveLength(1);
  });

  test('what cannot be written down is not acknowledged, and the retry is', async () => {
    let isDown = true;
    house = await openHouse({
      inbox: (real) => ({
        ...real,
        keepStaffItem: (item) =>
          isDown && item.source === 'slack'
            ? Promise.reject(new AppError('store_busy', 'down'))
            : real.keepStaffItem(item),
      }),
    });
    const { words } = await withCard();
    expect((await sendEvent(house.slack, words('要记下'), { id: 'Ev0003' })).status).toBe(500);
    isDown = false;
    expect((await sendEvent(house.slack, words('要记下'), { id: 'Ev0003', retry: 1 })).status).toBe(200);
    await house.settle();
    expect(notes()).toHaveLength(1);
  });

  test('the acknowledgement comes when the row is written, before anything is done, however much there is to do', async () => {
    let free: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      free = resolve;
    });
    house = await openHouse({
      desk: (tiny) => ({
        ...tiny,
        async note(act) {
          await gate;
          return tiny.note(act);
        },
      }),
    });
    const { words } = await withCard();
    for (let n = 0; n < 60; n += 1) {
      expect((await sendEvent(house.slack, words(`第 ${n} 句`), { id: `Ev1${n}` })).status).toBe(200);
      expect(await written()).toHaveLength(n + 1);
    }
    expect(notes()).toEqual([]);
    free?.();
    await house.settle();
    expect(notes()).toHaveLength(60);
  });

  test.each(LASTING)('what was acknowledged before a crash is done after it, on $name', async (backend) => {
    let isDead = true;
    house = await openHouse({
      backend,
      // The process dies between the acknowledgement and the first thing it would do.
      inbox: (real) => ({
        ...real,
        keepStaffItem: async (item) => {
          const kept = await real.keepStaffItem(item);
          return isDead && item.source === 'slack' ? 'duplicate' : kept;
        },
      }),
    });
    const { words } = await withCard();
    expect((await sendEvent(house.slack, words('崩溃前'), { id: 'Ev0004' })).status).toBe(200);
    await house.settle();
    expect(notes()).toEqual([]);
    isDead = false;
    await house.restart();
    house.world.clock.advance(HELD_MS);
    await house.settle();
    expect(notes().map(({ text }) => text)).toEqual(['崩溃前']);
  });

  test('a press that waited in its row for too long opens no form, and says so', async () => {
    let isDead = true;
    house = await openHouse({
      inbox: (real) => ({
        ...real,
        keepStaffItem: async (item) => {
          const kept = await real.keepStaffItem(item);
          return isDead && item.source === 'slack' ? 'duplicate' : kept;
        },
      }),
    });
    await withCard();
    await lin().press(house.card(), 'case.note');
    isDead = false;
    house.world.clock.advance(HELD_MS);
    await house.settle();
    expect(house.slack.of('views.open')).toEqual([]);
    expect(house.slack.hints.at(-1)?.text).toContain('请再点一次');
  });

  test('our own messages, joins and talk outside threads are not written down', async () => {
    house = await openHouse();
    const { words } = await withCard();
    const { thread_ts: _, ...alone } = words('主频道里说的');
    for (const event of [
      { ...words('机器人'), bot_id: 'B0BOT0001' },
      { ...words('来了'), subtype: 'channel_join' },
      alone,
      { type: 'reaction_added', user: 'U0CLERK01' },
    ])
      expect((await sendEvent(house.slack, event)).status).toBe(200);
    expect(await written()).toEqual([]);
  });

  test('numbers that identify people are hidden before the first write', async () => {
    let stored = '';
    house = await openHouse({
      inbox: (real) => ({
        ...real,
        keepStaffItem(item) {
          stored += JSON.stringify(item);
          return real.keepStaffItem(item);
        },
      }),
    });
    const { words } = await withCard();
    await sendEvent(house.slack, words('身份证 110101199003070011 手机 13800138000'));
    await lin().command('130101199003070011 绑不上');
    await house.settle();
    expect(stored).toContain('证件号已隐藏');
    expect(stored).not.toMatch(/199003070011|13800138000/u);
    expect((await written()).map(({ payload }) => payload)).toEqual(['{}', '{}']);
  });
});

describe('what goes out', () => {
  test('a pause Slack asks for is kept, and the card comes afterwards', async () => {
    house = await openHouse();
    house.slack.fail('chat.postMessage', { retryAfterSeconds: 7 });
    house.desk.open();
    await expect(house.view.settle()).rejects.toMatchObject({ slack: 'ratelimited', retryAfterMs: 7000 });
    await house.settle();
    expect(house.slack.posted).toHaveLength(1);
    expect(house.waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(7000);
  });

  test('a change that fails is tried three times, then left alone until later', async () => {
    house = await openHouse();
    await withCard();
    await lin().press(house.card(), 'case.claim');
    house.slack.fail('chat.update', { status: 500, times: 4 });
    await expect(house.view.settle()).rejects.toMatchObject({ slack: 'http_500', retry: 'later' });
    expect(house.slack.of('chat.update')).toHaveLength(3);
    await house.settle();
    expect(wordsOf(house.card())).toContain('<@U0CLERK01>');
  });

  test('a message that fails is not tried blindly, and comes later', async () => {
    house = await openHouse();
    house.slack.fail('chat.postMessage', { status: 500 });
    house.desk.open();
    await expect(house.view.settle()).rejects.toMatchObject({ slack: 'http_500', retry: 'later' });
    expect(house.slack.of('chat.postMessage')).toHaveLength(1);
    await house.settle();
    expect(house.slack.posted).toHaveLength(1);
  });

  test('one case that Slack refuses does not hold up the others, and is reported', async () => {
    house = await openHouse();
    house.slack.fail('chat.postMessage', { error: 'msg_blocks_too_long' });
    house.desk.open();
    house.desk.open();
    await house.settle();
    expect(house.slack.posted.map(({ text }) => text)).toEqual([expect.stringContaining('261124-0002')]);
    expect(codes('slack.draw_failed')).toEqual([
      { case: expect.stringMatching(/^k_/u), code: 'msg_blocks_too_long' },
    ]);
  });

  test('an act whose answer could not be shown is not done twice', async () => {
    house = await openHouse();
    const { opened } = await withCard();
    const asSeen = structuredClone(house.card());
    await slackPerson(house.slack, 'U0CLERK02').press(house.card(), 'case.claim');
    await house.settle();
    house.slack.fail('chat.postEphemeral', { status: 503, times: 3 });
    await lin().press(asSeen, 'case.claim');
    await house.settle();
    expect(house.slack.hints).toEqual([]);
    house.world.clock.advance(HELD_MS);
    await house.settle();
    expect(house.slack.hints).toHaveLength(1);
    expect(house.desk.done).toEqual(['claimed']);
    expect(opened.owner?.id).toBe('slack:U0CLERK02');
  });

  test('what fails for good is given up after five tries, and the person is told', async () => {
    house = await openHouse();
    await withCard();
    house.slack.fail('response_url', { status: 500, times: 5 });
    await lin().command('queue');
    for (let n = 0; n < 6; n += 1) {
      await house.settle();
      house.world.clock.advance(MINUTE_MS);
    }
    expect(house.slack.responses).toEqual([]);
    expect(house.slack.hints.at(-1)?.text).toContain('没有完成');
  });

  test('a token Slack does not know ends all calls, loudly and once', async () => {
    house = await openHouse();
    await withCard();
    house.slack.botToken = 'xoxb-another';
    house.desk.open();
    await expect(house.view.settle()).rejects.toMatchObject({ slack: 'invalid_auth' });
    const before = house.slack.calls.length;
    await expect(house.view.settle()).rejects.toMatchObject({ slack: 'invalid_auth' });
    expect(house.slack.calls).toHaveLength(before);
    expect(house.view.status().refused).toBe('invalid_auth');
    expect(house.told.filter((line) => line.includes('invalid_auth'))).toHaveLength(1);
  });

  test('an app that is taken out of the workspace stops calling', async () => {
    house = await openHouse();
    await withCard();
    await sendEvent(house.slack, revokedEvent);
    expect(house.view.status().refused).toBe('token_revoked');
    const before = house.slack.calls.length;
    house.desk.open();
    await expect(house.view.settle()).rejects.toMatchObject({ slack: 'token_revoked' });
    expect(house.slack.calls).toHaveLength(before);
  });
});

describe('at the start', () => {
  test('an app outside the triage channel says what to do, and works once it is let in', async () => {
    house = await openHouse();
    house.slack.isMember = false;
    await house.restart();
    expect(house.told.at(-1)).toContain('/invite');
    expect(house.view.status().problem).toBe('not_in_channel');
    house.desk.open();
    await expect(house.view.settle()).rejects.toMatchObject({ slack: 'not_in_channel' });
    house.slack.isMember = true;
    await house.settle();
    expect(house.slack.posted).toHaveLength(1);
  });

  test.each([
    ['missing_scope', '清单'],
    ['channel_not_found', 'GONGJI_SLACK_CHANNEL'],
  ])('%s says what to do', async (error, words) => {
    house = await openHouse();
    house.slack.fail('conversations.info', { error });
    await house.restart();
    expect(house.told.at(-1)).toContain(words);
  });

  test('a Slack that is away keeps nobody from starting', async () => {
    house = await openHouse();
    house.slack.fail('auth.test', { status: 502, times: 3 });
    await house.restart();
    expect(house.view.status()).toMatchObject({ problem: 'http_502', link: 'connected' });
    expect(house.told.at(-1)).toContain('参保人一侧不受影响');
  });

  test('the age of the last event is told', async () => {
    house = await openHouse();
    const { words } = await withCard();
    expect(house.view.status().lastEventAgeMs).toBeUndefined();
    await house.slack.deliver(eventBody('Ev9', words('在'), Date.now()), { type: 'events_api' });
    house.world.clock.advance(42_000);
    expect(house.view.status().lastEventAgeMs).toBeGreaterThanOrEqual(42_000);
  });

  test('what was drawn is not drawn again after a restart', async () => {
    house = await openHouse();
    await withCard();
    await lin().press(house.card(), 'case.claim');
    await house.settle();
    const before = house.slack.posted.length;
    await house.restart();
    await house.settle();
    expect(house.slack.posted).toHaveLength(before);
    expect(wordsOf(house.card())).toContain('<@U0CLERK01>');
  });
});
