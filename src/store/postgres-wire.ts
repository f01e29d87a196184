/**
 * The listening connection of a process: one for all channels, outside the pool but within its limit.
 * While it lives it holds a shared lock, which tells commands that replace the data that somebody works.
 *
 * It is connecting -> listening -> broken -> connecting, with pauses that grow. A connection that went
 * silent is found out by asking it something every few seconds.
 */
import pg from 'pg';
import type { Wire } from './backend.ts';
import { ALONE_LOCK, PRESENCE_LOCK } from './postgres-locks.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** Between two questions to a silent connection; so long a break may go unnoticed. */
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 5_000;

interface Ear {
  readonly hear: (payload: string) => void;
  readonly again: (() => void) | undefined;
}

export interface WireParts {
  readonly config: pg.ClientConfig;
  readonly schema: string;
  /** Runs a statement on the pool. */
  readonly query: (text: string, values: readonly unknown[]) => Promise<unknown>;
}

/** @throws what the first connecting threw; later breaks are mended in silence */
export async function openWire({ config, schema, query }: WireParts): Promise<Wire> {
  const ears = new Map<string, Set<Ear>>();
  const held = new Set<string>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let isClosed = false;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({ ...config, keepAlive: true });
    fresh.on('error', () => lose(fresh));
    fresh.on('end', () => lose(fresh));
    fresh.on('notification', ({ channel, payload = '' }) => {
      for (const ear of ears.get(channel) ?? []) ear.hear(payload);
    });
    try {
      await fresh.connect();
      await fresh.query('select pg_advisory_lock_shared($1, hashtext($2))', [PRESENCE_LOCK, schema]);
      // Nobody else starts in the moment it takes to mend a connection, or only by an odd chance.
      for (const what of held) await take(fresh, what);
      for (const channel of ears.keys()) await fresh.query(`listen "${channel}"`);
    } catch (error) {
      hangUp(fresh);
      throw error;
    }
    if (isClosed) return hangUp(fresh);
    client = fresh;
    pauseMs = FIRST_PAUSE_MS;
    later(ask, ASK_EVERY_MS);
    for (const channel of ears.values()) for (const ear of channel) ear.again?.();
  }

  async function take(on: pg.Client, what: string): Promise<boolean> {
    const { rows } = await on.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1, hashtext($2)) as held',
      [ALONE_LOCK, `${schema} ${what}`],
    );
    return rows[0]?.held === true;
  }

  function lose(broken: pg.Client): void {
    if (isClosed || client !== broken) return;
    client = undefined;
    hangUp(broken);
    mend();
  }

  function mend(): void {
    later(() => connect().catch(mend), pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }

  async function ask(): Promise<void> {
    const asked = client;
    if (asked === undefined) return;
    const deadline = setTimeout(() => lose(asked), ANSWER_WITHIN_MS).unref();
    try {
      await asked.query('select 1');
      if (client === asked) later(ask, ASK_EVERY_MS);
    } catch {
      lose(asked);
    } finally {
      clearTimeout(deadline);
    }
  }

  function later(work: () => unknown, ms: number): void {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(() => void work(), ms).unref();
  }

  await connect();
  return {
    async listen(channel, hear, again) {
      const ear = { hear, again };
      const known = ears.get(channel);
      ears.set(channel, (known ?? new Set<Ear>()).add(ear));
      if (known === undefined) await client?.query(`listen "${channel}"`);
      again?.();
      return async () => {
        ears.get(channel)?.delete(ear);
      };
    },
    notify(channel, payload) {
      query('select pg_notify($1, $2)', [channel, payload]).catch(() => {});
    },
    async holdAlone(what) {
      const isHeld = client !== undefined && (await take(client, what));
      if (isHeld) held.add(what);
      return isHeld;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const last = client;
      client = undefined;
      if (last !== undefined) await last.end().catch(() => {});
    },
  };
}

/** Whatever it still says is of no interest; an error nobody hears would end the process. */
function hangUp(client: pg.Client): void {
  client.removeAllListeners();
  client.on('error', () => {});
  client.end().catch(() => {});
}
