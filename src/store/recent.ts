/** What one person has written lately: the newest rows of their mailbox. */
import { sql } from 'kysely';
import type { Recent } from '../contracts/recent.ts';
import type { StoreContext } from './context.ts';
import { readContent } from './parse.ts';
import { prepared } from './prepared.ts';

/** Twice what anybody may write in a minute; what our own rooms write stands in between. */
const ROWS_LOOKED_AT = 60;

const WRITTEN = new Set(['text', 'choice', 'unsupported']);

export function recent({ db }: StoreContext): Recent {
  const newest = prepared((p: { channel: string; account: string; user: string; since: number }) =>
    db
      .selectFrom('addresses')
      .innerJoin('inbox', 'inbox.conversation_id', 'addresses.conversation_id')
      .select(['inbox.kind', 'inbox.content', 'inbox.received_at'])
      .where('addresses.channel', '=', p.channel)
      .where('addresses.account', '=', p.account)
      .where('addresses.user_id', '=', p.user)
      .where('inbox.received_at', '>=', p.since)
      .orderBy('inbox.seq', 'desc')
      .limit(sql.lit(ROWS_LOOKED_AT)),
  );
  return {
    async recentOf({ channel, account, user }, since) {
      const { rows } = await newest(db, { channel, account, user, since });
      const written = rows.filter(({ kind }) => WRITTEN.has(kind));
      const isTold = written.some(({ kind, content }) => {
        if (kind !== 'unsupported') return false;
        const read = readContent(content);
        return read.kind === 'unsupported' && read.what === 'too_fast';
      });
      return { written: written.length, isTold };
    },
  };
}
