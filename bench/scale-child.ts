/**
 * One process of `scale.ts`: the whole house without a web server, on a database it is given. `turns` talks to itself in
 * many conversations at once until the time is over; `bare` writes the rows of such turns by hand, as often as it can,
 * and `bare-together` those of all conversations in the same transactions. Ends with one JSON line.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createApp } from '../src/app.ts';
import type { Connector } from '../src/contracts/connector.ts';
import type { IdentityProvider } from '../src/contracts/identity.ts';
import type { Signals } from '../src/contracts/signals.ts';
import { openLibrary } from '../src/library.ts';
import { createLog } from '../src/log.ts';
import { knowledgeRules } from '../src/portals/simulated/knowledge-rules.ts';
import { openSimulatedOffice } from '../src/portals/simulated/office.ts';
import { openStore } from '../src/store/open.ts';
import { spread } from './all-report.ts';
import { sentencesOf } from './scale-sentences.ts';
import { openBareTurn, type TurnRows } from './store-transaction.ts';

export interface ChildSetting {
  readonly kind: 'turns' | 'bare' | 'bare-together';
  readonly url: string;
  readonly cacheDir: string;
  readonly seconds: number;
  readonly talks: number;
  /** Tells the conversations of several processes apart. */
  readonly name: string;
  readonly rows?: TurnRows;
}

export interface ChildResult {
  readonly turns: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMb: number;
  readonly cpuMs: number;
  /** Answers nobody heard of in time; a signal is a hint. */
  readonly lost: number;
}

const LOST_AFTER_MS = 5_000;
const HEARD = 'bench:';
/** Nobody says what another has just said. */
const SENTENCES_APART = 101;
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };
const VAULT_KEY = new Uint8Array(32).fill(7);
const nobody: IdentityProvider = {
  id: 'none',
  options: async () => [],
  begin: async () => ({ refused: 'unknown_person' }),
  prove: async () => ({ refused: 'lapsed' }),
};

const HASH = 'f'.repeat(64);
const NUMBER = 'update addresses set seq = seq + $1, audit_n = audit_n + $2 where conversation_id = $3';
const ITEM = `insert into inbox (channel, account, message_id, conversation_id, seq, kind, content, received_at, attempts, dead)
  values ('converse', 'bare', $1, $2, $3, 'text', $4, 0, 0, 0)`;
const STATE = 'update conversations set version = version + 1, state = $1 where id = $2';
const DONE = 'update inbox set closed_at = 1 where conversation_id = $1 and seq = $2';
const LOG = 'insert into turns (conversation_id, version, seqs, log, at) values ($1, $2, $3, $4, 0)';
const PART = `insert into outbox (key, conversation_id, position, part, state, attempts, due_at, created_at)
  values ($1, $2, $3, $4, 'pending', 0, 0, 0)`;
const AUDIT = `insert into audit (conversation_id, n, actor, action, data, at, prev_hash, hash)
  values ($1, $2, 'assistant', 'turn.committed', $3, 0, $4, $4)`;
const SENT = `update outbox set state = 'sent', closed_at = 1, attempts = 1 where key = $1`;

const setting = JSON.parse(process.argv[2] ?? '{}') as ChildSetting;
const work = await openWork();
// All begin together.
process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));
const waits: number[] = [];
let lost = 0;
const cpu = process.cpuUsage();
const begun = performance.now();
const end = begun + setting.seconds * 1000;
await Promise.all(
  Array.from({ length: setting.talks }, async (_, talk) => {
    for (let n = 0; performance.now() < end; n += 1) {
      const at = performance.now();
      await work.turn(talk, n);
      const waited = performance.now() - at;
      for (let turn = 0; turn < (work.turns ?? 1); turn += 1) waits.push(waited);
    }
  }),
);
const { user, system } = process.cpuUsage(cpu);
const result: ChildResult = {
  turns: waits.length,
  seconds: (performance.now() - begun) / 1000,
  ...spread(waits),
  rssMb: process.memoryUsage().rss / 2 ** 20,
  cpuMs: (user + system) / 1000,
  lost,
};
await work.close();
process.send?.(result);
process.disconnect();

interface Work {
  turn(talk: number, n: number): Promise<void>;
  /** Turns one call of it is. */
  readonly turns?: number;
  close(): Promise<void>;
}

function openWork(): Promise<Work> {
  if (setting.kind === 'turns') return openHouse();
  return setting.url.startsWith('sqlite:') ? openBareFile() : openBare();
}

