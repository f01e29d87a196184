/**
 * How soon the chat is on the screen of a slow phone: `node bench/first-paint.ts`. The phone is Chromium with a
 * processor four times slower, 150 ms to the server and back and 1.6 Mbit/s (Lighthouse's slow 4G), empty cache.
 */
import { launchBrowser, newPhonePage } from '../test/browser/harness.ts';
import { openScriptedHouse } from '../test/web/scripted-house.ts';

const RUNS = 9;
const PROFILE = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 };
const SLOWER = 4;

interface Run {
  /** First pixels, the head of the page among them. */
  readonly paintMs: number;
  /** The greeting, ready to be answered. */
  readonly greetedMs: number;
  readonly bytes: number;
}

const house = await openScriptedHouse(async ({ content }) =>
  content.kind === 'opened' ? [{ text: '您好，我是共济助手。' }] : [],
);
const { url } = await house.server.listen(0, '127.0.0.1');
const browser = await launchBrowser();

async function once(): Promise<Run> {
  const { page, context } = await newPhonePage(browser);
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', PROFILE);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(url);
  await page.getByText('您好，我是共济助手').waitFor();
  const [paintMs, greetedMs] = (await page.evaluate(
    "[performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()]",
  )) as [number, number];
  await context.close();
  return { paintMs, greetedMs, bytes };
}

const median = (values: readonly number[]): number =>
  Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);

try {
  await once(); // The first page of a fresh browser pays for the browser.
  const runs: Run[] = [];
  for (let count = 0; count < RUNS; count += 1) runs.push(await once());
  const paint = runs.map(({ paintMs }) => paintMs);
  console.log(`first paint  median ${median(paint)} ms, slowest ${Math.round(Math.max(...paint))} ms`);
  console.log(`greeted      median ${median(runs.map(({ greetedMs }) => greetedMs))} ms`);
  console.log(`transferred  ${median(runs.map(({ bytes }) => bytes))} bytes`);
} finally {
  await browser.close();
  await house.connector.stop();
  await house.server.close();
}
