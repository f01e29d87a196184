/** Customer service of WeCom as a test double: phones, staff, pushes that only say there is news, and the API. */
import type { Clock } from '../../../../src/contracts/clock.ts';
import { encrypt, type Keys, sign } from '../crypto.ts';
import type { Faults } from '../faults.ts';
import type { Json } from '../json.ts';
import { CUT_SECONDS, postTo, type RawPush, TRIES } from '../pusher.ts';
import type { Entry } from '../screen.ts';
import { serveApi } from '../server.ts';
import type { Tokens } from '../tokens.ts';
import type { Call } from '../world.ts';
import { writeXml } from '../xml.ts';
import { kfEndpoints } from './api.ts';
import {
  changeState,
  createKfWorld,
  KF_ACCOUNT,
  type KfAccount,
  type KfUser,
  type KfWorld,
  kfUserNamed,
  openKfWindow,
} from './world.ts';

const PUSH_TOKEN_MS = 600_000;
const WELCOME_MS = 20_000;

export interface KfPhone {
  readonly id: string;
  readonly user: KfUser;
  /** Opens the talk, as by a link with this scene; a welcome may be sent within 20 seconds. */
  enter(scene?: string): Promise<KfPush>;
  say(text: string): Promise<KfPush>;
  /** Written, and the push about it is lost: the next one brings it along. */
  sayUnheard(text: string): void;
  sendImage(): Promise<KfPush>;
  tap(label: string): Promise<KfPush>;
  link(words: string): string;
  screen(): readonly Entry[];
  reads(): readonly string[];
}

/** Staff in WeCom itself, whose talk we only learn of by fetching. */
export interface KfStaff {
  take(phone: KfPhone): Promise<KfPush>;
  say(phone: KfPhone, text: string): Promise<KfPush>;
  /** Ends the session: the next word of the citizen begins a new one. */
  end(phone: KfPhone): Promise<KfPush>;
}

export interface KfPush {
  readonly tries: readonly { readonly status: number | undefined; readonly body: string }[];
  readonly isAccepted: boolean;
}

