/** The adviser as `npm start` makes it: a draft sent from Slack reaches the citizen's page, a call becomes a case, a gap a proposal. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildPages } from '../../../scripts/build-pages.ts';
import { readConfig } from '../../../src/config.ts';
import { type Running, startGongji } from '../../../src/main.ts';
import { PROPOSALS_FILE } from '../../../src/review-file.ts';
import { BOT_TOKEN, CHANNEL, type Posted, SIGNING_SECRET, SlackDouble } from '../../doubles/slack/double.ts';
import { elementsOf, slackPerson, wordsOf } from '../../doubles/slack/people.ts';

const SOON = { timeout: 20_000, interval: 50 };
let house: Running;
let slack: SlackDouble;
let dir: string;
let isStopped = false;
beforeEach(async () => {
  await buildPages({ force: false });
  slack = await new SlackDouble().start();
  dir = mkdtempSync(join(tmpdir(), 'gongji-slack-advice-'));
  isStopped = false;
  const config = readConfig({
    GONGJI_DATA: dir,
    GONGJI_PORT: '0',
    GONGJI_LOG: 'silent',
    GONGJI_SLACK_MODE: 'http',
    GONGJI_SLACK_BOT_TOKEN: BOT_TOKEN,
    GONGJI_SLACK_SIGNING_SECRET: SIGNING_SECRET,
    GONGJI_SLACK_CHANNEL: CHANNEL,
    GONGJI_SLACK_CURATORS: 'U0CURATOR1',
    GONGJI_SLACK_API_URL: slack.apiUrl,
    GONGJI_SLACK_EVERY_MS: '0',
  });
  house = await startGongji(config, () => {});
  slack.target = `${house.url}/slack/events`;
});
async function stop(): Promise<void> {
  if (!isStopped) await house.stop();
  isStopped = true;
}
afterEach(async () => {
  await stop();
  expect(slack.faults).toEqual([]);
  await slack.stop();
  rmSync(dir, { recursive: true, force: true });
});

const lin = () => slackPerson(slack, 'U0CLERK01');
const curator = () => slackPerson(slack, 'U0CURATOR1');

async function citizenSays(...texts: string[]): Promise<() => Promise<string>> {
  const headers = { 'content-type': 'application/json', origin: house.url };
  const opened = await fetch(`${house.url}/api/chat/open`, { method: 'POST', headers, body: '{}' });
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  for (const [index, text] of texts.entries()) {
    const body = JSON.stringify({ id: `message-${index}`, text });
    await fetch(`${house.url}/api/chat/messages`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body,
    });
    await house.app.idle();
  }
  return async () => {
    const stream = await fetch(`${house.url}/api/chat/events?after=0`, { headers: { cookie } });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    const end = setTimeout(() => void reader?.cancel(), 500);
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      seen += part.value;
    clearTimeout(end);
    return seen;
  };
}

async function postedWith(words: string): Promise<Posted> {
  const found = () => slack.posted.findLast((message) => wordsOf(message).includes(words));
  await vi.waitFor(() => expect(found()).toBeDefined(), SOON);
  return found() as Posted;
}
async function form(title: string): Promise<string> {
  let id = '';
  await vi.waitFor(() => {
    const last = [...slack.views].at(-1);
    expect(JSON.stringify(last?.[1].title)).toContain(title);
    id = last?.[0] ?? '';
  }, SOON);
  return id;
}

test('a draft that is pressed stands on the page of the citizen, source and all, and is counted', async () => {
  const page = await citizenSays('我在大连参保', '给老公绑要结婚证吗', '转人工');
  const card = await postedWith('转人工');
  await lin().press(card, 'case.claim');
  const drafts = await postedWith('可以这样回复');
  expect(wordsOf(drafts)).toContain('天前核对');
  expect(await page()).not.toContain('可以这样回复');
  const before = (await page()).split('有一样就行').length;
  await lin().press(drafts, 'draft.send');
  await vi.waitFor(
    async () => expect((await page()).split('有一样就行').length).toBeGreaterThan(before),
    SOON,
  );
  expect(await page()).toContain('适用地区：大连市');
  await vi.waitFor(async () => {
    const figures = await house.app.advice.draftFigures();
    expect(figures.find(({ sent }) => sent === 1)).toMatchObject({ meanDistance: 0 });
  }, SOON);
});

test('a call is analysed behind the command and becomes a case that nobody can be written to', async () => {
  await lin().command('我在南京，给妈妈绑的是亲情账户，绑了不显示');
  await vi.waitFor(() => expect(slack.responses.length).toBe(1), SOON);
  const answer = slack.responses[0] as (typeof slack.responses)[0];
  expect(wordsOf(answer)).toContain('亲情账户');
  expect(wordsOf(answer)).toContain('可以念');
  const open = elementsOf(answer).find(({ action_id }) => action_id === 'triage.open');
  expect(open).toBeDefined();
  await lin().press({ ...answer, channel: CHANNEL, ts: '1700000000.000100' } as never, 'triage.open');
  const card = await postedWith('来电登记');
  await lin().press(card, 'case.claim');
  await vi.waitFor(() => expect(wordsOf(card)).toContain('<@U0CLERK01>'), SOON);
  await lin().press(card, 'case.reply');
  await lin().submit(await form('回复参保人'), { text: '请到窗口办理' });
  await vi.waitFor(() => expect(slack.hints.at(-1)?.text).toContain('来电登记'), SOON);
});

test('what nobody could answer is proposed in the thread, approved by the curator, and waits in the file', async () => {
  await citizenSays('钱包那边额度冻住几天放开呀', '转人工');
  const card = await postedWith('转人工');
  await lin().press(card, 'case.claim');
  await vi.waitFor(() => expect(wordsOf(card)).toContain('<@U0CLERK01>'), SOON);
  await lin().press(card, 'case.more#2', 'gap');
  await lin().submit(await form('补知识'), { text: '没有查到公开的放开时间，请打12393问。' });
  const proposal = await postedWith('没有查到公开的放开时间');
  expect(wordsOf(proposal)).toContain('钱包那边额度冻住几天放开呀');
  await lin().press(proposal, 'gap.approve');
  await vi.waitFor(() => expect(slack.hints.at(-1)?.text).toContain('不能审核'), SOON);
  await curator().press(proposal, 'gap.approve');
  await vi.waitFor(() => expect(slack.hints.at(-1)?.text).toContain('已通过'), SOON);
  await stop();
  const file = join(dir, PROPOSALS_FILE);
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain('"state":"approved"');
});
