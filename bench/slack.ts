/**
 * How fast presses in Slack are acknowledged: our door, which writes each down first, beside a bare Bolt receiver
 * that writes nothing, in one process and one run. `node bench/slack.ts [presses]`
 *
 * Slack gives up after 3 seconds; we promise 200 ms at the 99th percentile. The figures are of this machine; what
 * holds elsewhere is the ratio.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, HTTPReceiver } from '@slack/bolt';
import { createSlackView } from '../src/connectors/slack/index.ts';
import { createLibraryLogger } from '../src/connectors/slack/logger.ts';
import { openStore } from '../src/store/open.ts';
import { createTinyDesk } from '../test/connectors/slack/tiny-desk.ts';
import { BOT_TOKEN, CHANNEL, SIGNING_SECRET, SlackDouble } from '../test/doubles/slack/double.ts';
import { messageEvent } from '../test/doubles/slack/payloads.ts';
import { sendEvent } from '../test/doubles/slack/people.ts';

const PRESSES = Number(process.argv[2] ?? 600);
const AT_ONCE = [1, 5, 20];
const PATH = '/slack/events';

interface Runner {
  readonly name: string;
  readonly server: Server;
  readonly slack: SlackDouble;
}

const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };
const dir = mkdtempSync(join(tmpdir(), 'gongji-bench-'));
const opened = await openStore({
  url: `sqlite://${join(dir, 'bench.sqlite')}`,
  clock,
  random,
  vaultKey: new Uint8Array(32).fill(7),
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});
const desk = createTinyDesk(clock);
const slack = await new SlackDouble().start();
slack.members.push('U0CLERK01');
const view = createSlackView({
  options: {
    mode: 'http',
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    channel: CHANNEL,
    everyMs: 0,
    apiUrl: slack.apiUrl,
    roles: { lead: [], curator: [], auditor: [] },
  },
  desk,
  inbox: opened.store,
  clock,
  event: () => {},
});
await view.start();
desk.open();
await view.settle();

const bare = new HTTPReceiver({
  signingSecret: SIGNING_SECRET,
  endpoints: PATH,
  logger: createLibraryLogger(() => {}),
});
bare.init({ processEvent: async ({ ack }: { ack: () => Promise<void> }) => ack() } as unknown as App);

const ours = await serving('ours, row first', (request, response) =>
  view.listeners[0]?.listener(request, response),
);
const theirs = await serving('bare Bolt', (request, response) => bare.requestListener(request, response));
try {
  // Both warm before anything is measured.
  for (const runner of [theirs, ours]) await run(runner, 100, 5);
  process.stdout.write('at once | bare Bolt p50 / p99 ms | ours p50 / p99 ms | ratio p50\n');
  for (const atOnce of AT_ONCE) {
    const [plain, durable] = [await run(theirs, PRESSES, atOnce), await run(ours, PRESSES, atOnce)];
    process.stdout.write(
      `${String(atOnce).padStart(7)} | ${show(plain)} | ${show(durable)} | ${(durable.p50 / plain.p50).toFixed(1)}\n`,
    );
    await view.settle();
  }
} finally {
  await view.stop();
  for (const { server } of [ours, theirs]) {
    server.closeAllConnections();
    server.close();
  }
  await slack.stop();
  await opened.close();
  rmSync(dir, { recursive: true, force: true });
}

async function serving(name: string, listener: RequestListener): Promise<Runner> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sender = new SlackDouble();
  sender.target = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
  return { name, server, slack: sender };
}

/** So many words in a thread, a few at once, each of them to become a note. */
async function run(
  { name, slack: sender }: Runner,
  total: number,
  atOnce: number,
): Promise<{ readonly p50: number; readonly p99: number }> {
  const root = slack.posted[0]?.ts ?? '';
  const took: number[] = [];
  let next = 0;
  async function lane(): Promise<void> {
    while (next < total) {
      const n = next++;
      const words = messageEvent({
        channel: CHANNEL,
        user: 'U0CLERK01',
        text: `第 ${n} 句，先看一下钱包`,
        ts: `1700000001.${String(n).padStart(6, '0')}`,
        thread: root,
      });
      const answer = await sendEvent(sender, words, { id: `Ev-${name}-${atOnce}-${total}-${n}` });
      if (answer.status !== 200) throw new Error(`${name} answered ${answer.status}`);
      took.push(answer.ms);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane));
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function show({ p50, p99 }: { readonly p50: number; readonly p99: number }): string {
  return `${p50.toFixed(1)} / ${p99.toFixed(1)}`.padStart(16);
}
