/** The whole house between a citizen in WeChat and a clerk in Slack; neither notices the other's platform. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { readConfig } from '../../src/config.ts';
import { type Running, startGongji } from '../../src/main.ts';
import { BOT_TOKEN, CHANNEL, type Posted, SIGNING_SECRET, SlackDouble } from '../doubles/slack/double.ts';
import { slackPerson, wordsOf } from '../doubles/slack/people.ts';
import { openWechat, type Wechat } from '../doubles/wechat/index.ts';

const SOON = { timeout: 20_000, interval: 40 };

let house: Running;
let slack: SlackDouble;
let wechat: Wechat;
let dir: string;
afterEach(async () => {
  await house.stop();
  await slack.stop();
  await wechat.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(): Promise<void> {
  await buildPages({ force: false });
  slack = await new SlackDouble().start();
  wechat = await openWechat({ clock: { now: () => Date.now() } });
  dir = mkdtempSync(join(tmpdir(), 'gongji-slack-'));
  const { account } = wechat;
  const config = readConfig({
    GONGJI_DATA: dir,
    GONGJI_PORT: '0',
    GONGJI_LOG: 'silent',
    GONGJI_WECHAT_OA_APPID: account.appid,
    GONGJI_WECHAT_OA_SECRET: account.secret,
    GONGJI_WECHAT_OA_TOKEN: account.token,
    GONGJI_WECHAT_OA_AES_KEY: account.aesKey,
    GONGJI_WECHAT_OA_CERTIFIED: 'yes',
    GONGJI_WECHAT_OA_API_BASE: wechat.url,
    GONGJI_SLACK_MODE: 'http',
    GONGJI_SLACK_BOT_TOKEN: BOT_TOKEN,
    GONGJI_SLACK_SIGNING_SECRET: SIGNING_SECRET,
    GONGJI_SLACK_CHANNEL: CHANNEL,
    GONGJI_SLACK_API_URL: slack.apiUrl,
    GONGJI_SLACK_EVERY_MS: '0',
  });
  house = await startGongji(config, () => {});
  slack.target = `${house.url}/slack/events`;
  wechat.connect(`${house.url}/wechat/oa`);
  await wechat.verify();
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

test('from 转人工 on the phone to the clerk in Slack, back, closed, and rated with two taps', async () => {
  await open();
  const phone = wechat.phone('wang');
  const screen = () => phone.reads().join('\n');
  const lin = slackPerson(slack, 'U0CLERK01');
  await phone.follow();
  await phone.say('绑了家庭共济怎么没显示，转人工');
  await vi.waitFor(() => expect(wordsOf(card())).toContain('怎么没显示'), SOON);
  expect(wordsOf(card())).toContain('微信');
  await lin.press(card(), 'case.claim');
  await vi.waitFor(() => expect(wordsOf(card())).toContain('<@U0CLERK01>'), SOON);
  await lin.say(card(), '先看一下钱包');
  await phone.say('我妈在医院等着');
  await vi.waitFor(() => expect(thread()).toContain('我妈在医院等着'), SOON);
  await lin.press(card(), 'case.reply');
  await lin.submit(await form('回复参保人'), { text: '您好，请先打开医保钱包🙂，再看一次。' });
  await vi.waitFor(() => expect(screen()).toContain('请先打开医保钱包🙂'), SOON);
  await vi.waitFor(() => expect(thread()).toContain('回复已送达'), SOON);
  await lin.press(card(), 'case.close');
  await lin.submit(await form('结案'), { cause: 'wallet_not_opened', note: '教会了' });
  await vi.waitFor(() => expect(screen()).toContain('不满意'), SOON);
  await phone.tap('不满意');
  await vi.waitFor(() => expect(screen()).toContain('等得太久'), SOON);
  await phone.tap('等得太久');
  await vi.waitFor(() => expect(wordsOf(card())).toContain('不满意'), SOON);
  expect(screen()).not.toMatch(/先看一下钱包|教会了|slack|U0CLERK|客服1/iu);
  expect(wechat.complaints()).toEqual([]);
  expect(slack.faults).toEqual([]);
});
