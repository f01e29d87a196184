/** Customer service of WeCom as a test double: phones, staff, pushes that only say there is news, and the API. */
import type { Clock } from '../../../../src/contracts/clock.ts';
import type { Keys } from '../crypto.ts';
import type { Faults } from '../faults.ts';
import type { Json } from '../json.ts';
import type { RawPush } from '../pusher.ts';
import { serveApi } from '../server.ts';
import type { Tokens } from '../tokens.ts';
import type { Call } from '../world.ts';
import { kfEndpoints } from './api.ts';
import { createKfPhone, createStaff, type KfPhone, type KfStaff } from './phone.ts';
import { isAccepted, type KfPush, keysOf, seal, untilAccepted, verify } from './pusher.ts';
import { createKfWorld, KF_ACCOUNT, type KfAccount, kfUserNamed } from './world.ts';

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
