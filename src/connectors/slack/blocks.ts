/**
 * Block Kit, always within its limits: whatever the length of what is put in, what comes out is legal.
 * Sections are split, everything else is shortened; nothing is sent in the hope that it fits.
 */
import type { types } from '@slack/bolt';
import { LIMITS } from './limits.ts';
import { type Md, md, shorten, shortenMd, split } from './text.ts';

export type Block = types.KnownBlock;
type View = types.ModalView;

export interface Message {
  /** For notifications and screen readers: says what happened, never what a citizen wrote. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

const plain = (text: string, most: number): types.PlainTextElement => ({
  type: 'plain_text',
  // Slack refuses an empty text.
  text: shorten(text.trim() === '' ? '—' : text, most),
  emoji: false,
});
const marked = (text: Md, most: number): types.MrkdwnElement => ({
  type: 'mrkdwn',
  text: shortenMd(text.md.trim() === '' ? md`—` : text, most),
  // Nothing becomes a link or a mention by itself.
  verbatim: true,
});

export function header(text: string): Block {
  return { type: 'header', text: plain(text, LIMITS.header) };
}

export const divider: Block = { type: 'divider' };

/** One section, or several when the text is long. */
export function sections(text: Md, most = Number.POSITIVE_INFINITY): readonly Block[] {
  const whole = text.md.length <= most ? text : { md: shortenMd(text, most) };
  return split(whole, LIMITS.section).map((piece) => ({
    type: 'section',
    text: marked(piece, LIMITS.section),
  }));
}

/** Somebody else's words as they are, in a type of text in which nothing has a meaning. */
export function spoken(text: string, most: number = LIMITS.section): Block {
  return { type: 'section', text: plain(text, Math.min(most, LIMITS.section)) };
}

export function sectionWith(text: Md, accessory: types.Button): Block {
  return { type: 'section', text: marked(text, LIMITS.section), accessory };
}

export function fields(list: readonly Md[]): readonly Block[] {
  const rows: Block[] = [];
  for (let from = 0; from < list.length; from += LIMITS.fieldsPerSection) {
    const some = list.slice(from, from + LIMITS.fieldsPerSection);
    rows.push({ type: 'section', fields: some.map((field) => marked(field, LIMITS.field)) });
  }
  return rows;
}

export function context(...texts: readonly Md[]): Block {
  const shown = texts.slice(0, LIMITS.elementsPerContext);
  return {
    type: 'context',
    elements: (shown.length === 0 ? [md`—`] : shown).map((text) => marked(text, LIMITS.contextText)),
  };
}

// === Things to press

export interface ButtonParts {
  readonly action: string;
  readonly label: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
}

export function button({ action, label, value, style }: ButtonParts): types.Button {
  return {
    type: 'button',
    action_id: fitting(action, LIMITS.id, 'action_id'),
    text: plain(label, LIMITS.buttonText),
    value: fitting(value, LIMITS.buttonValue, 'button value'),
    ...(style === undefined ? {} : { style }),
  };
}

export interface OptionParts {
  readonly value: string;
  readonly label: string;
}

/** Rarely used things behind three dots; Slack shows five at most, more are a mistake of ours. */
export function overflow(action: string, options: readonly OptionParts[]): types.Overflow {
  if (options.length > LIMITS.overflowOptions) throw new Error('An overflow menu holds five options');
  return {
    type: 'overflow',
    action_id: fitting(action, LIMITS.id, 'action_id'),
    options: options.map(({ value, label }) => ({
      text: plain(label, LIMITS.optionText),
      value: fitting(value, LIMITS.optionValue, 'option value'),
    })),
  };
}

/** As many rows as the elements need. */
export function actions(elements: readonly (types.Button | types.Overflow)[]): readonly Block[] {
  const rows: Block[] = [];
  for (let from = 0; from < elements.length; from += LIMITS.elementsPerActions) {
    rows.push({ type: 'actions', elements: elements.slice(from, from + LIMITS.elementsPerActions) });
  }
  return rows;
}

// === Forms

interface FieldParts {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: true;
}

/** The element of a field has the field's own id, so that an answer is found by one name. */
export function textInput(
  parts: FieldParts & { readonly initial?: string; readonly lines?: 'one'; readonly most?: number },
): Block {
  const most = Math.min(parts.most ?? LIMITS.inputText, LIMITS.inputText);
  return input(parts, {
    type: 'plain_text_input',
    action_id: parts.id,
    multiline: parts.lines !== 'one',
    max_length: most,
    ...(parts.initial === undefined ? {} : { initial_value: shorten(parts.initial, most) }),
  });
}

export function selectInput(
  parts: FieldParts & { readonly options: readonly OptionParts[]; readonly initial?: string },
): Block {
  const options = parts.options.slice(0, LIMITS.options).map(({ value, label }) => ({
    text: plain(label, LIMITS.optionText),
    value: fitting(value, LIMITS.optionValue, 'option value'),
  }));
  const initial = options.find(({ value }) => value === parts.initial);
  return input(parts, {
    type: 'static_select',
    action_id: parts.id,
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  });
}

export function personInput(parts: FieldParts): Block {
  return input(parts, { type: 'users_select', action_id: parts.id });
}

function input(parts: FieldParts, element: types.InputBlock['element']): Block {
  return {
    type: 'input',
    block_id: fitting(parts.id, LIMITS.id, 'block_id'),
    label: plain(parts.label, LIMITS.inputLabel),
    element,
    ...(parts.hint === undefined ? {} : { hint: plain(parts.hint, LIMITS.inputHint) }),
    ...(parts.optional === undefined ? {} : { optional: true }),
  };
}

// === Wholes

/** A message that is legal as a whole: not too many blocks, and not too much in them. */
export function message(text: string, blocks: readonly Block[]): Message {
  const most = LIMITS.blocksPerMessage;
  const few = blocks.length <= most ? blocks : [...blocks.slice(0, most - 1), context(md`……`)];
  return { text: shorten(text.trim() === '' ? '—' : text, LIMITS.text), blocks: light(few) };
}

export interface ModalParts {
  readonly view: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Absent: there is nothing to send. */
  readonly submit?: string;
  readonly close?: string;
  /** Comes back with what was filled in. */
  readonly metadata?: string;
}

export function modal(parts: ModalParts): View {
  const blocks = parts.blocks.slice(0, LIMITS.blocksPerView);
  return {
    type: 'modal',
    callback_id: fitting(parts.view, LIMITS.id, 'callback_id'),
    title: plain(parts.title, LIMITS.viewTitle),
    blocks: [...blocks],
    close: plain(parts.close ?? '关闭', LIMITS.viewButton),
    ...(parts.submit === undefined ? {} : { submit: plain(parts.submit, LIMITS.viewButton) }),
    ...(parts.metadata === undefined
      ? {}
      : { private_metadata: fitting(parts.metadata, LIMITS.privateMetadata, 'private_metadata') }),
  };
}

export function home(blocks: readonly Block[]): types.HomeView {
  const most = LIMITS.blocksPerView;
  return {
    type: 'home',
    blocks: blocks.length <= most ? [...blocks] : [...blocks.slice(0, most - 1), context(md`……`)],
  };
}

/** Takes text out of the longest sections until the whole fits, and whole blocks only when that is not enough. */
function light(blocks: readonly Block[]): readonly Block[] {
  const list = [...blocks];
  while (JSON.stringify(list).length > LIMITS.messageTotal) {
    const at = longest(list);
    const block = list[at];
    if (block?.type === 'section' && block.text !== undefined && block.text.text.length > 100) {
      const half = Math.floor(block.text.text.length / 2);
      const text =
        block.text.type === 'mrkdwn'
          ? { ...block.text, text: shortenMd({ md: block.text.text }, half) }
          : { ...block.text, text: shorten(block.text.text, half) };
      list[at] = { ...block, text };
    } else list.splice(at, 1);
  }
  return list;
}

function longest(blocks: readonly Block[]): number {
  const sizes = blocks.map((block) => (isLight(block) ? 0 : JSON.stringify(block).length));
  return sizes.indexOf(Math.max(...sizes));
}

/** Buttons are what a card is for, and are bounded by their own limits. */
function isLight(block: Block): boolean {
  return block.type === 'actions' && JSON.stringify(block).length < LIMITS.section;
}

/** Ids and values are ours: one that is too long would come back cut, which is worse than not being sent. */
function fitting(text: string, most: number, what: string): string {
  if (text.length <= most) return text;
  throw new Error(`A ${what} of Slack holds ${most} characters, not ${text.length}`);
}
