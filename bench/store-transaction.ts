/**
 * The floor under a turn: the very rows one turn writes, put into the same tables by prepared statements
 * written by hand, with the same durability, and nothing else. `bench/turn.ts` and `bench/scale.ts` divide by it.
 * Run by itself it prints what the store adds to the floor, one turn after the other and sixteen at once:
 * `node bench/store-transaction.ts [turns]`.
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
  /** The message is safe before anybody thinks about it, so a turn that is not delivered takes two. */
  inTwo(rows: TurnRows): void;
  /** Written down, committed, delivered: what a turn promises. */
  inThree(rows: TurnRows): void;
  /** So many turns whose three promises are each made by one transaction: the floor for those who talk at once. */
  inThreeTogether(rows: TurnRows, turns: number): void;
  close(): void;
}

/** @param file a SQLite file whose tables the store has made, closed by it */
export function openBareTurn(file: string): BareTurn {
  const database = new DatabaseSync(file);
  database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full');
  const begin = database.prepare('begin');
  const commit = database.prepare('commit');
  const talks = bareTalks(database, MOST_TOGETHER);
  const [talk] = talks as [BareTalk];
  const transaction = (work: () => void) => {
    begin.run();
    work();
    commit.run();
  };
  return {
    inOne(rows) {
      transaction(() => {
        talk.receive(rows);
        talk.turn(rows);
      });
    },
    inTwo(rows) {
      transaction(() => talk.receive(rows));
      transaction(() => talk.turn(rows));
    },
    inThree(rows) {
      transaction(() => talk.receive(rows));
      transaction(() => talk.turn(rows));
      transaction(() => talk.sent(rows));
    },
    inThreeTogether(rows, turns) {
      const those = talks.slice(0, turns);
      for (const step of ['receive', 'turn', 'sent'] as const) {
        transaction(() => {
          for (const one of those) one[step](rows);
        });
      }
    },
    close: () => database.close(),
  };
}

/** Conversations that there are. */
const MOST_TOGETHER = 16;

interface BareTalk {
  receive(rows: TurnRows): void;
  turn(rows: TurnRows): void;
  /** The channel has taken all parts of the last turn. */
  sent(rows: TurnRows): void;
}

function bareTalks(database: DatabaseSync, count: number): readonly BareTalk[] {
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
  const delivered = run(
    `update outbox set state = 'sent', closed_at = 1764000000000, attempts = attempts + 1 where key = ?`,
  );
  const address = run(`insert into addresses (channel, account, user_id, conversation_id, seq, audit_n)
       values ('web', 'main', ?, ?, 0, 0)`);
  const conversation = run(`insert into conversations (id, version, status, state, created_at, updated_at)
       values (?, 0, 'bot', '{}', 0, 0)`);
  const hash = 'f'.repeat(64);

  function bareTalk(id: string): BareTalk {
    address(id, id);
    conversation(id);
    let seq = 0;
    let version = 0;
    let message = 0;
    return {
      receive(rows) {
        seq += 1;
        message = seq;
        number(1, 0, id);
        item(`${id}-${seq}`, id, seq, rows.content);
      },
      turn(rows) {
        number(rows.parts.length, 1, id);
        state(rows.state, id, version);
        version += 1;
        done(id, message);
        log(id, version, `[${message}]`, rows.log);
        for (const [index, text] of rows.parts.entries()) {
          seq += 1;
          part(`${id}:${message}:${index}`, id, seq, text);
        }
        audit(id, version, rows.audit, hash, hash);
      },
      sent(rows) {
        for (const index of rows.parts.keys()) delivered(`${id}:${message}:${index}`);
      },
    };
  }

  return Array.from({ length: count }, (_, n) => bareTalk(`c_bare${n}`));
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

const NAMES = ['receive', 'due', 'commitTurn', 'deliver', 'storeTurn', 'bareThree', 'bareOne'] as const;
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
  const crowd = await atOnce(opened.store, bare, rows, turns);
  bare.close();
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
  print(times);
  printCrowd(crowd);
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
  await deliver(store, conversation);
  const delivered = performance.now();
  bare.inThree(rows);
  const three = performance.now();
  bare.inOne(rows);
  const one = performance.now();
  return {
    receive: received - start,
    due: loaded - received,
    commitTurn: committed - loaded,
    deliver: delivered - committed,
    storeTurn: delivered - start,
    bareThree: three - delivered,
    bareOne: one - three,
  };
}

