/**
 * Takes docs/pictures/slack-case.png: a case in the triage channel as clerks see it, drawn by local-slack's own
 * page. `node scripts/slack-pictures.ts`. It begins itself anew in a network of its own, see test/slack/apart.ts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, newPhonePage } from '../test/browser/harness.ts';
import { apart } from '../test/slack/apart.ts';
import { webCitizen } from '../test/slack/citizen.ts';
import { isHere, startLocalSlack, until, WORKSPACE, wordsOf } from '../test/slack/local-slack.ts';
import { type Started, startHouse } from '../test/slack/started.ts';
import { buildPages } from './build-pages.ts';

const PICTURE = join(import.meta.dirname, '..', 'docs', 'pictures', 'slack-case.png');
const PORT = 8080;
const SCREEN = { width: 1360, height: 1240 };
/** Without its own bar at the top. */
const CLIP = { x: 0, y: 44, width: 1360, height: 1196 };
const { clerk } = WORKSPACE;

/**
 * Runs in the page. local-slack leaves Slack's dates as they were sent, and its signs are emoji, for which the fonts
 * here have no picture: dates become what they say, signs go.
 */
const AS_SLACK_SHOWS = String.raw`
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    node.textContent = node.textContent
      .replaceAll(/<!date\^\d+\^[^|]*\|([^>]*)>/gu, '$1')
      .replaceAll(/[\p{Extended_Pictographic}\u{FE0F}]/gu, '')
      .replaceAll('⋯', '…');
  }`;

if (process.argv[2] === 'apart') await takePicture();
else beginApart();

function beginApart(): void {
  const way = isHere() ? apart() : undefined;
  if (way === undefined) {
    process.stderr.write('local-slack or network namespaces are not to be had here: no picture was taken\n');
    process.exitCode = 1;
    return;
  }
  const [command, ...flags] = way;
  const { status } = spawnSync(command, [...flags, process.execPath, import.meta.filename, 'apart'], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

async function takePicture(): Promise<void> {
  await buildPages({ force: false });
  const slack = await startLocalSlack('http', `http://127.0.0.1:${PORT}/slack/events`);
  let house: Started | undefined;
  let browser: Browser | undefined;
  try {
    house = await startHouse('http', { port: PORT, apiUrl: slack.apiUrl });
    browser = await launchBrowser();
    const citizen = await webCitizen(house.url);
    await citizen.says('绑了家庭共济怎么没显示');
    await until('a question', () => citizen.seen().includes('亲情账户'));
    await citizen.says('亲情账户');
    await until('the cause', () => citizen.seen().includes('不是“家庭共济”'));
    await citizen.says('还是不明白，转人工');
    const card = await until('a card', () => slack.card());
    await slack.press(clerk.id, card, 'case.claim');
    await until('the claim', async () => wordsOf(await slack.card()).includes('处理中'));
    await slack.say(clerk.id, '绑的是亲情账户，要另外办一次家庭共济', card.ts);
    await citizen.says('那原来绑的要删掉吗？');
    await until('the words', async () => (await slack.thread()).includes('要删掉吗'));
    await citizen.says('绑定以后我妈看病刷谁的卡');
    await until('a draft', async () => (await slack.thread()).includes('原样发送'));
    await slack.press(clerk.id, await until('the card', () => slack.card()), 'case.reply');
    await until('the form', () => slack.form()?.blocks.some(({ element }) => element !== undefined));
    slack.submit(clerk.id, {
      text: '您好，原来的不用删。另外办一次“家庭共济”就可以。',
    });
    await until('the delivery', async () => (await slack.thread()).includes('已送达'));
    const { page, context } = await newPhonePage(browser, { size: SCREEN });
    await page.goto(slack.url);
    await page.getByText('repl', { exact: false }).last().click();
    await page.getByText('已送达').last().scrollIntoViewIfNeeded();
    await page.evaluate(AS_SLACK_SHOWS);
    await page.screenshot({ path: PICTURE, clip: CLIP });
    await context.close();
    citizen.leave();
  } finally {
    await browser?.close();
    await house?.stop();
    await slack.close();
  }
}
