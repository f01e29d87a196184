/**
 * The whole program with a citizen who binds a relative on the page, another on WeChat, and a clerk in Slack, full
 * of planted values. Afterwards everything that leaves it for those who run it is searched: log, numbers,
 * traces, health, errors. What identifies people, what they said, and every secret stands in none of it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { BOT_TOKEN, CHANNEL, type Posted, SIGNING_SECRET, SlackDouble } from '../doubles/slack/double.ts';
import { slackPerson, wordsOf } from '../doubles/slack/people.ts';
import { openWechat, type Wechat } from '../doubles/wechat/index.ts';
import { openReceiver, type Receiver } from './otlp.ts';
import { citizen, type Running, startServer } from './running.ts';

const SOON = { timeout: 30_000, interval: 100 };
const METRICS_TOKEN = 'metrics-token-planted-0123456789';
const PHONE = '13800138000';
const PAYER = { name: '郑凯', number: '990101198210100112' };
const RELATIVE = { name: '杨淑芬', number: '990101195909090129' };
const SIGNATURE = '郑凯亲笔签名';
const CITIZEN_WORDS = '我妈在石家庄住院花了八千';
const STAFF_WORDS = '您好，请先打开医保钱包再看一次';

let dir: string;
let server: Running;
let wechat: Wechat;
let slack: SlackDouble;
let receiver: Receiver;
const seen: { readonly what: string; readonly text: string }[] = [];
const secrets: string[] = [METRICS_TOKEN, BOT_TOKEN, SIGNING_SECRET];

beforeAll(async () => {
  await buildPages({ force: false });
  dir = mkdtempSync(join(tmpdir(), 'gongji-ops-'));
  wechat = await openWechat({ clock: { now: () => Date.now() } });
  slack = await new SlackDouble().start();
  slack.members.push('U0CLERK01');
  receiver = await openReceiver();
  const { account } = wechat;
  secrets.push(account.secret, account.token, account.aesKey);
  server = await startServer({
    GONGJI_DATA: dir,
    GONGJI_LOG: 'debug',
    GONGJI_METRICS_TOKEN: METRICS_TOKEN,
    GONGJI_OTLP_URL: receiver.url,
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
  });
  secrets.push(readFileSync(join(dir, 'vault.key'), 'utf8').trim());
  wechat.connect(`${server.url}/wechat/oa`);
  slack.target = `${server.url}/slack/events`;
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await slack?.stop();
  await wechat?.close();
  await receiver?.close();
  rmSync(dir, { recursive: true, force: true });
});

const looking = async (path: string, token = METRICS_TOKEN): Promise<string> => {
  const response = await fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  const text = await response.text();
  seen.push({ what: path, text });
  return text;
};
const code = async (): Promise<string> => {
  const codes = (): readonly string[] => server.told().match(/\b\d{6}\b/gu) ?? [];
  await vi.waitFor(() => expect(codes().length).toBeGreaterThan(0), SOON);
  return codes().at(-1) ?? '';
};

async function bindOnThePage(): Promise<void> {
  const zheng = citizen(server.url);
  await zheng.open();
  await zheng.say({ text: `我电话${PHONE}，身份证${PAYER.number}` });
  await zheng.say({ text: '给妈妈绑定，我在石家庄' });
  await zheng.page('bind.ask.same_province');
  await zheng.say({ choose: 'yes' });
  const link = async (nth: number): Promise<string> => {
    const found = async () => {
      const page = await zheng.page('/s/');
      return [...new Set([...page.matchAll(/\/s\/([\w-]{20,})/gu)].map(([, token]) => token ?? ''))];
    };
    let tokens: readonly string[] = [];
    await vi.waitFor(async () => {
      tokens = await found();
      expect(tokens.length).toBeGreaterThanOrEqual(nth);
    }, SOON);
    const token = tokens.at(-1) ?? '';
    secrets.push(token);
    return token;
  };
  const first = await link(1);
  await zheng.ask(`/api/secure/${first}`);
  const begun = await zheng.ask(`/api/secure/${first}`, { person: 'zheng-kai' });
  const { challenge } = JSON.parse(begun.text) as { readonly challenge: string };
  expect(
    (await zheng.ask(`/api/secure/${first}`, { person: 'zheng-kai', challenge, code: await code() })).status,
  ).toBe(200);
  const second = await link(2);
  await zheng.ask(`/api/secure/${second}`);
  const form = { name: RELATIVE.name, documentType: 'resident_id', documentNumber: RELATIVE.number };
  const wrong = await zheng.ask(`/api/secure/${second}`, {
    ...form,
    documentNumber: '990101195909090120',
    agreed: true,
    signature: SIGNATURE,
  });
  seen.push({ what: 'a refused form', text: wrong.text });
  expect(
    (await zheng.ask(`/api/secure/${second}`, { ...form, agreed: true, signature: SIGNATURE })).status,
  ).toBe(200);
  await vi.waitFor(async () => expect(await looking('/metrics')).toContain('outcome="committed"'), SOON);
  await zheng.page('bind.confirm');
  await zheng.say({ choose: 'yes' });
  await vi.waitFor(async () => {
    expect(await looking('/metrics')).toMatch(/gongji_tasks_settled_total\{task="bind",outcome="done"\} 1/u);
  }, SOON);
  secrets.push(...zheng.cookies.values());
}

async function wantAPerson(): Promise<void> {
  const li = citizen(server.url);
  await li.open();
  await li.say({ text: `${CITIZEN_WORDS}，转人工` });
  const card = (): Posted => {
    const found = slack.posted.find(({ thread }) => thread === undefined);
    if (found === undefined) throw new Error('There is no card yet');
    return found;
  };
  await vi.waitFor(() => expect(wordsOf(card())).toContain('石家庄'), SOON);
  const lin = slackPerson(slack, 'U0CLERK01');
  await lin.press(card(), 'case.claim');
  await vi.waitFor(() => expect(wordsOf(card())).toContain('<@U0CLERK01>'), SOON);
  await lin.press(card(), 'case.reply');
  let form = '';
  await vi.waitFor(() => {
    const last = [...slack.views].at(-1);
    expect(JSON.stringify(last?.[1].title)).toContain('回复参保人');
    form = last?.[0] ?? '';
  }, SOON);
  await lin.submit(form, { text: STAFF_WORDS });
  await li.page(STAFF_WORDS);
  secrets.push(...li.cookies.values());
}

async function talkOnWeChat(): Promise<void> {
  const phone = wechat.phone('王示例');
  await wechat.push(phone.write(`${CITIZEN_WORDS}，怎么绑定`));
  await wechat.settled();
  await vi.waitFor(() => expect(phone.reads().length).toBeGreaterThan(0), SOON);
  secrets.push(phone.openid);
}

describe('a whole binding, a talk on WeChat and a reply of the desk', () => {
  test('are done, seen in numbers and traces, and nothing of it says who it was', async () => {
    await bindOnThePage();
    await talkOnWeChat();
    await wantAPerson();
    // What waits is counted every few seconds, not at each look.
    const samples = [
      /gongji_turn_stage_seconds_count\{stage="whole",channel="web"\} [1-9]/u,
      /gongji_turn_stage_seconds_count\{stage="whole",channel="wechat-oa"\} [1-9]/u,
      /gongji_messages_total\{channel="wechat-oa",outcome="stored"\} [1-9]/u,
      /gongji_office_seconds_count\{operation="act",outcome="ok"\} [1-9]/u,
      /gongji_handoffs_total 1/u,
      /gongji_cases_open\{age="under_1h"\} 1/u,
      /gongji_slack_ack_seconds_count [1-9]/u,
      /gongji_windows_open\{channel="wechat-oa",kind="message"\} 1/u,
    ];
    await vi.waitFor(async () => {
      const metrics = await looking('/metrics');
      expect(samples.filter((sample) => !sample.test(metrics))).toEqual([]);
    }, SOON);
    await looking('/healthz');
    await looking('/readyz');
    await looking('/readyz', 'not-the-token');
    await looking(`/nothing/${PAYER.number}`);
    for (const body of ['{', '{"id":"x"}', JSON.stringify({ id: 'x', text: PAYER.number })]) {
      const response = await fetch(`${server.url}/api/chat/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: server.url },
        body,
      });
      seen.push({ what: 'a refused message', text: await response.text() });
    }
    const forged = await fetch(`${server.url}/wechat/oa?signature=x&timestamp=1&nonce=1`, {
      method: 'POST',
      body: '<xml/>',
    });
    seen.push({ what: 'a forged push', text: await forged.text() });
    expect(await server.stop()).toBe(0);
    seen.push({ what: 'the log', text: server.logged() }, { what: 'the traces', text: receiver.raw() });

    const planted = [
      ...[PAYER, RELATIVE].flatMap(({ name, number }) => [name, number]),
      PHONE,
      SIGNATURE,
      CITIZEN_WORDS,
      '石家庄',
      STAFF_WORDS,
      '医保钱包',
      ...secrets,
    ].filter((value) => value.length > 1);
    expect(secrets.length).toBeGreaterThan(10);
    const forms = planted.flatMap((value) => [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString('base64').replace(/=*$/u, ''),
    ]);
    const found = seen.flatMap(({ what, text }) =>
      forms.filter((form) => text.includes(form)).map((form) => `${what}: ${form}`),
    );
    expect(found).toEqual([]);
    // It would have been found: the log and the traces are there, and hold what they should.
    expect(server.logged()).toContain('"event":"task.settled"');
    expect(server.logged()).toContain('"event":"app.stopped"');
  });

  test('one trace leads from the message over the turn to the task, its steps, its end, and the turn that tells it', () => {
    const spans = receiver.spans();
    const task = spans.find(({ name, facts }) => name === 'gongji.task' && facts['gongji.name'] === 'bind');
    const own = spans.filter(({ traceId }) => traceId === task?.traceId);
    const names = own.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'gongji.message',
        'gongji.inbound',
        'gongji.think',
        'gongji.commit',
        'gongji.deliver',
        'gongji.task',
        'gongji.step',
        'gongji.settle',
      ]),
    );
    const by = new Map(own.map((span) => [span.spanId, span]));
    const above = (name: string) => by.get(own.find((span) => span.name === name)?.parentSpanId ?? '')?.name;
    expect(above('gongji.task')).toBe('gongji.message');
    expect(above('gongji.step')).toBe('gongji.task');
    expect(above('gongji.settle')).toBe('gongji.task');
    const told = own.find(
      ({ name, facts }) =>
        name === 'gongji.message' && String(facts['gongji.kinds']).includes('task.settled'),
    );
    expect(by.get(told?.parentSpanId ?? '')?.name).toBe('gongji.settle');
    expect(task?.facts['gongji.outcome']).toBe('done');
    expect(
      spans
        .filter(({ name }) => name === 'gongji.message')
        .every(({ facts }) => /^[0-9a-f]{16}$/u.test(String(facts['gongji.conversation']))),
    ).toBe(true);
  });
});
