/**
 * Ends this process when it hangs without dying: an endless loop, or a regular expression that never comes to an end, blocks
 * every talk of the process and is noticed by nobody inside it. Whoever runs us (systemd, compose) starts it again,
 * and what it was working on is counted as a failure of those messages, which after five go to a person.
 *
 * The watcher is a shell of one megabyte and not a worker thread, which takes twelve. The main thread gives it a sign of life
 * by a signal; it counts rounds of its own instead of looking at a clock, so a machine that slept or a process that was
 * halted is not one that hung. What is being worked on stands in a small file, ids only, since whoever hangs can tell nobody.
 *
 * As the first process of a container nobody may kill us, not even ourselves: containers are to be run with an init.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

/** Signs of life within the limit; fewer would make a late one look like none. */
const ROUNDS = 5;
/** As much as is worked on at once: three queues of eight, and some to spare. */
const PLACES = 32;
/** A queue, an id and a space. */
const PLACE_BYTES = 64;
const EMPTY = Buffer.alloc(PLACE_BYTES, ' ');

export interface Watchdog {
  /** Notes what is worked on, by ids alone, as long as it runs. */
  during<Result>(what: string, run: () => Promise<Result>): Promise<Result>;
  stop(): void;
}

export interface WatchdogParts {
  /** 0: nobody watches. */
  readonly limitMs: number;
  /** Where it is noted what is worked on. */
  readonly file: string;
}

export const NO_WATCHDOG: Watchdog = { during: (_, run) => run(), stop: () => {} };

/** The log's line about a process that hung is written by its watcher, in the same form. */
const SCRIPT = `
trap 'rounds=0' USR1
trap 'kill $!; exit 0' TERM INT
rounds=0
while [ "$rounds" -lt ${ROUNDS} ]; do
  sleep "$1" & wait $!
  read -r _ _ _ parent _ < /proc/$$/stat || exit 0
  [ "$parent" = "$PPID" ] || exit 0
  rounds=$((rounds + 1))
done
working=$(tr -s ' ' < "$2")
printf '{"level":60,"event":"process.hung","seconds":%s,"working":"%s"}\\n' "$3" "$working" >&2
kill -KILL "$PPID"
`;

export function startWatchdog({ limitMs, file }: WatchdogParts): Watchdog {
  if (limitMs === 0) return NO_WATCHDOG;
  const roundMs = limitMs / ROUNDS;
  const notes = openNotes(file);
  const args = ['-c', SCRIPT, 'gongji-watchdog', String(roundMs / 1_000), file, String(limitMs / 1_000)];
  let child: ChildProcess | undefined;
  const begin = (): void => {
    child = spawn('/bin/sh', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: '/usr/bin:/bin' },
    });
    // Where there is no shell nobody watches; the house works all the same.
    child.on('error', () => {});
    child.unref();
  };
  begin();
  // Twice a round: one that is late by a little is not missed.
  const beating = setInterval(() => {
    if (child?.kill('SIGUSR1') === false && child.pid !== undefined) begin();
  }, roundMs / 2).unref();
  return {
    async during(what, run) {
      const place = notes.note(what);
      try {
        return await run();
      } finally {
        notes.clear(place);
      }
    },
    stop() {
      clearInterval(beating);
      child?.kill('SIGTERM');
      notes.close();
    },
  };
}

/** A place for each, written over: two microseconds, and no more room than was taken at the start. */
function openNotes(file: string) {
  const free = Array.from({ length: PLACES }, (_, place) => place);
  let handle: number | undefined;
  try {
    handle = openSync(file, 'w', 0o600);
    writeSync(handle, Buffer.alloc(PLACES * PLACE_BYTES, ' '));
  } catch {
    handle = undefined;
  }
  // One for each place, made once: this is on the path of every turn.
  const lines = free.map(() => Buffer.alloc(PLACE_BYTES, ' '));
  const write = (place: number, line: Uint8Array): void => {
    try {
      if (handle !== undefined) writeSync(handle, line, 0, PLACE_BYTES, place * PLACE_BYTES);
    } catch {
      // Worth less than what is worked on.
    }
  };
  return {
    note(what: string): number | undefined {
      const place = free.pop();
      const line = place === undefined ? undefined : lines[place];
      if (place === undefined || line === undefined) return undefined;
      line.write(what.padEnd(PLACE_BYTES - 1), 0, PLACE_BYTES - 1, 'latin1');
      write(place, line);
      return place;
    },
    clear(place: number | undefined): void {
      if (place === undefined) return;
      write(place, EMPTY);
      free.push(place);
    },
    close(): void {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
      rmSync(file, { force: true });
    },
  };
}
