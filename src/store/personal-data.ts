/** What a person may ask of us about their own data; see `everything.ts` and `erasing.ts` for the two large parts. */
import type { Erasures } from '../contracts/erasures.ts';
import type { PersonalData } from '../contracts/personal-data.ts';
import type { PersonRef } from '../domain/ids.ts';
import { consentId, giveConsent, renewConsent, withdraw } from './consents.ts';
import type { StoreContext } from './context.ts';
import { countAll } from './data-counts.ts';
import { erasing } from './erasing.ts';
import { everythingOf } from './everything.ts';
import { personKeys, type Sealing } from './person-keys.ts';
import type { Rooms } from './rooms.ts';
import { openFor, sealFor } from './seal.ts';

export function personalData(
  context: StoreContext,
  { keys }: Pick<Sealing, 'keys'>,
  rooms: Rooms,
): PersonalData & Erasures {
  const { db, inTx, clock, random } = context;
  const dataKeys = personKeys(context, keys);

  async function salutationOf(person: PersonRef): Promise<string | undefined> {
    const query = db.selectFrom('salutations').select('sealed').where('person_ref', '=', person);
    const row = await query.executeTakeFirst();
    const key = row && (await dataKeys.of(person));
    return row && key && openFor(key, `salutations.sealed:${person}`, row.sealed);
  }

  return {
    dataOf: (person) => inTx((tx) => countAll(tx, person)),
    everythingOf: (person) => everythingOf(context, { dataKeys, salutationOf }, person),
    giveConsent: (given) =>
      inTx(async (tx) => {
        const at = clock.now();
        if (await renewConsent(tx, given, at)) return;
        await giveConsent(tx, rooms, { ...given, id: consentId(random), at });
      }),
    withdrawConsent: ({ person, id, conversation }) =>
      inTx(async (tx, abandon) => {
        const { auditN: n } = await rooms.takeNumbers(tx, conversation, { lines: 0, audits: 1 });
        const outcome = await withdraw(tx, { person, id, at: clock.now() });
        if (outcome !== 'withdrawn') return abandon(outcome);
        const data = { person, consent: id };
        await rooms.appendAudit(tx, { conversation, n, actor: 'citizen', action: 'consent.withdrawn', data });
        return outcome;
      }),
    salutationOf,
    async setSalutation({ person, salutation, conversation }) {
      const key = await dataKeys.of(person);
      if (key === undefined) return;
      const sealed = sealFor(key, `salutations.sealed:${person}`, salutation, random);
      await inTx(async (tx) => {
        const at = clock.now();
        const { auditN: n } = await rooms.takeNumbers(tx, conversation, { lines: 0, audits: 1 });
        await tx.deleteFrom('salutations').where('person_ref', '=', person).execute();
        if (salutation !== '')
          await tx.insertInto('salutations').values({ person_ref: person, sealed, at }).execute();
        const data = { person, what: 'salutation' };
        await rooms.appendAudit(tx, { conversation, n, actor: 'citizen', action: 'data.corrected', data });
      });
    },
    ...erasing(context, rooms),
  };
}
