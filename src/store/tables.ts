/**
 * The tables as both databases give them back. JSON is `text`, a time is epoch ms in `bigint`, a
 * yes or no is 0 or 1: nothing here means one thing to SQLite and another to PostgreSQL.
 */
import type { Kysely, Transaction } from 'kysely';
import type { AdviceTables } from './advice-tables.ts';
import type { ChannelTables } from './channel-tables.ts';
import type { DeskCaseColumns, DeskTables } from './desk-tables.ts';
import type { StatisticsTables } from './statistics-tables.ts';

/** One mailbox per address. `seq` numbers the lines of both sides, `audit_n` the links of its audit chain. */
export interface AddressesTable {
  channel: string;
  account: string;
  user_id: string;
  conversation_id: string;
  seq: number;
  audit_n: number;
}

/** `closed_at` is null while the item waits; a dead item is closed too. */
export interface InboxTable {
  channel: string;
  account: string;
  message_id: string;
  conversation_id: string;
  seq: number;
  kind: string;
  content: string;
  received_at: number;
  attempts: number;
  dead: number;
  error: string | null;
  closed_at: number | null;
}

export interface ConversationsTable {
  id: string;
  version: number;
  status: string;
  state: string;
  created_at: number;
  updated_at: number;
}

/** In which conversations a person has verified. */
export interface ConversationPersonsTable {
  person_ref: string;
  conversation_id: string;
  at: number;
}

export interface TurnsTable {
  conversation_id: string;
  version: number;
  seqs: string;
  log: string;
  at: number;
}

/** `closed_at` is null while the part is pending or parked. */
export interface OutboxTable {
  key: string;
  conversation_id: string;
  position: number;
  part: string;
  state: 'pending' | 'sent' | 'parked' | 'dead';
  attempts: number;
  due_at: number;
  error: string | null;
  created_at: number;
  closed_at: number | null;
}

export interface TasksTable {
  id: string;
  conversation_id: string;
  name: string;
  input: string;
  attempts: number;
  due_at: number;
  error: string | null;
  outcome: string | null;
  result: string | null;
  created_at: number;
  settled_at: number | null;
}

export interface ServiceCallsTable {
  key: string;
  task_id: string;
  service: string;
  state: string;
  response: string | null;
  prepared_at: number;
  done_at: number | null;
}

export interface ApplicationsTable {
  application_no: string;
  task_id: string;
  conversation_id: string;
  kind: string;
  payer_ref: string;
  dependent_ref: string | null;
  relation: string | null;
  region: string | null;
  state: string;
  reason: string | null;
  submitted_at: number;
  updated_at: number;
}

/** `sealed` is the whole person, encrypted; `digest` a keyed digest of the office's digest. */
export interface PersonsTable {
  ref: string;
  /** Keyed digest of document and name: unique. */
  identity: string;
  /** Keyed digest of the document: what the office knows a person by. */
  digest: string;
  sealed: string;
  created_at: number;
  updated_at: number;
}

export interface PledgesTable {
  id: string;
  person_ref: string;
  version: string;
  digest: string;
  sealed_signature: string;
  signed_at: number;
}

/** A person's key, wrapped by the key named in `kek`. One row, `index`, belongs to nobody: the key of the digests. */
export interface PersonKeysTable {
  ref: string;
  kek: string;
  wrapped: string;
  created_at: number;
  wrapped_at: number;
}

/** How a person wants to be called; sealed with their key. */
export interface SalutationsTable {
  person_ref: string;
  sealed: string;
  at: number;
}

/** Of a pledge the id is that of its row in `pledges`. */
export interface ConsentsTable {
  id: string;
  person_ref: string;
  purpose: string;
  version: string;
  digest: string;
  given_at: number;
  withdrawn_at: number | null;
}

/** Receipts of deletions; `conversation_id` and `n` name the audit row that says the same. */
export interface ErasuresTable {
  receipt: string;
  at: number;
  destroyed: string;
  conversation_id: string;
  n: number;
}

export interface LinksTable {
  id: string;
  conversation_id: string;
  token_digest: string;
  purpose: string;
  context: string;
  expires_at: number;
  used_at: number | null;
  /** Digest of the secret of the browser that opened the page first, where only that one may. */
  claimed_by: string | null;
}

