/** The people at their phones: whether they follow us, what they may still be sent, what they see. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/contracts/clock.ts';
import type { Entry } from './screen.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Who did what opens a window: so many customer messages in so long. Checked 2026-11-22 in the docs. */
export const WINDOWS = {
  message: { lastsMs: 48 * HOUR, messages: 5 },
  menu: { lastsMs: MINUTE, messages: 3 },
  follow: { lastsMs: MINUTE, messages: 3 },
  scan: { lastsMs: MINUTE, messages: 3 },
} as const;
export type Trigger = keyof typeof WINDOWS;

interface Window {
  until: number;
  left: number;
}

export interface User {
  readonly name: string;
  readonly openid: string;
  readonly unionid: string;
  isFollower: boolean;
  isBlacklisted: boolean;
  refusesMessages: boolean;
  /** A visitor's virtual account: WeChat shows the page to nobody in particular. */
  isSnapshot: boolean;
  /** Template and notice ids this person agreed to: once, or for good. */
  readonly consents: Map<string, 'once' | 'long_term'>;
  readonly screen: Entry[];
  readonly windows: Map<Trigger, Window>;
  lastContact: number;
  typingUntil: number;
}

export function createUser(name: string, appid: string): User {
  const digest = (salt: string) =>
    createHash('sha256').update(`${salt}:${name}`).digest('base64url').slice(0, 27);
  return {
    name,
    openid: `o${digest(appid)}`,
    unionid: `o${digest('union')}`,
    isFollower: false,
    isBlacklisted: false,
    refusesMessages: false,
    isSnapshot: false,
    consents: new Map(),
    screen: [],
    windows: new Map(),
    lastContact: Number.NEGATIVE_INFINITY,
    typingUntil: Number.NEGATIVE_INFINITY,
  };
}

export function openWindow(user: User, trigger: Trigger, { now }: Clock): void {
  const { lastsMs, messages } = WINDOWS[trigger];
  user.windows.set(trigger, { until: now() + lastsMs, left: messages });
  user.lastContact = now();
}

/**
 * Takes one customer message from what is left. Each kind of trigger has a window of its own, renewed by
 * its next one; the one that shuts first is used first. Docs are silent about how they add up.
 */
export function spend(user: User, clock: Clock): 45015 | 45047 | undefined {
  const open = openWindows(user, clock);
  if (open.length === 0) return 45015;
  const first = open.find(({ left }) => left > 0);
  if (first === undefined) return 45047;
  first.left -= 1;
  return undefined;
}

/** Customer messages that would be accepted now. */
export function messagesLeft(user: User, clock: Clock): number {
  return openWindows(user, clock).reduce((sum, { left }) => sum + left, 0);
}

function openWindows(user: User, clock: Clock): Window[] {
  if (!user.isFollower) return [];
  return [...user.windows.values()]
    .filter(({ until }) => clock.now() < until)
    .sort((a, b) => a.until - b.until);
}
