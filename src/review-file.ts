/**
 * The words nobody was sure of, as a file beside the database. A server holds its database for itself,
 * so the people who improve the examples read this instead, while it runs and afterwards.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Advice } from './contracts/advice.ts';
import type { ReviewItems } from './contracts/store.ts';

/** Name of the file in the data directory. */
export const REVIEW_FILE = 'review.jsonl';
export const PROPOSALS_FILE = 'proposals.jsonl';
/** Curators come by once a day; a minute is fresh. */
const EVERY_MS = 60_000;

export interface ReviewFile {
  /** Writes what the store has now; nothing when that has not changed. */
  refresh(): Promise<void>;
  /** Writes a last time and stops. */
  close(): Promise<void>;
}

/**
 * Keeps the file as the store is, whole at any moment and readable by its owner only: what the store
 * forgets leaves the file too. Several servers on one database each write the same into their own folder.
 */
export function keepReviewFile(
  store: ReviewItems,
  file: string,
  onFailure: (error: unknown) => void,
): ReviewFile {
  return keepLines(() => store.reviewItems(), file, onFailure);
}

/** As `keepReviewFile`, for what staff proposed and another person approved. */
export function keepProposalsFile(
  advice: Pick<Advice, 'proposals'>,
  file: string,
  onFailure: (error: unknown) => void,
): ReviewFile {
  return keepLines(() => advice.proposals('approved'), file, onFailure);
}

function keepLines(
  read: () => Promise<readonly object[]>,
  file: string,
  onFailure: (error: unknown) => void,
): ReviewFile {
  let written: string | undefined;

  async function write(): Promise<void> {
    const lines = (await read()).map((item) => `${JSON.stringify(item)}\n`).join('');
    if (lines === written) return;
    if (lines === '') rmSync(file, { force: true });
    else {
      writeFileSync(`${file}.new`, lines, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    }
    written = lines;
  }

  // One after the other: an older list must not be renamed over a newer one.
  let last: Promise<void> = Promise.resolve();
  const refresh = () => {
    last = last.then(write).catch(onFailure);
    return last;
  };
  const timer = setInterval(() => void refresh(), EVERY_MS);
  timer.unref();
  void refresh();
  return {
    refresh,
    close() {
      clearInterval(timer);
      return refresh();
    },
  };
}
