/**
 * Who did what, in a chain per conversation (and one for the knowledge base, see `withdrawals.ts`): each row holds the hash of the one before, and the
 * counter in `addresses` tells how many there must be. A row that is changed, taken out or put in
 * breaks the chain. Ids and codes only; a person's name or number never gets here.
 */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { JsonObject } from '../domain/json.ts';
import type { StoreContext } from './context.ts';
import { readObject } from './parse.ts';
import { prepared } from './prepared.ts';
import type { AuditTable, Db, Tx } from './tables.ts';

export interface AuditEntry {
  readonly conversation: string;
  /** Taken from the conversation's numbers in the same transaction. */
  readonly n: number;
  /** The end of the chain, where it was read already. */
  readonly after?: string;
  readonly actor: 'assistant' | 'clerk' | 'citizen' | 'office' | 'curator';
  readonly action: string;
  readonly data: JsonObject;
}

export type AppendAudit = (tx: Tx, entry: AuditEntry) => Promise<void>;

/** The hash of the last row of a conversation, for whoever holds its numbers; empty before the first. */
export type EndOfChain = (tx: Tx, conversation: string) => Promise<string>;

export function endOfChain({ db }: StoreContext): EndOfChain {
  const last = prepared((p: { conversation: string }) =>
    db
      .selectFrom('audit')
      .select('hash')
      .where('conversation_id', '=', p.conversation)
      .orderBy('n', 'desc')
      .limit(sql.lit(1)),
  );
  return async (tx, conversation) => (await last(tx, { conversation })).rows[0]?.hash ?? '';
}

export function audit(context: StoreContext): AppendAudit {
  const { db, clock } = context;
  const lastHash = prepared((p: { conversation: string; n: number }) =>
    db.selectFrom('audit').select('hash').where('conversation_id', '=', p.conversation).where('n', '=', p.n),
  );
  const insert = prepared((p: AuditTable) =>
    db.insertInto('audit').values({
      conversation_id: p.conversation_id,
      n: p.n,
      actor: p.actor,
      action: p.action,
      data: p.data,
      at: p.at,
      prev_hash: p.prev_hash,
      hash: p.hash,
      about: p.about,
    }),
  );
  const hashBefore = async (tx: Tx, conversation: string, n: number): Promise<string> =>
    n === 1 ? '' : ((await lastHash(tx, { conversation, n: n - 1 })).rows[0]?.hash ?? '');
  return async (tx, { conversation, n, after, actor, action, data }) => {
    const row = {
      conversation_id: conversation,
      n,
      actor,
      action,
      data: JSON.stringify(data),
      at: clock.now(),
      prev_hash: after ?? (await hashBefore(tx, conversation, n)),
      about: aboutOf(data),
    };
    await insert(tx, { ...row, hash: hashOf(row) });
  };
}

/** The person a row is about, for whoever asks later who looked at their data. */
function aboutOf({ person }: JsonObject): string | null {
  return typeof person === 'string' ? person : null;
}

function hashOf(row: Omit<AuditTable, 'hash' | 'about'>): string {
  return hash(
    'sha256',
    JSON.stringify([row.prev_hash, row.conversation_id, row.n, row.actor, row.action, row.data, row.at]),
  );
}

export interface AuditReport {
  readonly rows: number;
  /** Conversations whose chain does not hold; empty when nobody has touched it. */
  readonly broken: readonly string[];
}

/** Whether the chain of one conversation is as it was written. */
export async function chainHolds(on: Db | Tx, conversation: string): Promise<boolean> {
  const chain = await on
    .selectFrom('audit')
    .selectAll()
    .where('conversation_id', '=', conversation)
    .orderBy('n')
    .execute();
  const counted = await on
    .selectFrom('addresses')
    .select('audit_n')
    .where('conversation_id', '=', conversation)
    .executeTakeFirst();
  return counted !== undefined && holds(chain, counted.audit_n);
}

/** Walks every chain. Reads the whole table: for the command line and the night, not for a turn. */
export async function verifyAudit(db: Db): Promise<AuditReport> {
  const rows = await db.selectFrom('audit').selectAll().orderBy('conversation_id').orderBy('n').execute();
  const expected = await db.selectFrom('addresses').select(['conversation_id', 'audit_n']).execute();
  const chains = Map.groupBy(rows, (row) => row.conversation_id);
  const broken = expected.filter(
    ({ conversation_id, audit_n }) => !holds(chains.get(conversation_id) ?? [], audit_n),
  );
  return { rows: rows.length, broken: broken.map((row) => row.conversation_id) };
}

function holds(chain: readonly AuditTable[], length: number): boolean {
  return (
    chain.length === length &&
    chain.every(
      (row, index) =>
        row.n === index + 1 &&
        row.prev_hash === (chain[index - 1]?.hash ?? '') &&
        row.hash === hashOf(row) &&
        row.about === aboutOf(readObject(row.data)),
    )
  );
}
