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
  hasLeft: boolean;
  isBlacklisted: boolean;
  refusesMessages: boolean;
  /** A visitor's virtual account: WeChat shows the page to nobody in particular. */
  isSnapshot: boolean;
  /** Template and notice ids this person agreed to: once, or for good. */
  readonly consents: Map<string, 'once' | 'long_term'>;
  readonly screen: Entry[];
  window: Window | undefined;
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
    hasLeft: false,
    isBlacklisted: false,
    refusesMessages: false,
    isSnapshot: false,
    consents: new Map(),
    screen: [],
    window: undefined,
    lastContact: Number.NEGATIVE_INFINITY,
    typingUntil: Number.NEGATIVE_INFINITY,
  };
}

/**
 * What was left does not add up: the count becomes the larger of what was left and what this trigger
 * gives, and so does the time. (Said in the docs for mini programs, checked 2026-11-25; taken to hold here.)
 */
export function openWindow(user: User, trigger: Trigger, { now }: Clock): void {
  const { lastsMs, messages } = WINDOWS[trigger];
  const open = user.window !== undefined && now() < user.window.until ? user.window : undefined;
  user.window = {
    until: Math.max(now() + lastsMs, open?.until ?? 0),
    left: Math.max(messages, open?.left ?? 0),
  };
  user.lastContact = now();
}

/** Takes one customer message from what is left. */
export function spend(user: User, clock: Clock): 45015 | 45047 | undefined {
  const { window } = user;
  if (!user.isFollower || window === undefined || clock.now() >= window.until) return 45015;
  if (window.left === 0) return 45047;
  window.left -= 1;
  return undefined;
}

/** Customer messages that would be accepted now. */
export function messagesLeft({ window, isFollower }: User, clock: Clock): number {
  return isFollower && window !== undefined && clock.now() < window.until ? window.left : 0;
}