export interface TimersTable {
  id: string;
  conversation_id: string;
  name: string;
  params: string;
  due_at: number;
  fired_at: number | null;
}

export interface CasesTable extends DeskCaseColumns {
  id: string;
  number: string;
  conversation_id: string;
  status: string;
  data: string;
  opened_at: number;
}

export interface CaseCountersTable {
  day: string;
  n: number;
}

export interface OfficeCursorsTable {
  portal: string;
  cursor: number;
}

/** Append only. Who did what, by ids and codes; each row holds the hash of the one before. */
export interface AuditTable {
  conversation_id: string;
  n: number;
  actor: string;
  action: string;
  data: string;
  at: number;
  prev_hash: string;
  hash: string;
  /** The person the row is about, to find it again; `data` says the same and is what the hash covers. */
  about: string | null;
}

/** `n` is the number of the withdrawal in the audit chain; `restored_at` is null while it is in force. */
export interface WithdrawalsTable {
  n: number;
  id: string;
  kind: string;
  reason: string;
  by: string;
  at: number;
  restored_at: number | null;
  restored_by: string | null;
}

/** A sentence nobody was sure of, once for all who said it; `n` counts how often. */
export interface ReviewItemsTable {
  text: string;
  action: string;
  alternatives: string;
  knowledge: string;
  region: string | null;
  n: number;
  first_at: number;
  last_at: number;
}

/** `closed_at` is null while the item is to be done; a closed row has no payload any more. */
export interface StaffItemsTable {
  source: string;
  id: string;
  payload: string;
  received_at: number;
  attempts: number;
  due_at: number;
  error: string | null;
  closed_at: number | null;
}

/** What platforms handed out when an app of ours was installed there. */
export interface InstallationsTable {
  platform: string;
  id: string;
  sealed: string;
  installed_at: number;
}

/** Logins of staff on web pages, by a digest of the secret in their cookie. */
export interface DeskSessionsTable {
  key: string;
  staff_id: string;
  name: string;
  roles: string;
  how: string;
  farewell: string | null;
  opened_at: number;
  seen_at: number;
  ends_at: number;
}

export interface DeskLoginsTable {
  key: string;
  data: string;
  expires_at: number;
}

/** Sessions of web pages, by a digest of their secret. */
export interface WebSessionsTable {
  key: string;
  user_id: string;
  /** The session before it, which ends when this one is used. */
  replaces: string | null;
  is_due: number;
  is_framed: number;
  ends_at: number;
}

/** When some process served a channel last. */
export interface ChannelsServedTable {
  channel: string;
  at: number;
}

/** When work that processes take turns at was begun last. */
export interface RoundsTable {
  name: string;
  at: number;
}

/** What the file knows about itself, such as which vault key it belongs to. */
export interface SettingsTable {
  name: string;
  value: string;
}

export interface SchemaMigrationsTable {
  name: string;
  at: number;
}

export interface Tables extends DeskTables, ChannelTables, AdviceTables, StatisticsTables {
  addresses: AddressesTable;
  inbox: InboxTable;
  conversations: ConversationsTable;
  conversation_persons: ConversationPersonsTable;
  turns: TurnsTable;
  outbox: OutboxTable;
  tasks: TasksTable;
  service_calls: ServiceCallsTable;
  applications: ApplicationsTable;
  persons: PersonsTable;
  pledges: PledgesTable;
  person_keys: PersonKeysTable;
  salutations: SalutationsTable;
  consents: ConsentsTable;
  erasures: ErasuresTable;
  links: LinksTable;
  timers: TimersTable;
  cases: CasesTable;
  case_counters: CaseCountersTable;
  office_cursors: OfficeCursorsTable;
  audit: AuditTable;
  withdrawals: WithdrawalsTable;
  review_items: ReviewItemsTable;
  staff_items: StaffItemsTable;
  desk_sessions: DeskSessionsTable;
  installations: InstallationsTable;
  desk_logins: DeskLoginsTable;
  web_sessions: WebSessionsTable;
  channels_served: ChannelsServedTable;
  rounds: RoundsTable;
  settings: SettingsTable;
  schema_migrations: SchemaMigrationsTable;
}

export type Db = Kysely<Tables>;
/** What the store hands out inside a transaction; the `Tx` of `contracts/engine.ts`. */
export type Tx = Transaction<Tables>;
