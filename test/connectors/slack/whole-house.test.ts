/** The house as `npm start` makes it, with a citizen on the web page and a clerk in Slack, once per mode. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { buildPages } from '../../../scripts/build-pages.ts';
import { readConfig } from '../../../src/config.ts';
import { type Running, startGongji } from '../../../src/main.ts';
import {
  APP_TOKEN,
  BOT_TOKEN,
  CHANNEL,
  type Posted,
  SIGNING_SECRET,
  SlackDouble,
} from '../../doubles/slack/double.ts';
import { slackPerson, wordsOf } from '../../doubles/slack/people.ts';

const SOON = { timeout: 20_000, interval: 50 };

let house: Running;
let slack: SlackDouble;
let dir: string;
afterEach(async () => {
  await house.stop();
  await slack.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function open(mode: 'http' | 'socket'): Promise<string[]> {
  await buildPages({ force: false });
  slack = await new SlackDouble().start();
  dir = mkdtempSync(join(tmpdir(), 'gongji-slack-'));
  slack.members.push('U0CLERK01');
  const told: string[] = [];
  const config = readConfig({
    GONGJI_DATA: dir,
    GONGJI_PORT: '0',
    GONGJI_LOG: 'silent',
    GONGJI_SLACK_MODE: mode,
    GONGJI_SLACK_BOT_TOKEN: BOT_TOKEN,
    ...(mode === 'http'
      ? { GONGJI_SLACK_SIGNING_SECRET: SIGNING_SECRET }
      : { GONGJI_SLACK_APP_TOKEN: APP_TOKEN }),
    GONGJI_SLACK_CHANNEL: CHANNEL,
    GONGJI_SLACK_API_URL: slack.apiUrl,
    // As fast as it goes; how fast Slack may be spoken to is shown elsewhere.
    GONGJI_SLACK_EVERY_MS: '0',
  });
  house = await startGongji(config, (line) => told.push(line));
  if (mode === 'http') slack.target = `${house.url}/slack/events`;
  return told;
}

async function citizen() {
  const headers = { 'content-type': 'application/json', origin: house.url };
  const opened = await fetch(`${house.url}/api/chat/open`, { method: 'POST', headers, body: '{}' });
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  let n = 0;
  return {
    async says(text: string) {
      n += 1;
      const body = JSON.stringify({ id: `message-${n}`, text });
      const answer = await fetch(`${house.url}/api/chat/messages`, {
        method: 'POST',
        headers: { ...headers, cookie },
        body,
      });
      expect(answer.status).toBe(202);
    },
    /** All that stands on the page when it is loaded now. */
    async page(): Promise<string> {
      const stream = await fetch(`${house.url}/api/chat/events?after=0`, { headers: { cookie } });
      const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
      let seen = '';
      const end = setTimeout(() => void reader?.cancel(), 500);
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
        seen += part.value;
      clearTimeout(end);
      return seen;
    },
  };
}

const card = (): Posted => {
  const found = slack.posted.find(({ thread }) => thread === undefined);
  if (found === undefined) throw new Error('There is no card yet');
  return found;
};
const thread = (): string =>
  slack.posted
    .filter(({ thread: of }) => of === card().ts)
    .map(wordsOf)
    .join('\n');
const form = async (title: string): Promise<string> => {
  let id = '';
  await vi.waitFor(() => {
    const last = [...slack.views].at(-1);
    expect(JSON.stringify(last?.[1].title)).toContain(title);
    id = last?.[0] ?? '';
  }, SOON);
  return id;
};

describe.each(['http', 'socket'] as const)('with Slack over %s', (mode) => {
  test('a citizen asks for a person on the page, is answered from Slack, and never notices', async () => {
    const told = await open(mode);
    expect(told.some((line) => line.includes('Slack 客服台已就绪'))).toBe(true);
    const zhang = await citizen();
    await zhang.says('绑定了但是不显示，转人工');
    await vi.waitFor(() => expect(wordsOf(card())).toContain('绑定了但是不显示'), SOON);
    const lin = slackPerson(slack, 'U0CLERK01');
    await lin.press(card(), 'case.claim');
    await vi.waitFor(() => expect(wordsOf(card())).toContain('<@U0CLERK01>'), SOON);
    await lin.say(card(), '先看一下钱包');
    await zhang.says('还在吗');
    await vi.waitFor(() => expect(thread()).toContain('还在吗'), SOON);
    await lin.press(card(), 'case.reply');
    await lin.submit(await form('回复参保人'), { text: '您好，请先打开医保钱包，再看一次。' });
    await vi.waitFor(() => expect(thread()).toContain('回复已送达'), SOON);
    const page = await zhang.page();
    expect(page).toContain('请先打开医保钱包');
    expect(page).not.toMatch(/先看一下钱包|slack|U0CLERK01|客服1/iu);
    await lin.press(card(), 'case.close');
    await lin.submit(await form('结案'), { cause: 'wallet_not_opened' });
    await vi.waitFor(() => expect(wordsOf(card())).toContain('已结案'), SOON);
    await lin.press(card(), 'case.reopen');
    await lin.submit(await form('重新打开'), {});
    await vi.waitFor(() => expect(wordsOf(card())).toContain('处理中'), SOON);
    expect(slack.faults).toEqual([]);
    const health = (await (await fetch(`${house.url}/healthz`)).json()) as object;
    expect(health).toMatchObject({
      ok: true,
      slack: 'connected',
      slackMode: mode,
      slackSilentSeconds: expect.any(Number),
    });
  });
});