export interface Kf {
  readonly url: string;
  readonly account: KfAccount;
  readonly keys: Keys;
  connect(address: string): void;
  /** WeCom asks with an encrypted `echostr` and wants it in clear. */
  verify(options?: {
    readonly echo?: string;
    readonly signature?: string;
  }): Promise<{ isAccepted: boolean; status: number; body: string }>;
  phone(name: string): KfPhone;
  staff(name: string): KfStaff;
  /** Says once more that there is news; twice at once when asked. */
  nudge(options?: { readonly delivery?: 'once' | 'twice_at_once' }): Promise<KfPush>;
  /** A push as it would be made now. */
  seal(change?: Json): RawPush;
  /** The next message is accepted and then not delivered, for this reason (its `fail_type`). */
  failDelivery(failType: number): void;
  readonly faults: Faults;
  readonly tokens: Tokens;
  calls(path: string): readonly Call[];
  change(account: Partial<KfAccount>): void;
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface KfOptions {
  readonly clock: Clock;
  readonly account?: Partial<KfAccount>;
  readonly secondMs?: number;
}

export async function openKf({ clock, account = {}, secondMs = 1000 }: KfOptions): Promise<Kf> {
  const world = createKfWorld({ account: { ...KF_ACCOUNT, ...account }, clock, secondMs });
  const server = await serveApi(world, kfEndpoints(world));
  let address = '';
  const running = new Set<Promise<unknown>>();

  async function nudge({
    delivery = 'once',
  }: {
    readonly delivery?: 'once' | 'twice_at_once';
  } = {}): Promise<KfPush> {
    if (address === '') throw new Error('No server address yet: call connect()');
    const lines = Array.from({ length: delivery === 'once' ? 1 : 2 }, () => untilAccepted(world, address));
    const tries = (await Promise.all(lines)).flat();
    return { tries, isAccepted: tries.some(isAccepted) };
  }
  world.announce = () => {
    const pushed = nudge();
    running.add(pushed);
    void pushed.finally(() => running.delete(pushed));
  };

  return {
    url: server.url,
    get account() {
      return world.account;
    },
    get keys() {
      return keysOf(world);
    },
    connect(given) {
      address = given;
    },
    verify: (options) => verify(world, address, options),
    phone: (name) => createKfPhone(world, kfUserNamed(world, name), nudge),
    staff: (name) => createStaff(world, name, nudge),
    nudge,
    seal: (change) => seal(world, change),
    failDelivery: (failType) => void world.failures.push(failType),
    faults: world.faults,
    tokens: world.tokens,
    calls: (path) => world.calls.filter((call) => call.path === path),
    change(changed) {
      world.account = { ...world.account, ...changed };
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    close: server.close,
  };
}

type Nudge = () => Promise<KfPush>;

function createKfPhone(world: KfWorld, user: KfUser, nudge: Nudge): KfPhone {
  function put(content: Json): void {
    openKfWindow(user, world.clock);
    if (user.state === 4) user.state = 0;
    world.put({ external_userid: user.id, origin: 3, ...content });
  }
  const touches = () => user.screen.toReversed().flatMap(({ touch }) => touch);
  return {
    id: user.id,
    user,
    async enter(scene = '') {
      const code = `welcome-${world.nextNumber()}`;
      world.welcomes.set(code, { user, until: world.clock.now() + WELCOME_MS, isUsed: false });
      if (user.state === 4) user.state = 0;
      world.put({
        origin: 4,
        msgtype: 'event',
        event: {
          event_type: 'enter_session',
          open_kfid: world.account.openKfid,
          external_userid: user.id,
          scene,
          // No welcome to somebody who was just talking to us.
          ...(user.window === undefined ? { welcome_code: code } : {}),
        },
      });
      return nudge();
    },
    async say(text) {
      put({ msgtype: 'text', text: { content: text } });
      return nudge();
    },
    sayUnheard: (text) => put({ msgtype: 'text', text: { content: text } }),
    async sendImage() {
      put({ msgtype: 'image', image: { media_id: `kfmedia-${world.nextNumber()}` } });
      return nudge();
    },
    async tap(label) {
      const found = touches().find((touch) => touch.label === label && 'sends' in touch);
      if (found === undefined || !('sends' in found)) throw new Error(`Nothing to tap is called ${label}`);
      put({ msgtype: 'text', text: { content: found.sends, menu_id: found.id } });
      return nudge();
    },
    link(words) {
      const found = touches().find((touch) => touch.label.includes(words) && 'url' in touch);
      if (found === undefined || !('url' in found)) throw new Error(`No link on the screen says ${words}`);
      return found.url;
    },
    screen: () => user.screen,
    reads: () => user.screen.map(({ text }) => text),
  };
}

/** Kinds of change as WeCom numbers them: taken from the pool, handed on, ended. */
const TAKEN = 1;
const ENDED = 3;

function createStaff(world: KfWorld, name: string, nudge: Nudge): KfStaff {
  return {
    async take({ user }) {
      changeState(world, user, 3, { change_type: TAKEN, new_servicer_userid: name });
      return nudge();
    },
    async say({ user }, text) {
      if (user.servicer !== name) throw new Error(`${name} is not in charge of this talk`);
      user.screen.push({ kind: 'text', via: 'kf', text, touch: [] });
      world.put({
        external_userid: user.id,
        origin: 5,
        servicer_userid: name,
        msgtype: 'text',
        text: { content: text },
      });
      return nudge();
    },
    async end({ user }) {
      changeState(world, user, 4, { change_type: ENDED, old_servicer_userid: name });
      return nudge();
    },
  };
}

// === Pushing

const keysOf = ({ account }: KfWorld): Keys => ({
  token: account.token,
  aesKey: account.aesKey,
  id: account.corpid,
});
const isAccepted = ({ status, body }: KfPush['tries'][number]): boolean =>
  status === 200 && (body === '' || body === 'success');

function seal(world: KfWorld, change: Json = {}): RawPush {
  const Token = `PUSH${world.nextNumber()}`;
  world.pushTokens.set(Token, world.clock.now() + PUSH_TOKEN_MS);
  const fields = {
    ToUserName: world.account.corpid,
    CreateTime: Math.floor(world.clock.now() / 1000),
    MsgType: 'event',
    Event: 'kf_msg_or_event',
    Token,
    OpenKfId: world.account.openKfid,
    ...(change as Record<string, string>),
  };
  const encrypted = encrypt(keysOf(world), writeXml(fields));
  const body = writeXml({ ToUserName: world.account.corpid, Encrypt: encrypted, AgentID: '' });
  return { query: signed(world, encrypted), body };
}

function signed(world: KfWorld, encrypted: string) {
  const timestamp = String(Math.floor(world.clock.now() / 1000));
  const nonce = `${world.nextNumber()}n`;
  return { msg_signature: sign(keysOf(world), timestamp, nonce, encrypted), timestamp, nonce };
}

async function untilAccepted(world: KfWorld, address: string): Promise<KfPush['tries']> {
  const request = seal(world);
  const tries: { status: number | undefined; body: string }[] = [];
  while (tries.length < TRIES) {
    const tried = await attempt(world, address, request);
    tries.push(tried);
    if (tried.status === 200) break;
  }
  return tries;
}

async function attempt(world: KfWorld, address: string, request: RawPush): Promise<KfPush['tries'][number]> {
  try {
    return await postTo(address, request, AbortSignal.timeout(CUT_SECONDS * world.secondMs));
  } catch {
    return { status: undefined, body: '' };
  }
}

async function verify(
  world: KfWorld,
  address: string,
  options: { readonly echo?: string; readonly signature?: string } = {},
) {
  const { echo = '1616140317555161061', signature } = options;
  const echostr = encrypt(keysOf(world), echo);
  const query = { ...signed(world, echostr), echostr };
  const response = await fetch(
    `${address}?${new URLSearchParams(signature === undefined ? query : { ...query, msg_signature: signature })}`,
  );
  const body = await response.text();
  return { isAccepted: response.status === 200 && body === echo, status: response.status, body };
}
