/**
 * The simulated office is a file of one process: a second one on the same database would have another office, and what
 * citizens were promised in one would not be known in the other.
 */
import { AppError } from './errors.ts';

const OFFICE = 'simulated office';

/** @throws AppError `bad_config` when another process has the office */
export async function keepOfficeAlone(opened: {
  holdAlone(what: string): Promise<boolean>;
  close(): Promise<void>;
}): Promise<void> {
  if (await opened.holdAlone(OFFICE)) return;
  await opened.close();
  throw new AppError(
    'bad_config',
    `Another process on this database has the simulated office already, and each would have one of its own.
  - For several processes: start one office for all with 'gongji portal serve', and name it in GONGJI_PORTAL for each.
  - For one process: stop the other one first.`,
  );
}
