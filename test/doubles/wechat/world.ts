/** All the double knows, shared by the side that pushes and the side that is called. */
import type { Clock } from '../../../src/contracts/clock.ts';
import type { Account } from './account.ts';
import { createFaults, type Faults } from './faults.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createUser, type User } from './users.ts';

export interface Media {
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly at: number;
}

export interface Call {
  readonly path: string;
  readonly body: unknown;
  readonly errcode: number;
}

export interface World {
  account: Account;
  readonly clock: Clock;
  /** How long a second of waiting takes here, in real milliseconds. */
  readonly secondMs: number;
  readonly users: Map<string, User>;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly media: Map<string, Media>;
  readonly tickets: Map<string, { readonly scene: string; readonly until: number }>;
  readonly codes: Map<string, OauthCode>;
  readonly pageTokens: Map<
    string,
    { readonly openid: string; readonly scope: string; readonly until: number }
  >;
  menu: readonly MenuButton[];
  /** Everything asked of the API, the newest last; bounded, so that long runs stay small. */
  readonly calls: Call[];
  /** Where the API and the authorize page are served. */
  origin: string;
  /** Calls of today by path. */
  readonly today: { day: number; readonly counts: Map<string, number> };
  clearedThisMonth: number;
  /** What our side did that real WeChat would not show as an error at once. */
  readonly complaints: string[];
  userOf(openid: string): User | undefined;
  userNamed(name: string): User;
  /** A number never given before. */
  nextNumber(): number;
  /** Pushes what happened by itself, such as the end of a template's delivery. */
  announce: (openid: string, fields: Record<string, string | bigint>) => void;
}

export interface OauthCode {
  readonly openid: string;
  readonly scope: string;
  readonly until: number;
  isUsed: boolean;
}

export interface MenuButton {
  readonly type?: string;
  readonly name: string;
  readonly key?: string;
  readonly url?: string;
  readonly sub_button?: readonly MenuButton[];
}

const CALLS_KEPT = 10_000;

export function createWorld(parts: { account: Account; clock: Clock; secondMs: number }): World {
  const users = new Map<string, User>();
  const names = new Map<string, User>();
  let number = 0;
  return {
    ...parts,
    users,
    tokens: createTokens(parts.clock),
    faults: createFaults(),
    media: new Map(),
    tickets: new Map(),
    codes: new Map(),
    pageTokens: new Map(),
    menu: [],
    calls: [],
    origin: '',
    today: { day: 0, counts: new Map() },
    clearedThisMonth: 0,
    complaints: [],
    userOf: (openid) => users.get(openid),
    userNamed(name) {
      const known = names.get(name);
      if (known !== undefined) return known;
      const user = createUser(name, parts.account.appid);
      names.set(name, user);
      users.set(user.openid, user);
      return user;
    },
    nextNumber() {
      number += 1;
      return number;
    },
    announce: () => undefined,
  };
}

export function remember(world: Pick<World, 'calls'>, call: Call): void {
  world.calls.push(call);
  if (world.calls.length > CALLS_KEPT) world.calls.splice(0, CALLS_KEPT / 2);
}