/** A turn counts when its last part has been handed to the channel. */
async function openHouse(): Promise<Work> {
  const heard = new Map<string, () => void>();
  /** Whoever waits may sit in another process, as pages of the web chat do. */
  let signals: Signals | undefined;
  const tellWaiting = (user: string): void => {
    if (user.startsWith(setting.name)) heard.get(user)?.();
    else signals?.send(`${HEARD}${user}`);
  };
  const connector: Connector = {
    id: 'converse',
    start: async () => {},
    deliver: async () => ({ state: 'sent' }),
    // All parts of a turn at once: the first one alone would not be its end.
    async deliverAll(outbounds) {
      for (const { address } of outbounds) tellWaiting(address.user);
      return outbounds.map(() => ({ state: 'sent' }));
    },
    stop: async () => {},
  };
  const library = openLibrary({ cacheDir: setting.cacheDir });
  const said = sentencesOf(library.knowledge);
  const rules = knowledgeRules(library.knowledge);
  const app = await createApp({
    ...library,
    clock,
    random,
    log: createLog('silent'),
    storeUrl: setting.url,
    // Handed in like that of a bureau: nobody acts here, so that each process may have one.
    portal: openSimulatedOffice({ file: ':memory:', rules, clock, random }),
    identity: nobody,
    vaultKey: VAULT_KEY,
    secureUrl: (token) => token,
  });
  signals = app.signals;
  signals.hear((topic) => {
    if (topic.startsWith(HEARD)) heard.get(topic.slice(HEARD.length))?.();
  });
  await app.start([connector]);
  return {
    async turn(talk, n) {
      const user = `${setting.name}-${talk}`;
      const { promise, resolve } = Promise.withResolvers<void>();
      heard.set(user, resolve);
      await app.receive({
        address: { channel: 'converse', account: 'bench', user },
        messageId: `${user}:${n}`,
        receivedAt: new Date().toISOString(),
        content: {
          kind: 'text',
          text: said[(talk * SENTENCES_APART + n) % said.length] as string,
          masked: [],
        },
      });
      // A signal is a hint and may be lost.
      const late = setTimeout(() => {
        lost += 1;
        resolve();
      }, LOST_AFTER_MS);
      await promise;
      clearTimeout(late);
    },
    close: () => app.stop(),
  };
}

/** The same on SQLite, by the one connection there is: alone, or for all conversations together. */
async function openBareFile(): Promise<Work> {
  const { url, talks, kind } = setting;
  await (await openStore({ url, clock, random, vaultKey: VAULT_KEY })).close();
  const bare = openBareTurn(fileURLToPath(url.replace('sqlite:', 'file:')));
  const rows = setting.rows as TurnRows;
  const isTogether = kind === 'bare-together';
  return {
    turns: isTogether ? talks : 1,
    async turn() {
      if (isTogether) bare.inThreeTogether(rows, talks);
      else bare.inThree(rows);
    },
    close: async () => bare.close(),
  };
}

/** The rows of a turn by hand in three transactions: the word is safe, the turn is done, the answer is delivered. */
async function openBare(): Promise<Work> {
  const rows = setting.rows as TurnRows;
  const pool = new pg.Pool({ connectionString: setting.url, max: 11 });
  const seqs = Array.from({ length: setting.talks }, () => 0);
  for (let talk = 0; talk < setting.talks; talk += 1) {
    const id = `${setting.name}-${talk}`;
    await pool.query(
      `insert into addresses (channel, account, user_id, conversation_id, seq, audit_n) values ('converse', 'bare', $1, $1, 0, 0)`,
      [id],
    );
    await pool.query(
      `insert into conversations (id, version, status, state, created_at, updated_at) values ($1, 0, 'bot', '{}', 0, 0)`,
      [id],
    );
  }
  const inOne = async (
    statements: readonly (readonly [string, string, readonly unknown[]])[],
  ): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      for (const [name, text, values] of statements) await client.query({ name, text, values: [...values] });
      await client.query('commit');
    } finally {
      client.release();
    }
  };
  return {
    async turn(talk) {
      const id = `${setting.name}-${talk}`;
      const seq = (seqs[talk] ?? 0) + 1;
      seqs[talk] = seq + rows.parts.length;
      await inOne([
        ['number', NUMBER, [1, 0, id]],
        ['item', ITEM, [`${id}:${seq}`, id, seq, rows.content]],
      ]);
      await inOne([
        ['number', NUMBER, [rows.parts.length, 1, id]],
        ['state', STATE, [rows.state, id]],
        ['done', DONE, [id, seq]],
        ['log', LOG, [id, seq, `[${seq}]`, rows.log]],
        ...rows.parts.map((part, n) => ['part', PART, [`${id}:${seq}:${n}`, id, seq + 1 + n, part]] as const),
        ['audit', AUDIT, [id, seq, rows.audit, HASH]],
      ]);
      await inOne(rows.parts.map((_, n) => ['sent', SENT, [`${id}:${seq}:${n}`]] as const));
    },
    close: () => pool.end(),
  };
}
