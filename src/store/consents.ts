/** What a person agreed to, and that it was taken back. Both stand in the audit chain of the conversation they were said in. */
import type { Random } from '../contracts/clock.ts';
import type { Consent, ConsentPurpose, GivenConsent } from '../contracts/personal-data.ts';
import type { PersonRef } from '../domain/ids.ts';
import { toInstant } from './parse.ts';
import type { Rooms } from './rooms.ts';
import type { ConsentsTable, Db, Tx } from './tables.ts';

export async function giveConsent(
  tx: Tx,
  rooms: Rooms,
  given: GivenConsent & { readonly id: string; readonly at: number },
): Promise<void> {
  const { id, person, purpose, version, digest, conversation, at } = given;
  const { auditN: n } = await rooms.takeNumbers(tx, conversation, { lines: 0, audits: 1 });
  await tx
    .insertInto('consents')
    .values({ id, person_ref: person, purpose, version, digest, given_at: at, withdrawn_at: null })
    .execute();
  const data = { person, consent: id, purpose, version, digest };
  await rooms.appendAudit(tx, { conversation, n, actor: 'citizen', action: 'consent.given', data });
}

/** The same words agreed to again are the same consent; it counts from the last time. */
export async function renewConsent(tx: Tx, given: GivenConsent, at: number): Promise<boolean> {
  const row = await tx
    .updateTable('consents')
    .set({ given_at: at })
    .where('person_ref', '=', given.person)
    .where('purpose', '=', given.purpose)
    .where('digest', '=', given.digest)
    .where('withdrawn_at', 'is', null)
    .returning('id')
    .execute();
  return row.length > 0;
}

export async function consentsOf(on: Db | Tx, person: PersonRef): Promise<readonly Consent[]> {
  const rows = await on
    .selectFrom('consents')
    .selectAll()
    .where('person_ref', '=', person)
    .orderBy('given_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(asConsent);
}

function asConsent(row: ConsentsTable): Consent {
  return {
    id: row.id,
    purpose: row.purpose as ConsentPurpose,
    version: row.version,
    digest: row.digest,
    givenAt: toInstant(row.given_at),
    ...(row.withdrawn_at === null ? {} : { withdrawnAt: toInstant(row.withdrawn_at) }),
  };
}

/** Ends the consent; of a signed one the strokes go as well. */
export async function withdraw(
  tx: Tx,
  { person, id, at }: { readonly person: PersonRef; readonly id: string; readonly at: number },
): Promise<'withdrawn' | 'already' | 'unknown'> {
  const row = await tx
    .selectFrom('consents')
    .select('withdrawn_at')
    .where('id', '=', id)
    .where('person_ref', '=', person)
    .executeTakeFirst();
  if (row === undefined) return 'unknown';
  if (row.withdrawn_at !== null) return 'already';
  const { numUpdatedRows } = await tx
    .updateTable('consents')
    .set({ withdrawn_at: at })
    .where('id', '=', id)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return 'already';
  await tx.updateTable('pledges').set({ sealed_signature: '' }).where('id', '=', id).execute();
  return 'withdrawn';
}

export function consentId(random: Random): string {
  return `g_${Buffer.from(random.bytes(16)).toString('hex')}`;
}
