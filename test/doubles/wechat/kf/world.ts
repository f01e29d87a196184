/**
 * Customer service of WeCom: who is in which session, and what lies ready to be fetched. Codes of the
 * 95xxx family are from memory: what they mean is settled, their numbers are to be compared with the docs once.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../../src/contracts/clock.ts';
import { createFaults, type Faults } from '../faults.ts';
import type { Json } from '../json.ts';
import type { Entry } from '../screen.ts';
import { createTokens, type Tokens } from '../tokens.ts';
import type { Call } from '../world.ts';

export interface KfAccount {
  readonly corpid: string;
  readonly secret: string;
  readonly token: string;
  readonly aesKey: string;
  readonly openKfid: string;
  /** Members of the corporation who may take over. */
  readonly servicers: readonly string[];
  /** What sending under a used `msgid` is answered with: nobody has said which; neither shows it twice. */
  readonly reusedMsgid: 'ok' | number;
  /** How much a page of news holds at most, whatever was asked for: fewer than the limit is normal. */
  readonly pageSize: number;
  readonly ipWhiteList?: readonly string[];
  readonly daily: Readonly<Record<string, number>>;
}

export const KF_ACCOUNT: KfAccount = {
  corpid: 'ww1a2b3c4d5e6f7081',
  secret: 'demo-kf-secret-0123456789abcdefghijklmnopqr',
  token: 'demoKfCallback',
  aesKey: 'ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789',
  openKfid: 'wkDemoAAAAAAAAAAAAAAAAAAAAAAAAAA',
  servicers: ['shili-zhang', 'shili-li'],
  reusedMsgid: 'ok',
  pageSize: 1000,
  daily: {},
};

/** 0 new, 1 bot, 2 waiting for staff, 3 with staff, 4 ended. */
export type State = 0 | 1 | 2 | 3 | 4;

export interface KfUser {
  readonly name: string;
  readonly id: string;
  readonly screen: Entry[];
  state: State;
  servicer: string | undefined;
  window: { until: number; left: number } | undefined;
}

export interface KfWorld {
  account: KfAccount;
  readonly clock: Clock;
  readonly secondMs: number;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly calls: Call[];
  readonly today: { day: number; readonly counts: Map<string, number> };
  readonly users: Map<string, KfUser>;
  /** Everything that can be fetched, the oldest first; a cursor is a position in it. */
  readonly news: { readonly at: number; readonly item: Json }[];
  /** Tokens of pushes, with their end. */
  readonly pushTokens: Map<string, number>;
  readonly welcomes: Map<string, { readonly user: KfUser; readonly until: number; isUsed: boolean }>;
  /** Ids under which something was sent. */
  readonly sent: Set<string>;
  /** Kinds of failure that the next deliveries meet after they were accepted. */
  readonly failures: number[];
  /** Times of fetches without a token. */
  bareFetches: number[];
  nextNumber(): number;
  /** Lays an event or message ready. @returns its id */
  put(item: Json): string;
  /** Says to our server that there is news. */
  announce: () => void;
}

const MESSAGES = 5;
const WINDOW_MS = 48 * 3_600_000;

export function createKfWorld(parts: { account: KfAccount; clock: Clock; secondMs: number }): KfWorld {
  let number = 0;
  const nextNumber = () => {
    number += 1;
    return number;
  };
  const news: KfWorld['news'] = [];
  return {
    ...parts,
    tokens: createTokens(parts.clock, 'kf_'),
    faults: createFaults(),
    calls: [],
    today: { day: 0, counts: new Map() },
    users: new Map(),
    news,
    pushTokens: new Map(),
    welcomes: new Map(),
    sent: new Set(),
    failures: [],
    bareFetches: [],
    nextNumber,
    put(item) {
      const msgid = `kfmsg${String(nextNumber()).padStart(10, '0')}`;
      const send_time = Math.floor(parts.clock.now() / 1000);
      news.push({
        at: parts.clock.now(),
        item: { msgid, open_kfid: parts.account.openKfid, send_time, ...item },
      });
      return msgid;
    },
    announce: () => undefined,
  };
}

export function kfUserNamed(world: KfWorld, name: string): KfUser {
  const digest = createHash('sha256').update(`kf:${name}`).digest('base64url').replaceAll('-', 'A');
  const id = `wm${digest.slice(0, 30)}`;
  const user = world.users.get(id) ?? {
    name,
    id,
    screen: [],
    state: 0,
    servicer: undefined,
    window: undefined,
  };
  world.users.set(id, user);
  return user;
}

export function openKfWindow(user: KfUser, { now }: Clock): void {
  user.window = { until: now() + WINDOW_MS, left: MESSAGES };
}

export function spendKf({ window }: KfUser, { now }: Clock): 95001 | 95002 | undefined {
  if (window === undefined || now() >= window.until) return 95002;
  if (window.left === 0) return 95001;
  window.left -= 1;
  return undefined;
}

/** The session goes on elsewhere, and whoever fetches learns of it. */
export function changeState(world: KfWorld, user: KfUser, next: State, change: Json = {}): void {
  user.state = next;
  user.servicer = next === 3 ? String(change.new_servicer_userid) : undefined;
  if (change.change_type === undefined) return;
  world.put({
    origin: 4,
    msgtype: 'event',
    event: {
      event_type: 'session_status_change',
      open_kfid: world.account.openKfid,
      external_userid: user.id,
      ...change,
    },
  });
}
