/**
 * Citizens who talk over the real channels: at a phone with WeChat (sealed pushes, answers in the response or as
 * a message) or on the web page (POST up, server-sent events down). What a server that is down does not take is
 * sent again under its old id, as WeChat and the page do.
 */
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { digestOf } from '../src/domain/secure-token.ts';
import type { Phone } from '../test/doubles/wechat/phone.ts';
import { createPhone } from '../test/doubles/wechat/phone.ts';
import type { Entry } from '../test/doubles/wechat/screen.ts';
import type { World } from './load-world.ts';

/** Tries are half a second apart: long enough for a server to come back, short enough to be counted. */
const AGAIN_MS = 500;

export interface Citizen {
  readonly channel: 'web' | 'wechat-oa';
  /** As the house knows them. */
  readonly user: string;
  /** Ids of what was acknowledged, in order. */
  readonly sent: readonly string[];
  /** Says it, and resolves when it is written down, with the milliseconds until something was answered. */
  say(text: string): Promise<number>;
  /** Taps what is offered under this label. */
  tap(label: string): Promise<number>;
  /** The newest secure page, once it differs from the one before. */
  page(): Promise<string>;
  /** What their browser holds for pages of the house beside the talk; takes what it is given. */
  readonly jar?: { cookie(): string; take(given: readonly string[]): void };
  /** Resolves when such words have been read. */
  reads(words: string): Promise<void>;
  /** What the house has said, as it was seen; lines in their order. */
  seen(): readonly SeenLine[];
  leave(): void;
}

export interface SeenLine {
  /** Of the talk, where the channel tells. */
  readonly position?: number;
  readonly text: string;
}

export interface CitizenOptions {
  readonly world: World;
  readonly index: number;
  /** How long an answer is waited for before the citizen goes on without. */
  readonly patienceMs: number;
}

export class NoAnswer extends Error {}

/** What a citizen sees, and who waits for it. */
function createEyes(patienceMs: number) {
  const waiting = new Set<() => void>();
  return {
    look(): void {
      for (const wake of waiting) wake();
    },
    async until(isThere: () => boolean, what: string): Promise<void> {
      if (isThere()) return;
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(wake);
          reject(new NoAnswer(what));
        }, patienceMs);
        const wake = (): void => {
          if (!isThere()) return;
          waiting.delete(wake);
          clearTimeout(late);
          resolve();
        };
        waiting.add(wake);
      });
    },
  };
}

// === WeChat

/** A screen that tells when something is shown. */
function watch(screen: Entry[], look: () => void): void {
  const push = screen.push.bind(screen);
  screen.push = (...entries) => {
    const length = push(...entries);
    look();
    return length;
  };
}

export function wechatCitizen({ world, index, patienceMs }: CitizenOptions): Citizen {
  const { wechat, pusher } = world;
  const user = wechat.world.userNamed(`citizen${index}`);
  const phone: Phone = createPhone(wechat.world, pusher, user);
  const eyes = createEyes(patienceMs);
  const sent: string[] = [];
  watch(user.screen, eyes.look);
  let opened = '';
  const shown = () => user.screen.filter(({ via, kind }) => via !== 'wechat' && kind !== 'fault');

  async function push(text: string, menuId?: string): Promise<number> {
    const letter = phone.write(text);
    const fields = menuId === undefined ? letter.fields : { ...letter.fields, bizmsgmenuid: menuId };
    const before = shown().length;
    const begun = performance.now();
    const end = begun + patienceMs;
    for (;;) {
      const { tries } = await pusher.push({ ...letter, fields });
      if (tries.some((tried) => tried.outcome === 'answered' && tried.status === 200)) break;
      if (performance.now() > end) throw new NoAnswer(`push ${text}`);
      await pause(AGAIN_MS);
    }
    sent.push(String(letter.fields.MsgId));
    await eyes.until(() => shown().length > before, text);
    return performance.now() - begun;
  }

  const touches = () => user.screen.toReversed().flatMap(({ touch }) => touch);
  const pages = () =>
    touches().flatMap((touch) => ('url' in touch && touch.url.includes('/s/') ? [touch.url] : []));
  return {
    channel: 'wechat-oa',
    user: phone.openid,
    sent,
    say: (text) => push(text),
    tap(label) {
      const touch = touches().find((found) => 'sends' in found && found.label.includes(label));
      return touch !== undefined && 'sends' in touch ? push(touch.sends, touch.id) : push(label);
    },
    async page() {
      await eyes.until(() => pages()[0] !== undefined && pages()[0] !== opened, 'page');
      opened = pages()[0] as string;
      return opened;
    },
    reads: (words) => eyes.until(() => user.screen.some(({ text }) => text.includes(words)), words),
    seen: () => shown().map(({ text }) => ({ text })),
    leave: () => {},
  };
}

