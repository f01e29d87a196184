/**
 * Parts of a turn into as few messages as possible. In the answer to a push there is room for one text; sent
 * by themselves, choices may be a menu and the way to a secure page a card. What does not fit waits for a
 * word of the citizen, so that one long answer never uses up what may be sent.
 */
import type { Choice, OutboundPart } from '../../../domain/conversation.ts';
import { bytesOf, link, miniLink, splitText, TEXT_MAX_BYTES, tap, withoutMarkup } from '../text.ts';

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'menu'; readonly head: string; readonly choices: readonly Choice[] }
  | { readonly kind: 'card'; readonly title: string; readonly description: string; readonly url: string };

export interface Composed {
  /** In order; none when there was nothing to show. */
  readonly pieces: readonly Piece[];
  readonly rest?: string;
  readonly choices?: readonly Choice[];
}

export interface RenderParts {
  /** Wording by reply id. */
  readonly words: (id: string) => string;
  /** What brings the rest of a long text. */
  readonly moreWord: string;
  /** The address given for a secure page. */
  readonly address: (url: string) => string;
  readonly miniProgram?: { readonly appId: string; readonly path: (url: string) => string } | undefined;
  readonly hasMenus: boolean;
}

/** Most messages one delivery may use. */
const PIECES = 2;
/** As WeChat shows without cutting it off. */
const CARD_TEXT_MAX_BYTES = 300;
const MENU_ITEMS = 10;

/** The one text of an answer to a push. */
export function composeAnswer(parts: readonly OutboundPart[], render: RenderParts): Composed {
  return { ...fitted(fullText(parts, render), render, 1), ...offeredBy(parts) };
}

export function composeMessages(parts: readonly OutboundPart[], render: RenderParts): Composed {
  const rich = richPieces(parts, render);
  return { ...(rich ?? fitted(fullText(parts, render), render, PIECES)), ...offeredBy(parts) };
}

/** The next piece of what did not fit. */
export function composeRest(rest: string, render: RenderParts): Composed {
  return fitted(rest, render, 1);
}

export function plainText({ pieces }: Composed, render: RenderParts): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'text') return piece.text;
      if (piece.kind === 'menu') return block(piece.head, piece.choices, 0);
      return `${piece.description}\n${link(render.words('channel.open_page'), piece.url)}`;
    })
    .join('\n\n');
}

// === One text

function fullText(parts: readonly OutboundPart[], render: RenderParts): string {
  let count = 0;
  const blocks = parts.map((part) => {
    const choices = part.choices ?? [];
    const text = block(withLink(part, render), choices, count);
    count += choices.length;
    return text;
  });
  return blocks.filter((text) => text !== '').join('\n\n');
}

/** Numbered through all parts, so that a typed number means one thing. */
function block(text: string, choices: readonly Choice[], before: number): string {
  const lines = choices.map(({ label }, index) => `${before + index + 1}. ${tap(label, before + index + 1)}`);
  return [text, ...lines].filter((line) => line !== '').join('\n');
}

function withLink({ text, secure }: OutboundPart, render: RenderParts): string {
  const words = withoutMarkup(text).trim();
  if (secure?.url === undefined) return words;
  const label = render.words('channel.open_page');
  const url = render.address(secure.url);
  const { miniProgram } = render;
  const anchor =
    miniProgram === undefined
      ? link(label, url)
      : miniLink(label, url, { appId: miniProgram.appId, path: miniProgram.path(secure.url) });
  return `${words}\n${anchor}`.trim();
}

function fitted(text: string, render: RenderParts, most: number): Composed {
  if (text === '') return { pieces: [] };
  const more = `\n\n${render.words('wechat.more').replace('{word}', tap(render.moreWord, 0))}`;
  const pieces: Piece[] = [];
  let left = text;
  while (left !== '' && pieces.length < most) {
    const isLast = pieces.length === most - 1;
    const room = TEXT_MAX_BYTES - (isLast && bytesOf(left) > TEXT_MAX_BYTES ? bytesOf(more) : 0);
    const [head, rest] = splitText(left, room);
    pieces.push({ kind: 'text', text: isLast && rest !== '' ? `${head}${more}` : head });
    left = rest;
  }
  return { pieces, ...(left === '' ? {} : { rest: left }) };
}

function offeredBy(parts: readonly OutboundPart[]): Pick<Composed, 'choices'> {
  const choices = parts.flatMap((part) => part.choices ?? []);
  return choices.length === 0 ? {} : { choices };
}

// === Menus and cards

/** Undefined when it would not fit: then it is text, which can be cut. */
function richPieces(parts: readonly OutboundPart[], render: RenderParts): Composed | undefined {
  const cards = parts.filter((part) => isCard(part, render));
  if (cards.length > 1) return undefined;
  const others = parts.filter((part) => !cards.includes(part));
  const choices = others.flatMap((part) => part.choices ?? []);
  const isMenu = render.hasMenus && choices.length > 0 && choices.length <= MENU_ITEMS;
  const head = fullText(isMenu ? others.map(({ choices: _, ...part }) => part) : others, render);
  const labels = isMenu ? choices.map(({ label }) => label).join('\n') : '';
  if (bytesOf(head) + bytesOf(labels) > TEXT_MAX_BYTES || (isMenu && head === '')) return undefined;
  const said: Piece[] = isMenu
    ? [{ kind: 'menu', head, choices }]
    : head === ''
      ? []
      : [{ kind: 'text', text: head }];
  return { pieces: [...said, ...cards.map((part) => cardOf(part, render))] };
}

/** A short way to a secure page that stands last: a card must not come before what explains it. */
function isCard(part: OutboundPart, { miniProgram }: RenderParts): boolean {
  return (
    part.secure?.url !== undefined &&
    miniProgram === undefined &&
    (part.choices ?? []).length === 0 &&
    bytesOf(part.text) <= CARD_TEXT_MAX_BYTES
  );
}

function cardOf(part: OutboundPart, render: RenderParts): Piece {
  return {
    kind: 'card',
    title: render.words('channel.open_page'),
    description: withoutMarkup(part.text).trim(),
    url: render.address(part.secure?.url ?? ''),
  };
}
