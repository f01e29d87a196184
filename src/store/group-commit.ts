/**
 * Transactions of an embedded database that are ready in the same moment are committed together: a commit
 * waits for the disk, and one flush makes as many of them durable as there are.
 *
 * A member waits -> runs -> is told. It waits for the end of the current turn of the event loop: whoever is
 * woken by the same commit or the same packets has thought by then and waits too, and with nothing else
 * going on that end comes at once. The group then takes the connection, so that nobody reads in between;
 * members run one after the other, each in a savepoint of its own, so that one that throws is undone alone.
 *
 * Nobody is told anything before the commit, not even who threw or found a duplicate: what a member saw may
 * have been written by one before it. When the commit fails, all of them fail with what it failed with.
 * Out of space or after an I/O error SQLite undoes the whole transaction by itself, in the middle: then those
 * who have run fail, and those who have not run begin anew in a group of their own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { AppError } from '../errors.ts';
import type { OneConnection } from './backend.ts';
import { diskTrouble } from './disk-trouble.ts';
import { runsDirectly } from './prepared.ts';
import type { Tables, Tx } from './tables.ts';

/** By then each pays a sixty-fourth of the flush; more would only let the first, and all who read, wait for a crowd. */
const MEMBERS_AT_ONCE = 64;

type Work<Result> = (tx: Tx) => Promise<Result>;

export interface GroupCommit {
  /** As a transaction of its own, but for the moment it is committed at. */
  transact<Result>(work: Work<Result>): Promise<Result>;
  /** Resolves when nobody waits any more. */
  settled(): Promise<void>;
}

interface Member {
  readonly work: Work<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** A member that has run: what came of it, to be told after the commit. */
interface Ran {
  readonly tell: () => void;
  readonly reject: (reason: unknown) => void;
}

export function createGroupCommit(connection: OneConnection): GroupCommit {
  const { run, isInside } = memberRunner(connection);
  const waiting: Member[] = [];
  let working: Promise<void> | undefined;

  async function workOff(): Promise<void> {
    while (waiting.length > 0) {
      await setImmediate();
      await connection.take();
      const tell = await together();
      connection.give();
      // The connection is free before anybody is told: they will read at once.
      tell();
    }
    working = undefined;
  }

  /** @returns what tells those who have run what came of it */
  async function together(): Promise<() => void> {
    const ran: Ran[] = [];
    try {
      connection.begin();
      await runSome(ran);
      connection.commit();
    } catch (reason) {
      connection.rollback();
      // Not even begun: it would not for the next ones either.
      const failed = ran.length > 0 ? ran : waiting.splice(0);
      return () => {
        for (const { reject } of failed) reject(reason);
      };
    }
    return () => {
      for (const { tell } of ran) tell();
    };
  }

  async function runSome(ran: Ran[]): Promise<void> {
    while (ran.length < MEMBERS_AT_ONCE) {
      const member = waiting.shift();
      if (member === undefined) return;
      const { error, ...done } = await run(member);
      ran.push(done);
      if (!connection.isBegun()) throw undone(error);
    }
  }

  return {
    async transact<Result>(work: Work<Result>) {
      if (isInside()) throw new Error('A transaction inside another would wait for itself; use its tx');
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as Member['resolve'], reject });
        working ??= workOff();
      });
    },
    async settled() {
      while (working !== undefined) await working;
    },
  };
}

function memberRunner(connection: OneConnection) {
  const members = new Kysely<Tables>({ dialect: connection.members });
  const inside = new AsyncLocalStorage<{ isOpen: boolean }>();

  async function within(tx: Tx, work: Work<unknown>): Promise<unknown> {
    const own = { isOpen: true };
    runsDirectly(tx, (sql, parameters) => {
      if (own.isOpen) return connection.run(sql, parameters);
      throw new Error('A statement came after the end of its transaction');
    });
    try {
      return await inside.run(own, () => work(tx));
    } finally {
      own.isOpen = false;
    }
  }

  return {
    isInside: () => inside.getStore()?.isOpen === true,
    async run({ work, resolve, reject }: Member): Promise<Ran & { readonly error?: unknown }> {
      try {
        const result = await members.transaction().execute((tx) => within(tx, work));
        return { tell: () => resolve(result), reject };
      } catch (error) {
        return { tell: () => reject(error), reject, error };
      }
    },
  };
}

/** What the database said if it was that; else trouble that passes, whatever the member made of it: all are told. */
function undone(error: unknown): Error {
  if (error instanceof AppError && diskTrouble(error.cause) !== undefined) return error;
  return new AppError('store_busy', 'The database has undone a transaction by itself; try again later.', {
    cause: error,
  });
}
