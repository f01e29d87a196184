/** One line of the talk as the page gets it. Reply parameters stay here: the page shows words, it computes nothing. */
import type { HistoryLine } from '../../contracts/store.ts';

export interface PageLine {
  readonly position: number;
  readonly who: 'citizen' | 'bot';
  readonly at: string;
  readonly reply: string;
  readonly text: string;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly secure?: { readonly purpose: string; readonly url: string };
  readonly sources?: readonly {
    readonly title: string;
    readonly publisher: string;
    readonly date: string;
    readonly url?: string;
  }[];
  /** Where a question stands among those of its flow, counted from 1. */
  readonly progress?: { readonly step: number; readonly of: number };
  /** The number under which something was registered: the line is worth keeping. */
  readonly receipt?: string;
}

/** The page shows the sources as a card of their own; the line that names them is for channels of plain text. */
const CITED = /\n依据：[^\n]*$/u;

export function renderLine({ position, who, at, part }: HistoryLine): PageLine {
  const { secure, sources, choices, params } = part;
  const receipt = params.applicationNo ?? params.caseNumber;
  return {
    position,
    who,
    at,
    reply: part.id,
    text: sources === undefined || sources.length === 0 ? part.text : part.text.replace(CITED, ''),
    ...(choices === undefined || choices.length === 0 ? {} : { choices }),
    ...(secure?.url === undefined ? {} : { secure: { purpose: secure.purpose, url: secure.url } }),
    ...(sources === undefined || sources.length === 0
      ? {}
      : {
          sources: sources.map(({ title, publisher, date, url }) => ({
            title,
            publisher,
            date,
            ...(url === undefined ? {} : { url }),
          })),
        }),
    ...(typeof params.step === 'number' && typeof params.steps === 'number'
      ? { progress: { step: params.step, of: params.steps } }
      : {}),
    ...(typeof receipt === 'string' && part.text.includes(receipt) ? { receipt } : {}),
  };
}

/** Lines without words, such as the opening of the page, are nothing to show. */
export function isShown(line: HistoryLine): boolean {
  return line.part.text.trim() !== '';
}
