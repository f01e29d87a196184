/**
 * Where calls to the office arrive: the calendar is let do its work, a fault that waits for this kind of
 * call takes its turn, the work runs in one transaction, and whoever listens is woken if it changed anything.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Random } from '../../contracts/clock.ts';
import type { PersonKey } from '../../contracts/portal.ts';
import { AppError } from '../../errors.ts';
import { dayAt, instantAt } from './calendar.ts';
import { type Database, openDatabase } from './database.ts';
import { type Desk, makeNumber } from './desk.ts';
import { type Fault, type FaultTarget, takeFault } from './faults.ts';
import type { Fixture } from './fixture.ts';
import { catchUp } from './life.ts';
import { findPerson } from './records.ts';
import { isRefusal } from './refusals.ts';
import { type OfficeRules, withPractice } from './rules.ts';
import { type Books, openBooks } from './seed.ts';

export interface OfficeOptions {
  /** Path of the office's own file, or `:memory:`. */
  readonly file: string;
  readonly rules: OfficeRules;
  readonly clock: Clock;
  readonly random: Random;
  /** What a new file begins with; the demo families unless given. An old file is left as it is. */
  readonly fixture?: Fixture;
  /** Waits out the fault `slow`. */
  readonly delay?: (ms: number) => Promise<void>;
}

export interface Counter {
  readonly db: Database;
  desk(): Desk;
  transact<T>(work: (desk: Desk) => T, how?: Pick<Partial<Desk>, 'by' | 'deliveries'>): T;
  /** Does the work, then takes all of it back; nobody is woken. */
  undone<T>(work: (desk: Desk) => T, how?: Pick<Partial<Desk>, 'by' | 'onCheck'>): T;
  guarded<T>(target: FaultTarget, work: (fault: Fault | undefined) => T): Promise<T>;
  about<T>(target: FaultTarget, of: PersonKey, view: (db: Database, person: string) => T[]): Promise<T[]>;
  tick(): void;
  onChange(wake: () => void): void;
}

export function openCounter({ file, rules, clock, random, fixture, delay = wait }: OfficeOptions): Counter {
  const db = openDatabase(file);
  const wakes: (() => void)[] = [];
  const takeNumber = () =>
    db.get<{ value: number }>("update settings set value = value + 1 where name = 'numbers' returning value");
  const deskWith = (how: Partial<Desk>, books: Books): Desk => {
    const now = clock.now();
    const today = dayAt(now);
    return {
      db,
      rules: withPractice(rules, books.practice),
      today,
      now: instantAt(now),
      invitationDays: books.invitationDays,
      number: (prefix) =>
        makeNumber(prefix, today, { bytes: random.bytes(4), count: takeNumber()?.value ?? 0 }),
      deliveries: 1,
      ...how,
    };
  };
  const books = openBooks(db, fixture, (settings) => deskWith({}, settings));
  const desk = (how: Partial<Desk> = {}) => deskWith(how, books);
  const lastChange = () => db.get<{ seq: number }>('select coalesce(max(seq), 0) seq from changes')?.seq ?? 0;

  const transact: Counter['transact'] = (work, how = {}) => {
    const before = lastChange();
    const result = db.transaction(() => work(desk(how)));
    if (lastChange() > before) for (const wake of wakes) wake();
    return result;
  };

  const undone: Counter['undone'] = (work, how = {}) => {
    const results: ReturnType<typeof work>[] = [];
    try {
      db.transaction(() => {
        results.push(work(desk(how)));
        throw new TakenBack();
      });
    } catch (error) {
      if (!(error instanceof TakenBack)) throw error;
    }
    return results[0] as ReturnType<typeof work>;
  };

  let caughtUpFor = '';
  const tick = () => {
    const today = dayAt(clock.now());
    if (today === caughtUpFor) return;
    transact(catchUp);
    caughtUpFor = today;
  };

  const guarded: Counter['guarded'] = async (target, work) => {
    tick();
    const fault = db.transaction(() => takeFault(db, target));
    if (fault?.how === 'slow') await delay(fault.ms);
    if (fault?.how === 'timeout_before') throw timeout(target);
    const result = work(fault);
    if (fault?.how === 'timeout_after') throw timeout(target);
    return result;
  };

  return {
    db,
    desk,
    transact,
    undone,
    guarded,
    about: (target, of, view) =>
      guarded(target, () => {
        const person = findPerson(db, of);
        return isRefusal(person) ? [] : view(db, person.id);
      }),
    tick,
    onChange: (wake) => void wakes.push(wake),
  };
}

/** Ends a transaction that was only a rehearsal. */
class TakenBack extends Error {}

function timeout(target: FaultTarget): AppError {
  return new AppError(
    'portal_timeout',
    `The office did not answer '${target}' in time; ask what became of the key before repeating an act`,
  );
}