async function deliver(store: Store, conversation: ConversationId): Promise<void> {
  const parts = await store.duePartsOf(conversation);
  await store.markSent(...parts.map(({ outbound }) => outbound.key));
}

// === As many at once as there are bare conversations

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

type Crowd = Record<'store' | 'apart' | 'together', Cost>;

/** Per turn: through the store, the bare rows one turn after the other, and the bare rows of all in three transactions. */
async function atOnce(store: Store, bare: BareTurn, rows: TurnRows, turns: number): Promise<Crowd> {
  const users = Array.from({ length: MOST_TOGETHER }, (_, n) => `crowd-${n}`);
  const rounds = Math.ceil(turns / MOST_TOGETHER);
  const spent = { store: [] as Cost[], apart: [] as Cost[], together: [] as Cost[] };
  for (let n = 0; n < rounds + 5; n += 1) {
    const round = {
      store: await costOf(() => Promise.all(users.map((user) => wholeTurn(store, user, n)))),
      apart: await costOf(() => {
        for (const _ of users) bare.inThree(rows);
      }),
      together: await costOf(() => bare.inThreeTogether(rows, MOST_TOGETHER)),
    };
    // The first rounds make the conversations and warm everything up.
    if (n < 5) continue;
    for (const name of ['store', 'apart', 'together'] as const) spent[name].push(round[name]);
  }
  const middle = (costs: readonly Cost[]): Cost => ({
    ms: spreadOf(costs.map(({ ms }) => ms)).p50 / MOST_TOGETHER,
    cpuMs: costs.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / costs.length / MOST_TOGETHER,
  });
  return { store: middle(spent.store), apart: middle(spent.apart), together: middle(spent.together) };
}

async function costOf(work: () => unknown): Promise<Cost> {
  const cpu = process.cpuUsage();
  const at = performance.now();
  await work();
  const ms = performance.now() - at;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000 };
}

async function wholeTurn(store: Store, user: string, n: number): Promise<void> {
  const inbound = message(n, user);
  await store.receive(inbound);
  const { id } = (await store.conversationAt(inbound.address)) as Conversation;
  const due = await store.due(id);
  if (due === undefined) throw new Error('The message received is not due');
  const seqs = due.items.map((item) => item.seq);
  await store.commitTurn(turnOf(due.conversation, seqs));
  await deliver(store, id);
}

function printCrowd({ store, apart, together }: Crowd): void {
  const line = (name: string, { ms, cpuMs }: Cost) =>
    process.stdout.write(`${name.padEnd(34)} ${ms.toFixed(3)} ms   cpu ${cpuMs.toFixed(3)} ms a turn\n`);
  process.stdout.write(`${MOST_TOGETHER} conversations at once\n`);
  line('store', store);
  line('bare, three transactions each', apart);
  line('bare, three transactions for all', together);
  const ratio = (under: Cost) =>
    `${(store.ms / under.ms).toFixed(2)}x (cpu ${(store.cpuMs / under.cpuMs).toFixed(2)}x)`;
  process.stdout.write(
    `store turn: ${ratio(apart)} the bare rows each by itself, ${ratio(together)} all together\n`,
  );
}

function print(times: readonly Times[]): void {
  const spreads = new Map(NAMES.map((name) => [name, spreadOf(times.map((round) => round[name]))]));
  for (const [name, { p50, p99 }] of spreads) {
    process.stdout.write(`${name.padEnd(12)} p50 ${p50.toFixed(3)} ms   p99 ${p99.toFixed(3)} ms\n`);
  }
  const p50 = (name: keyof Times) => spreads.get(name)?.p50 ?? Number.NaN;
  const ratio = (under: keyof Times) => (p50('storeTurn') / p50(under)).toFixed(2);
  process.stdout.write(
    `store turn: ${ratio('bareThree')}x the bare rows in three transactions, ${ratio('bareOne')}x in one\n`,
  );
}

// === A turn of the usual size: a state of about 2 kB, one part with buttons

function message(n: number, user = 'bench'): Inbound {
  return {
    address: { channel: 'web', account: 'main', user },
    messageId: `${user}-${n}`,
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
