/** A part of the talk as messages of customer service: texts that fit, and one menu for what can be tapped. */
import type { Choice, OutboundPart } from '../../../domain/conversation.ts';
import { bytesOf, splitText, TEXT_MAX_BYTES } from '../text.ts';
import { clickItems, ITEMS_MAX, isMenu, type MenuItem } from './menu.ts';

const HEAD_MAX_BYTES = 1_024;
/** Of five messages in two days one answer must not use more than these, and a menu. */
const TEXTS_MAX = 2;

/** Words of ours around the words of the part; they stand in `knowledge/replies`. */
export interface KfWords {
  readonly openPage: string;
  readonly choose: string;
  readonly more: string;
  /** Where staff of WeCom take the talk over, in place of what our own desk says; `{caseNumber}` in the first. */
  readonly handedOver: string;
  readonly handedOverAgain: string;
}

export type KfMessage =
  | { readonly msgtype: 'text'; readonly text: { readonly content: string } }
  | {
      readonly msgtype: 'msgmenu';
      readonly msgmenu: { readonly head_content: string; readonly list: readonly MenuItem[] };
    };

export interface Rendered {
  readonly messages: readonly KfMessage[];
  /** What did not fit, for whoever asks for more. */
  readonly rest?: string;
}

export function renderPart({ text, choices = [], secure }: OutboundPart, words: KfWords): Rendered {
  const page: readonly MenuItem[] =
    secure?.url === undefined ? [] : [{ type: 'view', view: { url: secure.url, content: words.openPage } }];
  const canTap = isMenu(choices) && choices.length + page.length <= ITEMS_MAX;
  const list = [...page, ...(canTap ? clickItems(choices) : [])];
  const whole = canTap ? text.trim() : [text.trim(), ...numbered(choices)].join('\n');
  if (list.length > 0 && bytesOf(whole) <= HEAD_MAX_BYTES) return { messages: [menuOf(whole, list)] };
  const { messages, rest } = renderText(whole, words);
  return {
    messages: [...messages, ...(list.length > 0 ? [menuOf(words.choose, list)] : [])],
    ...(rest === undefined ? {} : { rest }),
  };
}

/** Text alone, as far as it goes at once. */
export function renderText(text: string, words: KfWords): Rendered {
  const pieces = piecesOf(text);
  const shown = pieces.slice(0, TEXTS_MAX);
  const rest = pieces.slice(TEXTS_MAX).join('\n');
  const messages = shown.map((piece, index): KfMessage => {
    const isCut = rest !== '' && index === shown.length - 1;
    return { msgtype: 'text', text: { content: isCut ? `${piece}\n${words.more}` : piece } };
  });
  return rest === '' ? { messages } : { messages, rest };
}

function menuOf(head: string, list: readonly MenuItem[]): KfMessage {
  return { msgtype: 'msgmenu', msgmenu: { head_content: head, list } };
}

const numbered = (choices: readonly Choice[]): readonly string[] =>
  choices.map(({ label }, index) => `${index + 1} ${label}`);

function piecesOf(text: string): readonly string[] {
  const [piece, rest] = splitText(text, TEXT_MAX_BYTES);
  return piece === '' ? [] : [piece, ...piecesOf(rest)];
}