// === The web page

interface WebLine {
  readonly position: number;
  readonly who: 'citizen' | 'bot';
  readonly text: string;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly secure?: { readonly url: string };
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly cookies: readonly string[];
}

/** One request, without the weight of fetch: the crowd shares the machine with what it measures. */
export const post = (url: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  ask('POST', url, headers, JSON.stringify(body));

export function ask(
  method: 'GET' | 'POST',
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      url,
      { method, agent, headers: { 'content-type': 'application/json', ...headers }, timeout: 15_000 },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: text,
            cookies: (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? ''),
          }),
        );
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', reject);
    asked.end(body);
  });
}

export async function webCitizen({ world, index, patienceMs }: CitizenOptions): Promise<Citizen> {
  const eyes = createEyes(patienceMs);
  const lines: WebLine[] = [];
  const sent: string[] = [];
  const forwarded = { 'x-forwarded-for': `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}` };
  let house = world.houseOf(index);
  let cookie = '';
  let isGone = false;
  let opened = '';
  let count = 0;
  let stop = (): void => {};

  /** Again under the same id until it is written down; another server takes over when one is down. */
  async function send(path: string, body: object, accepted: readonly number[]): Promise<Answer> {
    const end = performance.now() + patienceMs;
    for (;;) {
      house = world.houseOf(index);
      const answer = await post(`${house.url}/api/chat/${path}`, body, {
        ...forwarded,
        origin: house.url,
        cookie,
      }).catch(() => undefined);
      if (answer !== undefined && accepted.includes(answer.status)) return answer;
      if (performance.now() > end)
        throw new NoAnswer(`${path} ${answer?.status ?? 'unreachable'} ${answer?.body ?? ''}`);
      await pause(AGAIN_MS);
    }
  }

  function listen(): void {
    if (isGone) return;
    const target = world.houseOf(index);
    const again = (): void => {
      if (!isGone) setTimeout(listen, AGAIN_MS);
    };
    const asked = httpRequest(
      `${target.url}/api/chat/events?after=${lines.at(-1)?.position ?? 0}`,
      { agent: false, headers: { ...forwarded, cookie } },
      (response) => {
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          const events = (rest + part).split('\n\n');
          rest = events.pop() ?? '';
          for (const event of events) hear(event);
          eyes.look();
        });
        response.on('error', () => {});
        response.once('close', again);
      },
    );
    asked.once('error', again);
    asked.end();
    stop = () => asked.destroy();
  }

  function hear(event: string): void {
    const data = event.split('\n').find((line) => line.startsWith('data:'));
    if (data !== undefined) lines.push(JSON.parse(data.slice(5)) as WebLine);
  }

  const isAnswered = (id: number): boolean => {
    const mine = lines.filter(({ who }) => who === 'citizen')[id - 1];
    return mine !== undefined && lines.some(({ who, position }) => who === 'bot' && position > mine.position);
  };

  async function write(message: { readonly text: string } | { readonly choose: string }): Promise<number> {
    count += 1;
    const mine = count;
    const id = `m${String(index).padStart(6, '0')}-${mine}`;
    const begun = performance.now();
    await send('messages', { id, ...message }, [200, 202]);
    sent.push(id);
    await eyes.until(() => isAnswered(mine), JSON.stringify(message));
    return performance.now() - begun;
  }

  const { cookies } = await send('open', {}, [200, 202]);
  cookie = cookies.join('; ');
  const user = digestOf(cookie.slice(cookie.indexOf('=') + 1));
  listen();
  const pageOf = () => lines.findLast(({ secure }) => secure !== undefined)?.secure?.url;
  return {
    channel: 'web',
    user,
    sent,
    say: (text) => write({ text }),
    tap(label) {
      const choices = lines.findLast((line) => line.choices !== undefined)?.choices ?? [];
      const value = choices.find((choice) => choice.label.includes(label))?.value;
      return write(value === undefined ? { text: label } : { choose: value });
    },
    async page() {
      await eyes.until(() => pageOf() !== undefined && pageOf() !== opened, 'page');
      opened = pageOf() as string;
      return opened;
    },
    jar: {
      cookie: () => cookie,
      take(given) {
        const fresh = given.find((one) => one.split('=')[0] === cookie.split('=')[0]);
        if (fresh !== undefined) cookie = fresh;
      },
    },
    reads: (words) =>
      eyes.until(() => lines.some(({ who, text }) => who === 'bot' && text.includes(words)), words),
    seen: () => lines.filter(({ who }) => who === 'bot').map(({ position, text }) => ({ position, text })),
    leave() {
      isGone = true;
      stop();
    },
  };
}
