/** The fields of a verified push, read into what the citizen meant. Numbers are masked before anybody writes them down. */
import { z } from 'zod';
import type { NewWindow } from '../../../contracts/channel-ledger.ts';
import type { Choice, InboundContent } from '../../../domain/conversation.ts';
import { maskNumbers } from '../../../domain/masking.ts';
import type { Fields } from '../xml.ts';

/** As on the web; WeChat lets people write some 600 characters. */
const TEXT_MAX = 500;
const MINUTE_MS = 60_000;
const TWO_DAYS_MS = 48 * 3_600_000;

export interface Push {
  /** The citizen's openid. */
  readonly user: string;
  /** Our own name in this push (`gh_…`), which the answer must bear. */
  readonly account: string;
  /** The same for every try of the same push. */
  readonly key: string;
  readonly meant: Meant;
  /** What may be sent afterwards, besides the answer itself. */
  readonly window?: Omit<NewWindow, 'until'> & { readonly lastsMs: number };
}

export type Meant =
  | { readonly kind: 'say'; readonly contents: readonly InboundContent[] }
  /** Words as typed or tapped: they may choose what was offered. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'voice'; readonly mediaId: string }
  | { readonly kind: 'place'; readonly label: string }
  /** Has stopped following us. */
  | { readonly kind: 'left' }
  /** Nothing anybody waits for an answer to. */
  | { readonly kind: 'quiet' };

// Quotas checked 2026-11-22: five in 48 hours after a message, three in a minute after the others.
const AFTER_MESSAGE = { kind: 'message', left: 5, lastsMs: TWO_DAYS_MS } as const;
const AFTER_EVENT = { kind: 'event', left: 3, lastsMs: MINUTE_MS } as const;

const headSchema = z.object({
  ToUserName: z.string().min(1).max(64),
  FromUserName: z.string().regex(/^[\w-]{6,64}$/u),
  CreateTime: z.string().regex(/^\d{1,13}$/u),
  MsgType: z.string().min(1).max(40),
});

/** Undefined for what is no message of anybody. */
export function parsePush(fields: Fields): Push | undefined {
  const head = headSchema.safeParse(fields);
  if (!head.success) return undefined;
  const { ToUserName: account, FromUserName: user, CreateTime, MsgType } = head.data;
  if (MsgType === 'event') {
    const { Event = '', EventKey = '' } = fields;
    // Events have no id, and their time is in seconds: what happened is part of the key.
    const key = [user, CreateTime, Event, EventKey].join('|').slice(0, 300);
    return { user, account, key, ...parseEvent(Event, EventKey) };
  }
  const { MsgId } = fields;
  if (MsgId === undefined || !/^\d{1,20}$/u.test(MsgId)) return undefined;
  return { user, account, key: MsgId, meant: parseMessage(MsgType, fields), window: AFTER_MESSAGE };
}

// Control and direction characters change how a line looks without being seen; line breaks are kept.
const INVISIBLE = /(?![\n])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function parseMessage(type: string, fields: Fields): Meant {
  switch (type) {
    case 'text': {
      const text = (fields.Content ?? '').replace(/\r\n?/gu, '\n').replace(INVISIBLE, '').trim();
      if (text === '') return unsupported('text');
      return { kind: 'text', text: [...text].slice(0, TEXT_MAX).join('') };
    }
    case 'voice':
      return { kind: 'voice', mediaId: fields.MediaId ?? '' };
    case 'location':
      return { kind: 'place', label: (fields.Label ?? '').slice(0, 200) };
    default:
      // Pictures may show documents. They are neither fetched nor stored; what was sent is all that is known.
      return unsupported(/^[a-z_]{1,20}$/u.test(type) ? type : 'unknown');
  }
}

function unsupported(what: string): Meant {
  return { kind: 'say', contents: [{ kind: 'unsupported', what }] };
}

/** A code printed on a poster or a letter says what it is about. */
const SCENE_OF_NEW = /^qrscene_/u;

function parseEvent(event: string, key: string): Pick<Push, 'meant' | 'window'> {
  switch (event) {
    case 'subscribe': {
      const scene = SCENE_OF_NEW.test(key) ? [askedBy(key.replace(SCENE_OF_NEW, ''))] : [];
      return say([{ kind: 'opened' }, ...scene]);
    }
    case 'SCAN':
    case 'CLICK':
      return say([askedBy(key)]);
    case 'unsubscribe':
      return { meant: { kind: 'left' } };
    default:
      return { meant: { kind: 'quiet' } };
  }
}

function say(contents: readonly InboundContent[]): Pick<Push, 'meant' | 'window'> {
  return { meant: { kind: 'say', contents }, window: AFTER_EVENT };
}

/** What buttons carry, such as `flow:bind`; anything else is what the citizen would have typed. */
const BUTTON = /^(?:flow|intent|faq|do):[\w.-]{1,80}$/u;

function askedBy(key: string): InboundContent {
  if (BUTTON.test(key)) return { kind: 'choice', value: key };
  return key === '' ? { kind: 'opened' } : { kind: 'text', ...maskNumbers(key.slice(0, TEXT_MAX)) };
}

/**
 * What was typed or tapped under offered choices: the number in front of one, or its words. WeChat gives
 * an id with a tap as well, but not always the one it was given, so only the words count.
 */
export function contentOf(text: string, choices: readonly Choice[]): InboundContent {
  const typed = text.normalize('NFKC');
  const number = /^(\d{1,2})[.、。)]?$/u.exec(typed)?.[1];
  const chosen =
    number === undefined
      ? choices.findLast(({ label }) => bare(label) === bare(text))
      : choices[Number(number) - 1];
  return chosen === undefined
    ? { kind: 'text', ...maskNumbers(text) }
    : { kind: 'choice', value: chosen.value };
}

const bare = (text: string): string => text.replace(/["&<>\s]/gu, '');
