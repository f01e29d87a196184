/**
 * The WeChat side, as real as a loopback can be: phones, the pusher that calls our server address, and
 * the API that we call. See README.md in this folder.
 */
import type { Clock } from '../../../src/contracts/clock.ts';
import { ACCOUNT, type Account } from './account.ts';
import { mediaEndpoints } from './api-media.ts';
import { menuEndpoints } from './api-menu.ts';
import { messageEndpoints } from './api-messages.ts';
import { noticeEndpoints } from './api-notices.ts';
import { oauthEndpoints } from './api-oauth.ts';
import { tokenEndpoints } from './api-tokens.ts';
import type { Faults } from './faults.ts';
import { eventLetter, type Letter } from './letters.ts';
import { createPhone, type Phone } from './phone.ts';
import { createPusher, type Push, type Pusher, type PushOptions } from './pusher.ts';
import { serveApi } from './server.ts';
import type { Tokens } from './tokens.ts';
import { type Call, createWorld, type World } from './world.ts';

export interface WechatOptions {
  readonly clock: Clock;
  readonly account?: Partial<Account>;
  /**
   * How long a second of waiting takes, in real milliseconds: with 20, pushes are cut after a tenth of a
   * second. The time of day is the clock's and is not touched by this.
   */
  readonly secondMs?: number;
}

export interface Wechat {
  /** Stands for the host of the API and for that of the authorize page. */
  readonly url: string;
  readonly account: Account;
  /** Saves the server address in the console, without verifying it. */
  connect(address: string): void;
  verify: Pusher['verify'];
  phone(name: string): Phone;
  push(letter: Letter, options?: PushOptions): Promise<Push>;
  /** Resolves when the newest push has begun this many tries. */
  tried: Pusher['tried'];
  readonly pusher: Pusher;
  readonly faults: Faults;
  readonly tokens: Tokens;
  /** What was asked of the API under this path, the oldest first. */
  calls(path: string): readonly Call[];
  /** Pushes that started by themselves, such as the end of a template's delivery. */
  settled(): Promise<void>;
  /** What we did that WeChat would swallow without a word. */
  complaints(): readonly string[];
  /** Changes what the console says about the account. */
  change(account: Partial<Account>): void;
  readonly world: World;
  close(): Promise<void>;
}

export async function openWechat({ clock, account = {}, secondMs = 1000 }: WechatOptions): Promise<Wechat> {
  const world = createWorld({ account: { ...ACCOUNT, ...account }, clock, secondMs });
  const server = await serveApi(world, {
    ...tokenEndpoints(world),
    ...messageEndpoints(world),
    ...mediaEndpoints(world),
    ...menuEndpoints(world),
    ...noticeEndpoints(world),
    ...oauthEndpoints(world),
  });
  world.origin = server.url;
  let address = '';
  const pusher = createPusher(world, () => {
    if (address === '') throw new Error('No server address yet: call connect()');
    return address;
  });
  const phones = new Map<string, Phone>();
  const running = new Set<Promise<unknown>>();
  world.announce = (openid, fields) => {
    const user = world.userOf(openid);
    if (user === undefined || address === '') return;
    const pushed = pusher.push(eventLetter(world, user, { Event: '', ...fields }));
    running.add(pushed);
    void pushed.finally(() => running.delete(pushed));
  };

  return {
    url: server.url,
    get account() {
      return world.account;
    },
    connect(given) {
      address = given;
    },
    verify: pusher.verify,
    phone(name) {
      const phone = phones.get(name) ?? createPhone(world, pusher, world.userNamed(name));
      phones.set(name, phone);
      return phone;
    },
    push: pusher.push,
    tried: pusher.tried,
    pusher,
    faults: world.faults,
    tokens: world.tokens,
    calls: (path) => world.calls.filter((call) => call.path === path),
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    complaints: () => world.complaints,
    change(changed) {
      world.account = { ...world.account, ...changed };
    },
    world,
    close: server.close,
  };
}
