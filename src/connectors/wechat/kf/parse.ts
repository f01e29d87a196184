/** What was fetched from WeCom, read into what happened. */
import { z } from 'zod';
import type { Choice, InboundContent } from '../../../domain/conversation.ts';
import { maskNumbers } from '../../../domain/masking.ts';
import { tappedValue } from './menu.ts';

const TEXT_MAX = 500;

/** Who a message is from, as WeCom numbers it. */
const ORIGIN = { citizen: 3, system: 4 } as const;

const item = z.looseObject({
  msgid: z.string().min(1),
  open_kfid: z.string().optional(),
  external_userid: z.string().optional(),
  send_time: z.number(),
  origin: z.number(),
  msgtype: z.string(),
  text: z.looseObject({ content: z.string(), menu_id: z.string().optional() }).optional(),
  location: z.looseObject({ name: z.string().default(''), address: z.string().default('') }).optional(),
  event: z
    .looseObject({
      event_type: z.string(),
      external_userid: z.string().optional(),
      welcome_code: z.string().optional(),
      fail_msgid: z.string().optional(),
      fail_type: z.number().optional(),
      change_type: z.number().optional(),
      msg_code: z.string().optional(),
      old_servicer_userid: z.string().optional(),
      new_servicer_userid: z.string().optional(),
    })
    .optional(),
});
export type KfItem = z.infer<typeof item>;

export const pageSchema = z.looseObject({
  next_cursor: z.string().default(''),
  has_more: z.number().default(0),
  // One item of a form we do not know must not stop the others.
  msg_list: z.array(item.nullable().catch(null)).default([]),
});

export type Happened =
  | { readonly kind: 'said'; readonly user: string; readonly words: Words }
  | { readonly kind: 'entered'; readonly user: string; readonly welcomeCode?: string }
  | {
      readonly kind: 'not_delivered';
      readonly user: string;
      readonly msgid: string;
      readonly failType: number;
    }
  | {
      readonly kind: 'staff';
      readonly user: string;
      readonly event: 'claimed' | 'handed_on' | 'ended';
      /** Who had or now has it; empty when WeCom did it by itself. */
      readonly servicer: string;
      /** Lets one word be said after it. */
      readonly code?: string;
    }
  | { readonly kind: 'nothing' };

export type Words =
  | { readonly kind: 'text'; readonly text: string; readonly menuId?: string }
  | { readonly kind: 'unsupported'; readonly what: string };

/** Changes of a session: taken from the queue, handed on, ended, taken up again. */
const STAFF_EVENT: Readonly<Record<number, 'claimed' | 'handed_on' | 'ended'>> = {
  1: 'claimed',
  2: 'handed_on',
  3: 'ended',
  4: 'claimed',
};

/** What staff themselves write (origin 5) is on the citizen's screen already, and nothing to answer. */
export function happened(one: KfItem): Happened {
  if (one.origin === ORIGIN.citizen && one.external_userid !== undefined)
    return { kind: 'said', user: one.external_userid, words: wordsOf(one) };
  const { event } = one;
  if (one.origin !== ORIGIN.system || event?.external_userid === undefined) return { kind: 'nothing' };
  const user = event.external_userid;
  switch (event.event_type) {
    case 'enter_session':
      return {
        kind: 'entered',
        user,
        ...(event.welcome_code === undefined ? {} : { welcomeCode: event.welcome_code }),
      };
    case 'msg_send_fail':
      return { kind: 'not_delivered', user, msgid: event.fail_msgid ?? '', failType: event.fail_type ?? 0 };
    case 'session_status_change': {
      const change = STAFF_EVENT[event.change_type ?? 0];
      if (change === undefined) return { kind: 'nothing' };
      const { old_servicer_userid: before, new_servicer_userid: after, msg_code: code } = event;
      const servicer = (change === 'ended' ? before : after) ?? '';
      return { kind: 'staff', user, event: change, servicer, ...(code === undefined ? {} : { code }) };
    }
    default:
      return { kind: 'nothing' };
  }
}

function wordsOf({ msgtype, text, location }: KfItem): Words {
  if (text !== undefined)
    return {
      kind: 'text',
      text: text.content,
      ...(text.menu_id === undefined ? {} : { menuId: text.menu_id }),
    };
  // The place somebody is at is said in words: it names the region.
  const place = [location?.address, location?.name].find((one) => one !== undefined && one !== '');
  if (place !== undefined) return { kind: 'text', text: place };
  return { kind: 'unsupported', what: /^[a-z_]{1,30}$/u.test(msgtype) ? msgtype : 'unknown' };
}

/**
 * Words as content. A tap carries the id of its item; a number or the label of an offered answer, typed,
 * chooses it as well. Undefined for a text without words.
 */
export function contentOf(words: Words, choices: readonly Choice[]): InboundContent | undefined {
  if (words.kind === 'unsupported') return words;
  const text = [...words.text.trim()].slice(0, TEXT_MAX).join('');
  if (text === '') return undefined;
  const tapped = words.menuId === undefined ? undefined : tappedValue(words.menuId, choices);
  const typed = text.normalize('NFKC').replace(/[.、,，。\s]+$/u, '');
  const numbered = /^\d{1,2}$/u.test(typed) ? choices[Number(typed) - 1]?.value : undefined;
  const value = tapped ?? numbered ?? choices.find(({ label }) => label === text)?.value;
  return value === undefined ? { kind: 'text', ...maskNumbers(text) } : { kind: 'choice', value };
}
