/** What the page knows of the talk. Pure: a new state from an old one and what happened. */
import type { Line, LinkState, Message } from './wire.ts';

export interface Pending {
  readonly message: Message;
  /** What the citizen sees of it until the server shows the stored line. */
  readonly text: string;
  readonly state: 'sending' | 'sent' | 'failed';
}

export interface Talk {
  readonly lines: readonly Line[];
  readonly pending: readonly Pending[];
  readonly link: LinkState;
  readonly isAwaiting: boolean;
  /** The citizen has said something since the page was opened. */
  readonly hasSpoken: boolean;
  readonly notice?: 'tooFast' | 'tooLong' | 'later' | undefined;
}

export type Event =
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'link'; readonly link: LinkState }
  | { readonly kind: 'send'; readonly message: Message; readonly text: string }
  | { readonly kind: 'posted'; readonly id: string }
  | {
      readonly kind: 'unsent';
      readonly id: string;
      readonly notice?: 'tooFast' | 'tooLong' | 'later' | undefined;
    }
  | { readonly kind: 'gave_up_waiting' };

export const START: Talk = {
  lines: [],
  pending: [],
  link: 'connecting',
  isAwaiting: false,
  hasSpoken: false,
};

export function next(talk: Talk, event: Event): Talk {
  switch (event.kind) {
    case 'line':
      return withLine(talk, event.line);
    case 'link':
      return { ...talk, link: event.link };
    case 'send': {
      const others = talk.pending.filter(({ message }) => message.id !== event.message.id);
      const pending: Pending = { message: event.message, text: event.text, state: 'sending' };
      return { ...talk, pending: [...others, pending], isAwaiting: true, hasSpoken: true, notice: undefined };
    }
    case 'posted':
      return { ...talk, pending: mark(talk.pending, event.id, 'sent') };
    case 'unsent':
      return {
        ...talk,
        pending: mark(talk.pending, event.id, 'failed'),
        isAwaiting: false,
        notice: event.notice,
      };
    case 'gave_up_waiting':
      return { ...talk, isAwaiting: false };
  }
}

// Own lines come back in the order they were sent, so the oldest one under way is the one that arrived.
function withLine(talk: Talk, line: Line): Talk {
  const lines = [...talk.lines, line];
  if (line.who === 'bot') return { ...talk, lines, isAwaiting: false };
  const arrived = talk.pending.find(({ state }) => state !== 'failed');
  return { ...talk, lines, pending: talk.pending.filter((one) => one !== arrived), isAwaiting: true };
}

function mark(pending: readonly Pending[], id: string, state: Pending['state']): readonly Pending[] {
  return pending.map((one) => (one.message.id === id ? { ...one, state } : one));
}

/** The answers offered right now: those of the last thing said, unless the citizen has spoken since. */
export function choicesNow(talk: Talk): NonNullable<Line['choices']> {
  if (talk.pending.length > 0) return [];
  for (const line of [...talk.lines].reverse()) {
    if (line.who === 'citizen') return [];
    if (line.choices !== undefined) return line.choices;
  }
  return [];
}

/** Where the question stands that the citizen was asked last. */
export function progressNow({ lines }: Talk): Line['progress'] {
  return lines.findLast(({ who }) => who === 'bot')?.progress;
}

/** A chosen answer is stored as its value; the page shows the words of the button. */
export function shownText(lines: readonly Line[], index: number): string {
  const line = lines[index];
  if (line === undefined || line.who === 'bot') return line?.text ?? '';
  for (const earlier of lines.slice(0, index).reverse()) {
    const choice = earlier.choices?.find(({ value }) => value === line.text);
    if (choice !== undefined) return choice.label;
    if (earlier.choices !== undefined) break;
  }
  return line.text;
}
