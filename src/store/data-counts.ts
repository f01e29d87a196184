/** How much is stored about one person, class by class. */
import type { DataCounts } from '../contracts/personal-data.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { Tx } from './tables.ts';

/** Conversations in which the person has verified, in one order for all who lock them. */
export async function conversationsOf(tx: Tx, person: PersonRef): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('conversation_persons')
    .select('conversation_id')
    .where('person_ref', '=', person)
    .orderBy('conversation_id')
    .execute();
  return rows.map((row) => row.conversation_id);
}

export async function countAll(tx: Tx, person: PersonRef): Promise<DataCounts> {
  const conversations = await conversationsOf(tx, person);
  return {
    identity: await identityOf(tx, person),
    pledges: await pledgesOf(tx, person),
    conversations: conversations.length,
    messages: await messagesIn(tx, conversations),
    applications: await applicationsOf(tx, person),
    cases: await casesIn(tx, conversations),
  };
}

interface Counted {
  readonly n: number | string | bigint;
}

const numberIn = ([row]: readonly Counted[]): number => Number(row?.n ?? 0);

async function identityOf(tx: Tx, person: PersonRef): Promise<number> {
  const query = tx.selectFrom('persons').where('ref', '=', person);
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}

/** Signatures that are still there; of a destroyed one only version and digest of the text remain. */
async function pledgesOf(tx: Tx, person: PersonRef): Promise<number> {
  const query = tx.selectFrom('pledges').where('person_ref', '=', person).where('sealed_signature', '<>', '');
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}

async function messagesIn(tx: Tx, conversations: readonly string[]): Promise<number> {
  if (conversations.length === 0) return 0;
  const said = tx
    .selectFrom('inbox')
    .where('kind', '=', 'text')
    .where('conversation_id', 'in', conversations);
  const answered = tx.selectFrom('outbox').where('conversation_id', 'in', conversations);
  return (
    numberIn(await said.select((eb) => eb.fn.countAll().as('n')).execute()) +
    numberIn(await answered.select((eb) => eb.fn.countAll().as('n')).execute())
  );
}

async function applicationsOf(tx: Tx, person: PersonRef): Promise<number> {
  const query = tx
    .selectFrom('applications')
    .where((eb) => eb.or([eb('payer_ref', '=', person), eb('dependent_ref', '=', person)]));
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}

async function casesIn(tx: Tx, conversations: readonly string[]): Promise<number> {
  if (conversations.length === 0) return 0;
  const query = tx.selectFrom('cases').where('conversation_id', 'in', conversations);
  return numberIn(await query.select((eb) => eb.fn.countAll().as('n')).execute());
}
