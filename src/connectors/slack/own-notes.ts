/**
 * Notes that were said in a thread already stand there: the desk's event of such a note is not said again.
 * Kept in memory only; after a crash a note may stand there twice, which harms nobody.
 */
const MOST = 500;

export interface OwnNotes {
  add(note: NoteMark): void;
  /** Whether it was one of ours; once only. */
  take(note: NoteMark): boolean;
}

interface NoteMark {
  readonly case: string;
  readonly by: string;
  readonly text: string;
}

export function createOwnNotes(): OwnNotes {
  const marks = new Set<string>();
  const markOf = (note: NoteMark): string => JSON.stringify([note.case, note.by, note.text.trim()]);
  return {
    add(note) {
      if (marks.size >= MOST) marks.clear();
      marks.add(markOf(note));
    },
    take: (note) => marks.delete(markOf(note)),
  };
}
