/** The one home of personal data. Everybody else holds a reference. */
import type { RevealReason, Vault } from '../contracts/store.ts';
import type { ConversationId, PersonRef } from '../domain/ids.ts';
import { makeId } from '../domain/ids.ts';
import { personDigest } from '../domain/masking.ts';
import { AppError } from '../errors.ts';
import type { StoreContext } from './context.ts';
import { readPerson } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';
import type { Seal } from './seal.ts';
import type { Db, Tx } from './tables.ts';

const KEY_MARK = 'vault_key_mark';

export function vault(context: StoreContext, seal: Seal, rooms: Rooms): Vault {
  const { db, clock, random, inTx } = context;
  const { refOf, keep, sealedOf, conversations, pledge } = statements(context);
  /** Who was shown, and what for: part of the chain of the conversation it was done for. */
  const note = async (tx: Tx, person: PersonRef, { conversation, purpose }: RevealReason) => {
    const { auditN: n } = await rooms.takeNumbers(tx, conversation, { lines: 0, audits: 1 });
    const data = { person, purpose };
    await rooms.appendAudit(tx, { conversation, n, actor: 'assistant', action: 'person.revealed', data });
  };
  const digestOf = (officeDigest: string) => seal.digest(officeDigest);
  return {
    async remember({ name, documentType, documentNumber }) {
      const document = personDigest(documentType, documentNumber);
      const ref = makeId('person', (size) => random.bytes(size));
      const sealed = seal.seal(ref, JSON.stringify({ name, documentType, documentNumber }));
      const row = { ref, identity: digestOf(`${document}:${name}`), digest: digestOf(document), sealed };
      // Somebody known keeps the reference and what was sealed under it: it says the same.
      const { rows } = await inTx((tx) => keep(tx, { ...row, at: clock.now() }));
      return rows[0]?.ref as PersonRef;
    },
    async reveal(ref, why) {
      const row = (await sealedOf(db, { ref })).rows[0];
      if (row !== undefined && why !== undefined) await inTx((tx) => note(tx, ref, why));
      return row && { ref, ...readPerson(seal.open(ref, row.sealed)) };
    },
    async byDigest(digest) {
      return (await refOf(db, { digest: digestOf(digest) })).rows[0]?.ref as PersonRef | undefined;
    },
    async conversationsOf(ref) {
      const { rows } = await conversations(db, { ref });
      return rows.map((row) => row.conversation_id as ConversationId);
    },
    async keepPledge({ person, version, digest, signature, signedAt }) {
      const id = `s_${Buffer.from(random.bytes(16)).toString('hex')}`;
      const sealed = seal.seal(id, signature);
      await inTx((tx) => pledge(tx, { id, person, version, digest, sealed, signedAt: Date.parse(signedAt) }));
    },
  };
}

function statements({ db }: StoreContext) {
  return {
    // Who proved the document goes before whoever was merely written down under it.
    refOf: prepared((p: { digest: string }) =>
      db
        .selectFrom('persons')
        .leftJoin('conversation_persons', 'conversation_persons.person_ref', 'persons.ref')
        .select('persons.ref')
        .where('persons.digest', '=', p.digest)
        .groupBy(['persons.ref', 'persons.updated_at'])
        .orderBy((eb) => eb.fn.coalesce(eb.fn.max('conversation_persons.at'), eb.lit(0)), 'desc')
        .orderBy('persons.updated_at', 'desc'),
    ),
    keep: prepared((p: { ref: string; identity: string; digest: string; sealed: string; at: number }) =>
      db
        .insertInto('persons')
        .values({
          ref: p.ref,
          identity: p.identity,
          digest: p.digest,
          sealed: p.sealed,
          created_at: p.at,
          updated_at: p.at,
        })
        .onConflict((conflict) => conflict.column('identity').doUpdateSet({ updated_at: p.at }))
        .returning('ref'),
    ),
    sealedOf: prepared((p: { ref: string }) =>
      db.selectFrom('persons').select('sealed').where('ref', '=', p.ref),
    ),
    conversations: prepared((p: { ref: string }) =>
      db
        .selectFrom('conversation_persons')
        .select('conversation_id')
        .where('person_ref', '=', p.ref)
        .orderBy('at', 'desc')
        .orderBy('conversation_id'),
    ),
    pledge: prepared(
      (p: {
        id: string;
        person: string;
        version: string;
        digest: string;
        sealed: string;
        signedAt: number;
      }) =>
        db.insertInto('pledges').values({
          id: p.id,
          person_ref: p.person,
          version: p.version,
          digest: p.digest,
          sealed_signature: p.sealed,
          signed_at: p.signedAt,
        }),
    ),
  };
}

/** @throws AppError `vault_key_missing` when the persons in this database were sealed with another key */
export async function checkVaultKey(db: Db, seal: Seal): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name: KEY_MARK, value: seal.keyMark })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await db.selectFrom('settings').select('value').where('name', '=', KEY_MARK).executeTakeFirst();
  if (row?.value === seal.keyMark) return;
  throw new AppError(
    'vault_key_missing',
    'The vault key does not belong to this database; give the key it was made with, or start with a new database.',
  );
}
