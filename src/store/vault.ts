/** The one home of personal data. Everybody else holds a reference. */
import type { RevealReason, Vault } from '../contracts/store.ts';
import type { ConversationId, PersonRef } from '../domain/ids.ts';
import { makeId } from '../domain/ids.ts';
import { personDigest } from '../domain/masking.ts';
import { giveConsent } from './consents.ts';
import type { StoreContext } from './context.ts';
import { readPerson } from './parse.ts';
import { freshKey, personKeys, type Sealing } from './person-keys.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';
import { openFor, sealFor } from './seal.ts';
import type { Tx } from './tables.ts';

export function vault(context: StoreContext, { keys, digest }: Sealing, rooms: Rooms): Vault {
  const { db, clock, random, inTx } = context;
  const { refOf, keep, sealedOf, conversations, pledge } = statements(context);
  const dataKeys = personKeys(context, keys);
  /** Who was shown, and what for: part of the chain of the conversation it was done for. */
  const note = async (tx: Tx, person: PersonRef, { conversation, purpose }: RevealReason) => {
    const { auditN: n } = await rooms.takeNumbers(tx, conversation, { lines: 0, audits: 1 });
    const data = { person, purpose };
    await rooms.appendAudit(tx, { conversation, n, actor: 'assistant', action: 'person.revealed', data });
  };
  return {
    async remember({ name, documentType, documentNumber }) {
      const document = personDigest(documentType, documentNumber);
      const ref = makeId('person', (size) => random.bytes(size));
      const key = await freshKey(keys, ref, random);
      const plain = JSON.stringify({ name, documentType, documentNumber });
      const sealed = sealFor(key.dataKey, `persons.sealed:${ref}`, plain, random);
      const row = { ref, identity: digest(`${document}:${name}`), digest: digest(document), sealed };
      return inTx(async (tx) => {
        const known = (await keep(tx, { ...row, at: clock.now() })).rows[0]?.ref as PersonRef;
        // Somebody known keeps the reference, the key, and what was sealed with it: it says the same.
        if (known === ref) await dataKeys.keep(tx, ref, key);
        return known;
      });
    },
    async reveal(ref, why) {
      const row = (await sealedOf(db, { ref })).rows[0];
      if (row === undefined) return undefined;
      const key = await keys.unwrap(row, ref);
      if (why !== undefined) await inTx((tx) => note(tx, ref, why));
      return { ref, ...readPerson(openFor(key, `persons.sealed:${ref}`, row.sealed)) };
    },
    async byDigest(officeDigest) {
      return (await refOf(db, { digest: digest(officeDigest) })).rows[0]?.ref as PersonRef | undefined;
    },
    async conversationsOf(ref) {
      const { rows } = await conversations(db, { ref });
      return rows.map((row) => row.conversation_id as ConversationId);
    },
    async keepPledge({ person, version, digest: text, signature, signedAt, conversation }) {
      const key = await dataKeys.of(person);
      if (key === undefined) throw new Error(`Person ${person} who signs is not in the vault`);
      const id = `s_${Buffer.from(random.bytes(16)).toString('hex')}`;
      const sealed = sealFor(key, `pledges.sealed_signature:${id}`, signature, random);
      const at = Date.parse(signedAt);
      await inTx(async (tx) => {
        await pledge(tx, { id, person, version, digest: text, sealed, signedAt: at });
        if (conversation === undefined) return;
        const consent = { id, person, purpose: 'pledge' as const, version, digest: text, conversation };
        await giveConsent(tx, rooms, { ...consent, at });
      });
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
      db
        .selectFrom('persons')
        .innerJoin('person_keys', 'person_keys.ref', 'persons.ref')
        .select(['sealed', 'kek', 'wrapped'])
        .where('persons.ref', '=', p.ref),
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
