/** Whatever breaks between saying something in Slack and knowing that it was said, it stands there once. */
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { slackPerson, wordsOf } from '../../doubles/slack/people.ts';
import { type House, openHouse } from './house.ts';
import type { TinyDesk } from './tiny-desk.ts';

let house: House;
afterEach(async () => {
  expect(house.slack.faults).toEqual([]);
  await house.end();
});

const cards = () => house.slack.posted.filter(({ thread }) => thread === undefined);
const thread = () => house.slack.posted.filter(({ thread: of }) => of === house.card().ts);
const lin = () => slackPerson(house.slack, 'U0CLERK01');
const GONE = new AppError('store_busy', 'the process is no more');

/** A desk whose books break at what is kept under a name: what Slack was told is not known any more. */
function forgetting(view: RegExp) {
  let isBroken = false;
  return {
    desk: (tiny: TinyDesk): TinyDesk => ({
      ...tiny,
      async setAnchor(anchor) {
        if (isBroken && view.test(anchor.view)) throw GONE;
        return tiny.setAnchor(anchor);
      },
    }),
    tear: () => {
      isBroken = true;
    },
    mend: () => {
      isBroken = false;
    },
  };
}

/** Draws until the books break, and goes on in another process with sound ones. */
async function breakAndGoOn(books: ReturnType<typeof forgetting>): Promise<void> {
  await expect(house.view.settle()).rejects.toBe(GONE);
  books.mend();
  await house.restart();
  await house.settle();
}

describe('a process that dies between saying and keeping', () => {
  test('leaves one card', async () => {
    const books = forgetting(/^slack$/u);
    house = await openHouse({ desk: books.desk });
    books.tear();
    house.desk.open();
    await breakAndGoOn(books);
    expect(cards()).toHaveLength(1);
    await lin().press(house.card(), 'case.claim');
    await house.settle();
    expect(wordsOf(house.card())).toContain('<@U0CLERK01>');
  });

  test('leaves one card in a channel with pages of other talk', async () => {
    const books = forgetting(/^slack$/u);
    house = await openHouse({ desk: books.desk });
    house.slack.pageLimit = 2;
    books.tear();
    house.desk.open();
    await expect(house.view.settle()).rejects.toBe(GONE);
    books.mend();
    for (let n = 0; n < 5; n += 1) house.desk.open();
    await house.settle();
    expect(cards()).toHaveLength(6);
    expect(house.slack.of('conversations.history').length).toBeGreaterThan(0);
  });

  test('leaves one line in the thread, and what happened since is told after it', async () => {
    const books = forgetting(/^slack\.thread$/u);
    house = await openHouse({ desk: books.desk });
    const opened = house.desk.open();
    await house.settle();
    books.tear();
    house.desk.write(opened.id, '还在吗');
    await expect(house.view.settle()).rejects.toBe(GONE);
    house.desk.write(opened.id, '有人吗');
    books.mend();
    await house.restart();
    await house.settle();
    expect(thread().map(wordsOf)).toEqual([
      expect.stringContaining('还在吗'),
      expect.stringContaining('有人吗'),
    ]);
  });

  test('leaves one message of a reply, and its end is drawn into it', async () => {
    const books = forgetting(/^slack\.reply:/u);
    house = await openHouse({ desk: books.desk });
    const opened = house.desk.open();
    await house.settle();
    books.tear();
    house.desk.answer(opened.id, '您好', 'queued');
    await breakAndGoOn(books);
    house.desk.deliver(opened.id, 'sent');
    await house.settle();
    const replies = thread().filter((message) => wordsOf(message).includes('您好'));
    expect(replies).toHaveLength(1);
    expect(wordsOf(replies[0] as never)).toContain('回复已送达');
  });

  test('says a failed reply loudly once', async () => {
    const books = forgetting(/^slack\.reply:/u);
    house = await openHouse({ desk: books.desk });
    const opened = house.desk.open();
    await house.settle();
    books.tear();
    house.desk.answer(opened.id, '您好', 'failed');
    await breakAndGoOn(books);
    expect(house.slack.posted.filter(({ isBroadcast }) => isBroadcast)).toHaveLength(1);
  });
});

test('a card whose answer got lost on the way stands once', async () => {
  house = await openHouse();
  house.slack.fail('chat.postMessage', { status: 503, isDone: true });
  house.desk.open();
  await expect(house.view.settle()).rejects.toMatchObject({ slack: 'http_503' });
  await house.settle();
  expect(cards()).toHaveLength(1);
});

test('a card that was deleted comes again', async () => {
  house = await openHouse();
  const opened = house.desk.open();
  await house.settle();
  house.slack.posted.length = 0;
  opened.priority = 'high';
  house.desk.happen(opened.id, 'priority_set');
  await house.settle();
  expect(cards()).toHaveLength(1);
});

test('where history may not be read, a card is posted all the same', async () => {
  house = await openHouse();
  house.slack.fail('chat.postMessage', { status: 500 });
  house.slack.fail('conversations.history', { error: 'missing_scope' });
  house.desk.open();
  await expect(house.view.settle()).rejects.toMatchObject({ slack: 'http_500' });
  await house.settle();
  expect(cards()).toHaveLength(1);
});

test('replies that could not be shown for a pause of Slack are shown after it', async () => {
  house = await openHouse();
  const opened = house.desk.open();
  await house.settle();
  house.desk.write(opened.id, '还在吗');
  house.desk.answer(opened.id, '您好', 'queued');
  // The line of the thread goes through, the reply does not.
  house.slack.fail('chat.postMessage', { after: 1, retryAfterSeconds: 5 });
  await expect(house.view.settle()).rejects.toMatchObject({ slack: 'ratelimited' });
  await house.settle();
  expect(thread().map(wordsOf).join('\n')).toMatch(/还在吗[\s\S]*您好/u);
});

describe('a note that was typed in the thread', () => {
  const typed = async () => {
    const opened = house.desk.open();
    await house.settle();
    await lin().say(house.card(), '先看一下钱包');
    return opened;
  };

  test('is not said again by another process', async () => {
    house = await openHouse();
    const person = lin();
    await typed();
    // Done by the one process, drawn by the other.
    await house.restart();
    expect(house.desk.done).toEqual(['noted']);
    await house.settle();
    expect(thread()).toEqual([]);
    await person.press(house.card(), 'case.note');
    await house.settle();
    await person.submit([...house.slack.views.keys()].at(-1) as string, { text: '先看一下钱包' });
    await house.settle();
    expect(thread().map(wordsOf)).toEqual([expect.stringContaining('先看一下钱包')]);
  });

  test('is not said again when everything is drawn anew', async () => {
    house = await openHouse();
    lin();
    await typed();
    await house.settle();
    await house.view.rebuild();
    await house.settle();
    expect(thread()).toEqual([]);
  });
});
