/**
 * The floor under a turn: the very rows one turn writes, put into the same tables by prepared statements
 * written by hand, with the same durability, and nothing else. `bench/turn.ts` divides by it. Run by itself
 * it prints what the store adds to the floor: `node bench/store-transaction.ts [turns]`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { Store, TurnCommit } from '../src/contracts/store.ts';
import type { Conversation, Inbound } from '../src/domain/conversation.ts';
import type { ConversationId } from '../src/domain/ids.ts';
import { type OpenedStore, openStore } from '../src/store/open.ts';
import type { Db } from '../src/store/tables.ts';

// === The rows of one turn

/** What a turn with one message leaves in the tables, as text; keys and numbers are made anew for each writing. */
export interface TurnRows {
  readonly content: string;
  readonly state: string;
  readonly log: string;
  readonly parts: readonly string[];
  readonly audit: string;
}

/** The rows of the turn that was committed last in this conversation. */
export async function readTurnRows(db: Db, conversation: string): Promise<TurnRows> {
  const turn = await db
    .selectFrom('turns')
    .innerJoin('conversations', 'conversations.id', 'turns.conversation_id')
    .select(['turns.seqs', 'turns.log', 'conversations.state'])
    .where('turns.conversation_id', '=', conversation)
    .orderBy('turns.version', 'desc')
    .executeTakeFirstOrThrow();
  const seq = Math.max(...(JSON.parse(turn.seqs) as number[]));
  const { content } = await db
    .selectFrom('inbox')
    .select('content')
    .where('conversation_id', '=', conversation)
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow();
  const parts = await db
    .selectFrom('outbox')
    .select('part')
    .where('key', 'like', `${conversation}:${seq}:%`)
    .orderBy('position')
    .execute();
  const audit = await db
    .selectFrom('audit')
    .select('data')
    .where('conversation_id', '=', conversation)
    .where('action', '=', 'turn.committed')
    .orderBy('n', 'desc')
    .executeTakeFirstOrThrow();
  return {
    content,
    state: turn.state,
    log: turn.log,
    parts: parts.map((row) => row.part),
    audit: audit.data,
  };
}

// === Writing them bare

export interface BareTurn {
  /** All rows in one transaction: the floor of any design. */
  inOne(rows: TurnRows): void;
  /** The message is safe before anybody thinks about it, so what is promised takes two. */
  inTwo(rows: TurnRows): void;
  close(): void;
}

/** @param file a SQLite file whose tables the store has made, closed by it */
export function openBareTurn(file: string): BareTurn {
  const database = new DatabaseSync(file);
  database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full');
  const write = bareWriter(database);
  const transaction = (work: () => void) => {
    write.begin.run();
    work();
    write.commit.run();
  };
  return {
    inOne(rows) {
      transaction(() => {
        write.receive(rows);
        write.turn(rows);
      });
    },
    inTwo(rows) {
      transaction(() => write.receive(rows));
      transaction(() => write.turn(rows));
    },
    close: () => database.close(),
  };
}

const CONVERSATION = 'c_bare';

function bareWriter(database: DatabaseSync) {
  const run = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: SQLInputValue[]) => statement.run(...values);
  };
  const number = run('update addresses set seq = seq + ?, audit_n = audit_n + ? where conversation_id = ?');
  const item = run(
    `insert into inbox (channel, account, message_id, conversation_id, seq, kind, content, received_at, attempts, dead)
     values ('web', 'main', ?, ?, ?, 'text', ?, 1764000000000, 0, 0)`,
  );
  const state = run(
    `update conversations set version = version + 1, status = 'bot', state = ?, updated_at = 1764000000000
     where id = ? and version = ?`,
  );
  const done = run('update inbox set closed_at = 1764000000000 where conversation_id = ? and seq = ?');
  const log = run(
    'insert into turns (conversation_id, version, seqs, log, at) values (?, ?, ?, ?, 1764000000000)',
  );
  const part = run(
    `insert into outbox (key, conversation_id, position, part, state, attempts, due_at, created_at)
     values (?, ?, ?, ?, 'pending', 0, 1764000000000, 1764000000000)`,
  );
  const audit = run(
    `insert into audit (conversation_id, n, actor, action, data, at, prev_hash, hash)
     values (?, ?, 'assistant', 'turn.committed', ?, 1764000000000, ?, ?)`,
  );
  run(`insert into addresses (channel, account, user_id, conversation_id, seq, audit_n)
       values ('web', 'main', 'bare', ?, 0, 0)`)(CONVERSATION);
  run(`insert into conversations (id, version, status, state, created_at, updated_at)
       values (?, 0, 'bot', '{}', 0, 0)`)(CONVERSATION);

  const hash = 'f'.repeat(64);
  let seq = 0;
  let version = 0;
  return {
    begin: database.prepare('begin'),
    commit: database.prepare('commit'),
    receive(rows: TurnRows) {
      seq += 1;
      number(1, 0, CONVERSATION);
      item(`bare-${seq}`, CONVERSATION, seq, rows.content);
    },
    turn(rows: TurnRows) {
      const message = seq;
      number(rows.parts.length, 1, CONVERSATION);
      state(rows.state, CONVERSATION, version);
      version += 1;
      done(CONVERSATION, message);
      log(CONVERSATION, version, `[${message}]`, rows.log);
      for (const [index, text] of rows.parts.entries()) {
        seq += 1;
        part(`${CONVERSATION}:${message}:${index}`, CONVERSATION, seq, text);
      }
      audit(CONVERSATION, version, rows.audit, hash, hash);
    },
  };
}

