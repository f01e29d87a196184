/**
 * What staff look up beside cases; see `contracts/desk-archive.ts`. A list goes on after the last row shown,
 * named by its time and its key: rows that come in meanwhile move nothing.
 */
import type { SelectQueryBuilder } from 'kysely';
import type {
  ArchivePage,
  ArchivePaging,
  AuditRow,
  DeskArchive,
  TalkHead,
  TurnHead,
} from '../contracts/desk-archive.ts';
import type { ChannelId, ConversationStatus } from '../domain/conversation.ts';
import type { CaseId, ConversationId } from '../domain/ids.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { fromRow as applicationOf } from './applications.ts';
import type { StoreContext } from './context.ts';
import { readObject, toInstant } from './parse.ts';
import type { AuditTable, TurnsTable } from './tables.ts';

const PAGE_MAX = 100;

export function deskArchive({ db }: StoreContext): DeskArchive {
  return {
    talks: ({ status, channel, ...paging }) => {
      let query = db
        .selectFrom('conversations')
        .innerJoin('addresses', 'addresses.conversation_id', 'conversations.id')
        .leftJoin('cases', (join) =>
          join.onRef('cases.conversation_id', '=', 'conversations.id').on('cases.status', '<>', 'closed'),
        )
        .select([
          'conversations.id',
          'conversations.status',
          'conversations.created_at',
          'conversations.updated_at as at',
          'addresses.channel',
          'cases.id as case_id',
          'cases.number',
        ]);
      if (status !== undefined) query = query.where('conversations.status', '=', status);
      if (channel !== undefined) query = query.where('addresses.channel', '=', channel);
      return page(query, paging, { at: 'conversations.updated_at', id: 'conversations.id' }, talkHead);
    },
    async turnsOf(conversation, limit) {
      const rows = await db
        .selectFrom('turns')
        .selectAll()
        .where('conversation_id', '=', conversation)
        .orderBy('version', 'desc')
        .limit(limit)
        .execute();
      return rows.toReversed().map(turnHead);
    },
    applicationPage: ({ state, kind, region, ...paging }) => {
      let query = db
        .selectFrom('applications')
        .selectAll()
        .select(['application_no as id', 'submitted_at as at']);
      if (state !== undefined) query = query.where('state', '=', state);
      if (kind !== undefined) query = query.where('kind', '=', kind);
      if (region !== undefined)
        query = query.where('region', 'like', `${region.replace(/(?:00){1,3}$/u, '')}%`);
      return page(query, paging, { at: 'submitted_at', id: 'application_no' }, applicationOf);
    },
    auditPage: ({ chain, actor, action, ...paging }) => {
      let query = db
        .selectFrom('audit')
        .selectAll()
        .select((eb) => eb.ref('hash').as('id'));
      if (chain !== undefined) query = query.where('conversation_id', '=', chain);
      if (actor !== undefined) query = query.where('actor', '=', actor);
      if (action !== undefined) query = query.where('action', '=', action);
      // Within one millisecond the order of the chain is that of its numbers, which the cursor cannot name; hashes are unique.
      return page(query, paging, { at: 'at', id: 'hash' }, auditRow);
    },
    revealPage: (paging) => {
      const query = db
        .selectFrom('reveals')
        .leftJoin('desk_staff', 'desk_staff.id', 'reveals.by_id')
        .leftJoin('cases', 'cases.id', 'reveals.case_id')
        .select([
          'reveals.id',
          'reveals.at',
          'reveals.by_id',
          'reveals.reason',
          'reveals.case_id',
          'reveals.expires_at',
          'desk_staff.name',
          'cases.number',
        ]);
      return page(query, paging, { at: 'reveals.at', id: 'reveals.id' }, (row) => ({
        id: row.id,
        case: row.case_id as CaseId,
        by: { id: row.by_id, displayName: row.name ?? row.by_id },
        reason: row.reason,
        at: toInstant(row.at),
        expiresAt: toInstant(row.expires_at),
        ...(row.number === null ? {} : { number: row.number }),
      }));
    },
  };
}

interface Keyed {
  readonly id: string;
  readonly at: number;
}

/** `columns` are what `at` and `id` of a row are called in the query. */
async function page<Source, Tables extends keyof Source, Row extends Keyed, Shown>(
  query: SelectQueryBuilder<Source, Tables, Row>,
  { limit, after }: ArchivePaging,
  columns: { readonly at: string; readonly id: string },
  show: (row: Row) => Shown,
): Promise<ArchivePage<Shown>> {
  const size = Math.min(Math.max(1, limit), PAGE_MAX);
  const [at, id] = [columns.at, columns.id] as never[];
  const place = placeOf(after);
  const from =
    place === undefined
      ? query
      : query.where((eb) =>
          eb.or([
            eb(at as never, '<', place.at as never),
            eb.and([eb(at as never, '=', place.at as never), eb(id as never, '<', place.id as never)]),
          ]),
        );
  const rows = (await from
    .orderBy(at as never, 'desc')
    .orderBy(id as never, 'desc')
    .limit(size + 1)
    .execute()) as unknown as readonly Row[];
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    rows: shown.map(show),
    ...(rows.length > size && last !== undefined ? { next: `${last.at}.${last.id}` } : {}),
  };
}

function placeOf(after: string | undefined): Keyed | undefined {
  const found = /^(\d{1,15})\.(.{1,120})$/u.exec(after ?? '');
  return found === null ? undefined : { at: Number(found[1]), id: found[2] as string };
}

function talkHead(row: {
  readonly id: string;
  readonly status: string;
  readonly created_at: number;
  readonly at: number;
  readonly channel: string;
  readonly case_id: string | null;
  readonly number: string | null;
}): TalkHead {
  return {
    id: row.id as ConversationId,
    channel: row.channel as ChannelId,
    status: row.status as ConversationStatus,
    createdAt: toInstant(row.created_at),
    updatedAt: toInstant(row.at),
    ...(row.case_id === null || row.number === null
      ? {}
      : { openCase: { id: row.case_id as CaseId, number: row.number } }),
  };
}

function turnHead({ version, at, log }: TurnsTable): TurnHead {
  const { events, from, to, effects, figures } = readObject(log);
  const moves = isObject(figures) ? figures.moves : undefined;
  return {
    version,
    at: toInstant(at),
    events: strings(events),
    from: strings(from),
    to: strings(to),
    effects: strings(effects),
    moves: strings(moves),
  };
}

function auditRow(row: AuditTable): AuditRow {
  const { conversation_id: chain, n, actor, action, data, at, hash } = row;
  return { chain, n, actor, action, data: readObject(data), at: toInstant(at), hash };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const strings = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];
