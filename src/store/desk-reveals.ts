/** Looks of staff at personal data: written down before anything is shown. */
import type { Reveal } from '../contracts/desk.ts';
import type { DeskStore } from '../contracts/desk-store.ts';
import type { CaseId, PersonRef } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import type { DeskLog } from './desk-events.ts';
import { toInstant } from './parse.ts';
import type { Rooms } from './rooms.ts';

export function deskReveals(
  { db, clock, inTx }: StoreContext,
  rooms: Rooms,
  log: DeskLog,
): Pick<DeskStore, 'noteReveal' | 'revealById'> {
  const revealById: DeskStore['revealById'] = async (id) => {
    const row = await db
      .selectFrom('reveals')
      .leftJoin('desk_staff', 'desk_staff.id', 'reveals.by_id')
      .selectAll('reveals')
      .select('desk_staff.name')
      .where('reveals.id', '=', id)
      .executeTakeFirst();
    return (
      row && {
        id,
        person: row.person_ref as PersonRef,
        case: row.case_id as CaseId,
        by: { id: row.by_id, displayName: row.name ?? row.by_id },
        reason: row.reason,
        at: toInstant(row.at),
        expiresAt: toInstant(row.expires_at),
      }
    );
  };
  return {
    revealById,
    async noteReveal(look) {
      const { id, person, conversation, case: about, by, key, reason, expiresAt } = look;
      const at = clock.now();
      await inTx(async (tx) => {
        const { auditN } = await rooms.takeNumbers(tx, conversation, { lines: 0, audits: 1 });
        await tx
          .insertInto('reveals')
          .values({
            id,
            person_ref: person,
            case_id: about,
            by_id: by.id,
            reason,
            at,
            expires_at: expiresAt,
          })
          .execute();
        await tx
          .insertInto('desk_staff')
          .values({ id: by.id, name: by.displayName, seen_at: at })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ name: by.displayName, seen_at: at }))
          .execute();
        // This is also what the citizen's own record is read from.
        await rooms.appendAudit(tx, {
          conversation,
          n: auditN,
          actor: 'clerk',
          action: 'person.revealed',
          data: { person, case: about, by: by.id, reason, reveal: id },
        });
        const expires = toInstant(expiresAt);
        await log.append(tx, [
          { case: about, kind: 'revealed', by, key, data: { reveal: id, expires }, text: reason },
        ]);
      });
      log.ring();
      return (await revealById(id)) as Reveal;
    },
  };
}
