/**
 * Notes that were said in a thread already stand there: the desk's event of such a note is not said again. Which
 * ones is kept in the desk's books (anchor `slack.own:<digest>`), for a crash may lie between, and the process
 * that draws need not be the one that was told.
 */
import { createHash } from 'node:crypto';
import type { Desk } from '../../contracts/desk.ts';
import type { CaseId } from '../../domain/ids.ts';
import { VIEW } from './hands.ts';

/** Remembered of the same words by the same person in the same case. */
const MOST = 20;

export interface OwnNotes {
  /** Before the note is written. `from` is what it was said in, and the same at every try. */
  add(note: NoteMark, from: string): Promise<void>;
  /** It was not written after all. */
  drop(note: NoteMark, from: string): Promise<void>;
  /** Whether event `n` is one of ours; the same answer however often it is asked. */
  take(note: NoteMark, n: number): Promise<boolean>;
}

interface NoteMark {
  readonly case: CaseId;
  readonly by: string;
  readonly text: string;
}

/** What was said, with the event it became; 0 while none is known. */
type Said = readonly { readonly from: string; readonly n: number }[];

export function createOwnNotes(desk: Pick<Desk, 'anchor' | 'setAnchor'>): OwnNotes {
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: each reads, changes and writes. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work);
    last = done.catch(() => {});
    return done;
  }

  async function read(mark: NoteMark): Promise<Said> {
    const { place = '' } = (await desk.anchor(viewOf(mark), mark.case)) ?? {};
    return place.split(' ').flatMap((entry) => {
      const [from = '', n = '0'] = entry.split('@');
      return from === '' ? [] : [{ from, n: Number(n) }];
    });
  }

  async function write(mark: NoteMark, said: Said): Promise<void> {
    const place = said
      .slice(-MOST)
      .map(({ from, n }) => `${from}@${n}`)
      .join(' ');
    await desk.setAnchor({ case: mark.case, view: viewOf(mark), place });
  }

  return {
    add: (mark, from) =>
      inTurn(async () => {
        const said = await read(mark);
        if (!said.some((entry) => entry.from === from)) await write(mark, [...said, { from, n: 0 }]);
      }),
    drop: (mark, from) =>
      inTurn(async () => {
        const said = await read(mark);
        await write(
          mark,
          said.filter((entry) => entry.from !== from),
        );
      }),
    take: (mark, n) =>
      inTurn(async () => {
        const said = await read(mark);
        if (said.some((entry) => entry.n === n)) return true;
        const at = said.findIndex((entry) => entry.n === 0);
        if (at < 0) return false;
        await write(mark, said.with(at, { from: said[at]?.from ?? '', n }));
        return true;
      }),
  };
}

/** Short on purpose: it tells equal words from others, and leads back to none. */
function viewOf({ by, text }: NoteMark): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([by, text.trim()]))
    .digest('hex');
  return `${VIEW}.own:${digest.slice(0, 8)}`;
}
