/** Sessions of web pages. One row each; what is over is found by nobody and cleared by retention. */

import { sql } from 'kysely';
import type { WebSessions } from '../contracts/web-sessions.ts';
import type { StoreContext } from './context.ts';
import { prepared } from './prepared.ts';

/** A page asks again within seconds; behind a bad line within minutes. */
const REPLACED_LIVES_MS = 10 * 60_000;

export function webSessions(context: StoreContext): WebSessions {
  const { db, clock, inTx } = context;
  const { begin, find, framed, settle, end, lookUp } = statements(context);

  return {
    async beginWebSession(session) {
      await begin(db, { ...session, isFramed: session.isFramed ? 1 : 0, replaces: null });
    },
    isFramedTalk: async (user) => (await framed(db, { user })).rows.length > 0,
    async webSession(key) {
      const row = (await find(db, { key, now: clock.now() })).rows[0];
      if (row === undefined) return undefined;
      const { replaces } = row;
      if (replaces !== null) {
        await inTx(async (tx) => {
          await end(tx, { key: replaces });
          await settle(tx, { key });
        });
      }
      return { user: row.user_id, isDue: row.is_due === 1 };
    },
    async wantRenewal(user) {
      await db.updateTable('web_sessions').set({ is_due: 1 }).where('user_id', '=', user).execute();
    },
    renewWebSession: ({ key, fresh, endsAt, ifDue }) =>
      inTx<boolean>(async (tx, abandon) => {
        const now = clock.now();
        const row = (await lookUp(tx, { key, now })).rows[0];
        if (row === undefined) return abandon(false);
        const { numUpdatedRows } = await tx
          .updateTable('web_sessions')
          .set({ is_due: 0, ends_at: Math.min(row.ends_at, now + REPLACED_LIVES_MS) })
          .where('key', '=', key)
          .$if(ifDue === true, (query) => query.where('is_due', '=', 1))
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return abandon(false);
        await begin(tx, { key: fresh, user: row.user_id, endsAt, isFramed: row.is_framed, replaces: key });
        return true;
      }),
    async endWebSessions(user) {
      await db.deleteFrom('web_sessions').where('user_id', '=', user).execute();
    },
  };
}

function statements({ db }: StoreContext) {
  return {
    begin: prepared(
      (p: { key: string; user: string; endsAt: number; isFramed: number; replaces: string | null }) =>
        db.insertInto('web_sessions').values({
          key: p.key,
          user_id: p.user,
          ends_at: p.endsAt,
          is_framed: p.isFramed,
          replaces: p.replaces,
          is_due: 0,
        }),
    ),
    framed: prepared((p: { user: string }) =>
      db
        .selectFrom('web_sessions')
        .select('key')
        .where('user_id', '=', p.user)
        .where('is_framed', '=', sql.lit(1))
        .limit(sql.lit(1)),
    ),
    find: prepared((p: { key: string; now: number }) =>
      db
        .selectFrom('web_sessions')
        .select(['user_id', 'is_due', 'replaces'])
        .where('key', '=', p.key)
        .where('ends_at', '>', p.now),
    ),
    lookUp: prepared((p: { key: string; now: number }) =>
      db
        .selectFrom('web_sessions')
        .select(['user_id', 'ends_at', 'is_framed'])
        .where('key', '=', p.key)
        .where('ends_at', '>', p.now),
    ),
    settle: prepared((p: { key: string }) =>
      db.updateTable('web_sessions').set({ replaces: null }).where('key', '=', p.key),
    ),
    end: prepared((p: { key: string }) => db.deleteFrom('web_sessions').where('key', '=', p.key)),
  };
}
