/** Everything stored about one person, opened, for the person alone. Reads a lot: for a page, not for a turn. */
import { sql } from 'kysely';
import type { Looked, PersonalData, StoredData, StoredTalk } from '../contracts/personal-data.ts';
import type { ConversationId, PersonRef } from '../domain/ids.ts';
import { applications } from './applications.ts';
import { consentsOf } from './consents.ts';
import type { StoreContext } from './context.ts';
import { conversationsOf } from './data-counts.ts';
import {
  readCase,
  readContent,
  readConversation,
  readObject,
  readPart,
  readPerson,
  toInstant,
} from './parse.ts';
import type { PersonKeys } from './person-keys.ts';
import { openFor } from './seal.ts';
import type { Db } from './tables.ts';

/** Lines of each side of one talk; more than anybody reads, and few enough to be put on one page. */
const LINES_OF_A_SIDE = 1000;
const LOOKS = 300;

interface Opening {
  readonly dataKeys: Pick<PersonKeys, 'of'>;
  readonly salutationOf: PersonalData['salutationOf'];
}

export async function everythingOf(
  context: StoreContext,
  { dataKeys, salutationOf }: Opening,
  person: PersonRef,
): Promise<StoredData | undefined> {
  const { db } = context;
  const row = await db.selectFrom('persons').selectAll().where('ref', '=', person).executeTakeFirst();
  const key = row && (await dataKeys.of(person));
  if (row === undefined || key === undefined) return undefined;
  const conversations = await db.transaction().execute((tx) => conversationsOf(tx, person));
  const salutation = await salutationOf(person);
  return {
    person: { ref: person, ...readPerson(openFor(key, `persons.sealed:${person}`, row.sealed)) },
    since: toInstant(row.created_at),
    lastUsedAt: toInstant(row.updated_at),
    ...(salutation === undefined ? {} : { salutation }),
    consents: await consentsOf(db, person),
    pledges: await pledgesOf(db, person, key),
    talks: (await Promise.all(conversations.map((id) => talkOf(db, id)))).flat(),
    applications: await applications(context).applicationsOf(person),
    cases: await casesIn(db, conversations),
    looks: await looksAt(db, person),
  };
}

async function pledgesOf(db: Db, person: PersonRef, key: Uint8Array): Promise<StoredData['pledges']> {
  const rows = await db
    .selectFrom('pledges')
    .selectAll()
    .where('person_ref', '=', person)
    .orderBy('signed_at', 'desc')
    .execute();
  return rows.map(({ id, version, digest, signed_at, sealed_signature: sealed }) => ({
    id,
    version,
    digest,
    signedAt: toInstant(signed_at),
    ...(sealed === '' ? {} : { signature: openFor(key, `pledges.sealed_signature:${id}`, sealed) }),
  }));
}

// === Talks

async function talkOf(db: Db, id: string): Promise<readonly StoredTalk[]> {
  const row = await db.selectFrom('conversations').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return [];
  const { address, profile } = readConversation(row.state);
  return [
    {
      conversation: id as ConversationId,
      channel: address.channel,
      startedAt: toInstant(row.created_at),
      lastAt: toInstant(row.updated_at),
      ...(profile.region === undefined ? {} : { region: profile.region }),
      facts: Object.entries(profile.facts).map(([fact, { value, at }]) => ({
        fact,
        value,
        ...(at === undefined ? {} : { at }),
      })),
      lines: await linesOf(db, id),
    },
  ];
}

async function linesOf(db: Db, id: string): Promise<StoredTalk['lines']> {
  const said = await db
    .selectFrom('inbox')
    .select(['seq as position', 'content', 'received_at as at'])
    .where('conversation_id', '=', id)
    .where('kind', '=', 'text')
    .orderBy('seq', 'desc')
    .limit(sql.lit(LINES_OF_A_SIDE))
    .execute();
  const answered = await db
    .selectFrom('outbox')
    .select(['position', 'part', 'created_at as at'])
    .where('conversation_id', '=', id)
    .orderBy('position', 'desc')
    .limit(sql.lit(LINES_OF_A_SIDE))
    .execute();
  return [
    ...said.map(({ position, content, at }) => ({
      position,
      who: 'citizen' as const,
      at: toInstant(at),
      text: textIn(content),
    })),
    ...answered.map(({ position, part, at }) => ({
      position,
      who: 'bot' as const,
      at: toInstant(at),
      text: readPart(part).text,
    })),
  ]
    .sort((a, b) => a.position - b.position)
    .map(({ position: _, ...line }) => line);
}

function textIn(stored: string): string {
  const content = readContent(stored);
  return content.kind === 'text' ? content.text : '';
}

// === Cases and looks

async function casesIn(db: Db, conversations: readonly string[]): Promise<StoredData['cases']> {
  if (conversations.length === 0) return [];
  const rows = await db
    .selectFrom('cases')
    .select('data')
    .where('conversation_id', 'in', conversations)
    .orderBy('opened_at', 'desc')
    .execute();
  return rows.map(({ data }) => {
    const { number, status, reason, openedAt } = readCase(data);
    return { number, status, reason, openedAt };
  });
}

/** Whoever writes `person.revealed` about a person is listed, whichever room it was. */
async function looksAt(db: Db, person: PersonRef): Promise<readonly Looked[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['at', 'actor', 'data'])
    .where('about', '=', person)
    .where('action', '=', 'person.revealed')
    .orderBy('at', 'desc')
    .orderBy('n', 'desc')
    .limit(sql.lit(LOOKS))
    .execute();
  return rows.map(({ at, actor, data }) => {
    const { by, reason, purpose } = readObject(data);
    return {
      at: toInstant(at),
      actor,
      ...(typeof by === 'string' ? { by } : {}),
      why: String(reason ?? purpose ?? ''),
    };
  });
}
