/** Logins of staff. The few rows there are at a time; what is over is cleared whenever somebody logs in. */
import { z } from 'zod';
import type { StaffRole } from '../contracts/desk.ts';
import type { DeskSession, DeskSessions } from '../contracts/desk-sessions.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoreContext } from './context.ts';
import { HOUSE_CHAIN } from './house-chain.ts';
import type { Rooms } from './rooms.ts';
import type { DeskSessionsTable, Tx } from './tables.ts';

const roles = z.array(z.enum(['clerk', 'curator', 'lead', 'auditor'])).readonly();

export function deskSessions({ db, clock, inTx }: StoreContext, rooms: Rooms): DeskSessions {
  async function note(tx: Tx, action: string, data: JsonObject): Promise<void> {
    const { auditN: n } = await rooms.takeNumbers(tx, HOUSE_CHAIN, { lines: 0, audits: 1 });
    await rooms.appendAudit(tx, { conversation: HOUSE_CHAIN, n, actor: 'clerk', action, data });
  }

  async function clear(tx: Tx, now: number): Promise<void> {
    await tx.deleteFrom('desk_sessions').where('ends_at', '<=', now).execute();
    await tx.deleteFrom('desk_logins').where('expires_at', '<=', now).execute();
  }

  return {
    openDeskSession: ({ key, staff, how, farewell, openedAt, endsAt }) =>
      inTx(async (tx) => {
        await clear(tx, clock.now());
        await tx
          .insertInto('desk_sessions')
          .values({
            key,
            staff_id: staff.id,
            name: staff.displayName,
            roles: JSON.stringify(staff.roles),
            how,
            farewell: farewell ?? null,
            opened_at: openedAt,
            seen_at: openedAt,
            ends_at: endsAt,
          })
          .execute();
        await note(tx, 'desk.logged_in', { by: staff.id, roles: [...staff.roles], how });
      }),
    async deskSession(key, seenSince) {
      const row = await db
        .selectFrom('desk_sessions')
        .selectAll()
        .where('key', '=', key)
        .where('ends_at', '>', clock.now())
        .where('seen_at', '>=', seenSince)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    async touchDeskSession(key) {
      await db.updateTable('desk_sessions').set({ seen_at: clock.now() }).where('key', '=', key).execute();
    },
    endDeskSession: (key) =>
      inTx(async (tx) => {
        const ended = await tx
          .deleteFrom('desk_sessions')
          .where('key', '=', key)
          .returning('staff_id')
          .executeTakeFirst();
        if (ended !== undefined) await note(tx, 'desk.logged_out', { by: ended.staff_id });
      }),
    async keepDeskLogin({ key, data, expiresAt }) {
      await db.insertInto('desk_logins').values({ key, data, expires_at: expiresAt }).execute();
    },
    async takeDeskLogin(key) {
      const row = await db.deleteFrom('desk_logins').where('key', '=', key).returningAll().executeTakeFirst();
      if (row === undefined || row.expires_at <= clock.now()) return undefined;
      return { key, data: row.data, expiresAt: row.expires_at };
    },
  };
}

function fromRow(row: DeskSessionsTable): DeskSession {
  return {
    key: row.key,
    staff: {
      id: row.staff_id,
      displayName: row.name,
      roles: roles.parse(JSON.parse(row.roles)) satisfies readonly StaffRole[],
    },
    how: row.how === 'oidc' ? 'oidc' : 'link',
    ...(row.farewell === null ? {} : { farewell: row.farewell }),
    openedAt: row.opened_at,
    seenAt: row.seen_at,
    endsAt: row.ends_at,
  };
}