// === Measuring

export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds. */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

const WARM_UP = 200;

const NAMES = ['receive', 'due', 'commitTurn', 'storeTurn', 'bareTwo', 'bareOne'] as const;
type Times = Record<(typeof NAMES)[number], number>;

async function main(turns: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gongji-bench-'));
  const opened = await open(join(folder, 'store.sqlite'));
  const conversation = await firstTurn(opened);
  const rows = await readTurnRows(opened.db, conversation);
  const bareFile = join(folder, 'bare.sqlite');
  await (await open(bareFile)).close();
  const bare = openBareTurn(bareFile);

  const times: Times[] = [];
  for (let n = 1; n <= WARM_UP + turns; n += 1) {
    const taken = await oneRound({ store: opened.store, bare, rows, conversation, n });
    if (n > WARM_UP) times.push(taken);
  }
  bare.close();
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
  print(times);
}

function open(file: string): Promise<OpenedStore> {
  return openStore({
    url: `sqlite://${file}`,
    clock: { now: () => Date.now() },
    random: { bytes: (size) => randomBytes(size) },
    vaultKey: randomBytes(32),
  });
}

async function firstTurn({ store }: OpenedStore): Promise<ConversationId> {
  const first = message(0);
  await store.receive(first);
  const conversation = await store.conversationAt(first.address);
  if (conversation === undefined) throw new Error('The first message made no conversation');
  await store.commitTurn(turnOf(conversation, [1]));
  return conversation.id;
}

interface Round {
  readonly store: Store;
  readonly bare: BareTurn;
  readonly rows: TurnRows;
  readonly conversation: ConversationId;
  readonly n: number;
}

/** The store and the floor side by side, so that whatever else the machine does falls on both. */
async function oneRound({ store, bare, rows, conversation, n }: Round): Promise<Times> {
  const start = performance.now();
  await store.receive(message(n));
  const received = performance.now();
  const due = await store.due(conversation);
  const loaded = performance.now();
  if (due === undefined) throw new Error('The message received is not due');
  const seqs = due.items.map((item) => item.seq);
  await store.commitTurn(turnOf(due.conversation, seqs));
  const committed = performance.now();
  bare.inTwo(rows);
  const two = performance.now();
  bare.inOne(rows);
  const one = performance.now();
  // As in life, where a channel takes a part at once: undelivered ones by the thousand would be measured too.
  for (const { outbound } of await store.duePartsOf(conversation)) await store.markSent(outbound.key);
  return {
    receive: received - start,
    due: loaded - received,
    commitTurn: committed - loaded,
    storeTurn: committed - start,
    bareTwo: two - committed,
    bareOne: one - two,
  };
}

function print(times: readonly Times[]): void {
  const spreads = new Map(NAMES.map((name) => [name, spreadOf(times.map((round) => round[name]))]));
  for (const [name, { p50, p99 }] of spreads) {
    process.stdout.write(`${name.padEnd(12)} p50 ${p50.toFixed(3)} ms   p99 ${p99.toFixed(3)} ms\n`);
  }
  const p50 = (name: keyof Times) => spreads.get(name)?.p50 ?? Number.NaN;
  const ratio = (under: keyof Times) => (p50('storeTurn') / p50(under)).toFixed(2);
  process.stdout.write(
    `store turn: ${ratio('bareTwo')}x the bare rows in two transactions, ${ratio('bareOne')}x in one\n`,
  );
}

// === A turn of the usual size: a state of about 2 kB, one part with buttons

function message(n: number): Inbound {
  return {
    address: { channel: 'web', account: 'main', user: 'bench' },
    messageId: `m${n}`,
    receivedAt: new Date().toISOString(),
    content: { kind: 'text', text: '绑了家庭共济怎么没显示', masked: [] },
  };
}

function turnOf(conversation: Conversation, seqs: readonly number[]): TurnCommit {
  const choices = ['子女', '父母', '配偶'].map((label, index) => ({ value: `v${index}`, label }));
  const facts = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      `fact.number_${index}`,
      { value: index, at: '2026-11-24T08:00:00.000Z' },
    ]),
  );
  const saved = {
    status: 'active',
    value: { asking: 'relation' },
    context: { history: Array(20).fill('step') },
  };
  return {
    conversation: {
      ...conversation,
      version: conversation.version + 1,
      profile: { facts },
      stack: [
        { flow: 'bind', version: 1, saved, slots: { relation: 'child' }, given: ['relation'], child: false },
      ],
      asking: { slot: 'relation', reply: 'bind.relation', params: {}, choices },
      lastReplies: [{ id: 'bind.relation', params: {} }],
    },
    seqs,
    log: {
      events: ['startFlow', 'provide'],
      from: ['bind.start'],
      to: ['bind.relation'],
      effects: ['say'],
      understanding: {
        intent: 'diagnose',
        confidence: 0.93,
        alternatives: ['diagnose', 'bind', 'ask.how_bind'],
      },
      costMs: 1.2,
      knowledge: '2026-11-24',
    },
    replies: [{ id: 'bind.relation', params: {}, text: '您想为哪位家人绑定家庭共济？'.repeat(4), choices }],
    tasks: [],
    links: [],
    timers: [],
    cases: [],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2] ?? 2_000));
