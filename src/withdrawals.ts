/**
 * Makes withdrawals known to this process, and takes up those the command line has written down. The
 * list is asked for every two seconds: one small query, so that a withdrawal in one process is one in
 * all of them within five seconds.
 *
 * The embedded store is a file that only the server may open. `gongji kb withdraw` therefore leaves an
 * intent in the data folder, a file that is removed when its row has been committed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Withdrawal, Withdrawals } from './contracts/store.ts';
import type { Editions } from './editions.ts';
import { codeOf, type Log } from './log.ts';

const ASK_EVERY_MS = 2_000;

export type Intent =
  | ({ readonly act: 'withdraw' } & Omit<Withdrawal, 'at'>)
  | { readonly act: 'restore'; readonly id: string; readonly by: string };

export interface WithdrawalsParts {
  readonly store: Withdrawals;
  readonly editions: Editions;
  readonly log: Log;
  /** Where intents lie; absent: there are none. */
  readonly intents?: string | undefined;
}

export interface WithdrawalsWatch {
  /** Takes up intents and asks for the list now. Trouble is logged and the list before it stays. */
  refresh(): Promise<void>;
  start(): void;
  /** Resolves when the last asking has ended. */
  stop(): Promise<void>;
}

export function createWithdrawalsWatch(parts: WithdrawalsParts): WithdrawalsWatch {
  const { store, editions, log, intents } = parts;
  let timer: NodeJS.Timeout | undefined;
  let known = '';
  let noted = '';
  let running: Promise<void> = Promise.resolve();

  async function refresh(): Promise<void> {
    try {
      if (intents !== undefined) await takeUp(intents, store, log);
      const { version } = editions.whole().knowledge;
      if (version !== noted) await store.noteKnowledge(version);
      noted = version;
      const list = await store.withdrawn();
      const now = list.map(({ id }) => id).join('\n');
      if (now === known) return;
      editions.withdraw(list);
      known = now;
      log.event('knowledge.withdrawals', {
        withdrawn: list.length,
        version: editions.of().knowledge.version,
      });
    } catch (error) {
      log.event('knowledge.withdrawals_failed', { code: codeOf(error) });
    }
  }

  function inTurn(): Promise<void> {
    running = running.then(refresh);
    return running;
  }

  return {
    refresh: inTurn,
    start() {
      timer = setInterval(() => void inTurn(), ASK_EVERY_MS).unref();
    },
    stop() {
      clearInterval(timer);
      return running;
    },
  };
}

async function takeUp(dir: string, store: Withdrawals, log: Log): Promise<void> {
  for (const file of intentFiles(dir)) {
    const intent = readIntent(join(dir, file));
    if (intent === undefined) {
      // Kept for whoever wrote it, under a name that is not looked at again.
      renameSync(join(dir, file), join(dir, `${file}.unreadable`));
      log.event('knowledge.intent_unreadable', { file });
      continue;
    }
    const { act, ...rest } = intent;
    if (act === 'withdraw') await store.withdraw(rest as Omit<Withdrawal, 'at'>);
    else await store.restore(rest);
    rmSync(join(dir, file), { force: true });
  }
}

/** In the order they were written: their names begin with the time. */
function intentFiles(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .sort();
}

/** Leaves an intent for the server. `now` orders intents; gives the path, which vanishes when it was taken up. */
export function leaveIntent(dir: string, intent: Intent, now: number): string {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${String(now).padStart(15, '0')}-${intent.act}.json`);
  // Renamed into place, so that nobody reads half of it.
  writeFileSync(`${file}.new`, JSON.stringify(intent));
  renameSync(`${file}.new`, file);
  return file;
}

/** The folder of intents within a data folder. */
export function intentsDir(dataDir: string): string {
  return join(dataDir, 'withdrawals');
}

function readIntent(file: string): Intent | undefined {
  try {
    return asIntent(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function asIntent(value: unknown): Intent | undefined {
  const given = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly [key: string]: unknown;
  };
  const { act, id, by, kind, reason } = given;
  if (typeof id !== 'string' || typeof by !== 'string') return undefined;
  if (act === 'restore') return { act, id, by };
  if (act !== 'withdraw' || typeof reason !== 'string') return undefined;
  return kind === 'faq' || kind === 'cause' || kind === 'rule' || kind === 'canned'
    ? { act, id, kind, reason, by }
    : undefined;
}
