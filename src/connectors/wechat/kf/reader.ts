/**
 * Fetches what pushes announce. A push says only that there is news, and lends a token for ten minutes; the
 * news itself waits at WeCom for three days, behind a cursor. The cursor is saved after a page was handled: a
 * crash in between makes the page come again, and everything in it carries an id that is known by then.
 *
 * One account is read by one reader at a time; a push that comes meanwhile makes it read once more. After
 * trouble it tries again by itself, without the token if that is over.
 */
import type { ChannelLedger } from '../../../contracts/channel-ledger.ts';
import type { Clock } from '../../../contracts/clock.ts';
import { AppError } from '../../../errors.ts';
import type { KfClient } from './client.ts';
import { type KfItem, pageSchema } from './parse.ts';

export interface ReaderParts {
  readonly client: KfClient;
  readonly ledger: Pick<ChannelLedger, 'channelCursor' | 'saveChannelCursor'>;
  readonly clock: Clock;
  readonly handle: (openKfid: string, item: KfItem) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

export interface Reader {
  /** There is news, or may be. */
  wake(openKfid: string, token?: string): void;
  /** Resolves when nothing is being read. What waits for another try is not waited for. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const PAGE_LIMIT = 1_000;
/** A page is at most 1,000 items: a million in one go is no news but a fault. */
const PAGES_MAX = 1_000;
const TOKEN_MS = 9 * 60_000;
const AGAIN_MS = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

interface Reading {
  token?: { readonly text: string; readonly until: number };
  running: Promise<void> | undefined;
  isWanted: boolean;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

export function createReader(parts: ReaderParts): Reader {
  const { client, ledger, clock } = parts;
  const readings = new Map<string, Reading>();
  let isStopped = false;

  async function run(openKfid: string, reading: Reading): Promise<void> {
    try {
      while (reading.isWanted && !isStopped) {
        reading.isWanted = false;
        await readOn(openKfid, reading);
      }
      reading.failures = 0;
    } catch (error) {
      parts.onFailure(error);
      if (isStopped) return;
      const wait = AGAIN_MS[Math.min(reading.failures, AGAIN_MS.length - 1)];
      reading.failures += 1;
      reading.timer = setTimeout(() => reader.wake(openKfid), wait);
      reading.timer.unref();
    }
  }

  async function readOn(openKfid: string, reading: Reading): Promise<void> {
    let cursor = await ledger.channelCursor('wecom-kf', openKfid);
    for (let pages = 0; pages < PAGES_MAX && !isStopped; pages += 1) {
      const page = await fetchPage(openKfid, cursor, reading);
      for (const item of page.msg_list) if (item !== null) await parts.handle(openKfid, item);
      const next = page.next_cursor;
      if (next === '' || next === cursor) return;
      await ledger.saveChannelCursor('wecom-kf', openKfid, next);
      cursor = next;
      if (page.has_more !== 1) return;
    }
  }

  async function fetchPage(openKfid: string, cursor: string | undefined, reading: Reading) {
    const { token } = reading;
    const isValid = token !== undefined && clock.now() < token.until;
    const result = await client.call(
      '/cgi-bin/kf/sync_msg',
      {
        open_kfid: openKfid,
        limit: PAGE_LIMIT,
        ...(cursor === undefined ? {} : { cursor }),
        ...(isValid ? { token: token.text } : {}),
      },
      pageSchema,
    );
    if (result.ok) return result.value;
    // Without a token it goes as well, only not often.
    delete reading.token;
    throw new AppError('channel_unavailable', `WeCom refused to hand out news with ${result.code}`);
  }

  const reader: Reader = {
    wake(openKfid, token) {
      if (isStopped) return;
      const reading = readings.get(openKfid) ?? {
        running: undefined,
        isWanted: false,
        failures: 0,
        timer: undefined,
      };
      readings.set(openKfid, reading);
      if (token !== undefined) reading.token = { text: token, until: clock.now() + TOKEN_MS };
      reading.isWanted = true;
      clearTimeout(reading.timer);
      reading.running ??= run(openKfid, reading).finally(() => {
        reading.running = undefined;
      });
    },
    async settled() {
      for (;;) {
        const running = [...readings.values()].flatMap((one) =>
          one.running === undefined ? [] : [one.running],
        );
        if (running.length === 0) return;
        await Promise.all(running);
      }
    },
    async stop() {
      isStopped = true;
      for (const { timer } of readings.values()) clearTimeout(timer);
      await reader.settled();
    },
  };
  return reader;
}
