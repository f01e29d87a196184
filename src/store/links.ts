/** One-time addresses of secure pages. One conditional update decides who used it; its row count is the answer. */
import type { LinkRow, Links } from '../contracts/store.ts';
import type { LinkId } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import { readObject, readPurpose } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';

export function links(context: StoreContext, rooms: Rooms): Links {
  const { db, clock, inTx } = context;
  const { byDigest, use, claim } = statements(context);

  async function linkByDigest(tokenDigest: string): Promise<LinkRow | undefined> {
    const row = (await byDigest(db, { tokenDigest })).rows[0];
    if (row === undefined) return undefined;
    return {
      id: row.id as LinkId,
      conversation: row.conversation_id as LinkRow['conversation'],
      purpose: readPurpose(row.purpose),
      context: readObject(row.context),
      expiresAt: row.expires_at,
      ...(row.used_at !== null && { usedAt: row.used_at }),
    };
  }

  async function whyNot(tokenDigest: string): Promise<'used' | 'lapsed' | 'unknown'> {
    const link = await linkByDigest(tokenDigest);
    if (link === undefined) return 'unknown';
    return link.usedAt === undefined ? 'lapsed' : 'used';
  }

  return {
    linkByDigest,
    async claimLink(tokenDigest, secretDigest) {
      const { changed } = await inTx((tx) => claim(tx, { tokenDigest, secretDigest, now: clock.now() }));
      return changed === 0 ? 'taken' : 'claimed';
    },
    async completeLink(tokenDigest, slots) {
      const completed = await inTx(async (tx) => {
        const row = (await use(tx, { tokenDigest, now: clock.now() })).rows[0];
        if (row === undefined) return false;
        const { id, conversation_id: conversation } = row;
        const purpose = readPurpose(row.purpose);
        const { seq, auditN } = await rooms.takeNumbers(tx, conversation, { lines: 1, audits: 1 });
        await rooms.putInside(tx, {
          conversation,
          seq,
          messageId: `link:${id}`,
          content: { kind: 'secure.done', link: id as LinkId, purpose, slots },
        });
        await rooms.appendAudit(tx, {
          conversation,
          n: auditN,
          actor: 'citizen',
          action: 'link.completed',
          // Of a signed letter the version and the digest of the text that was shown.
          data: { link: id, purpose, ...(slots.pledge === undefined ? {} : { pledge: slots.pledge }) },
        });
        return true;
      });
      return completed ? 'completed' : whyNot(tokenDigest);
    },
  };
}

function statements({ db }: StoreContext) {
  return {
    byDigest: prepared((p: { tokenDigest: string }) =>
      db.selectFrom('links').selectAll().where('token_digest', '=', p.tokenDigest),
    ),
    claim: prepared((p: { tokenDigest: string; secretDigest: string; now: number }) =>
      db
        .updateTable('links')
        .set({ claimed_by: p.secretDigest })
        .where('token_digest', '=', p.tokenDigest)
        .where('expires_at', '>', p.now)
        .where((eb) => eb.or([eb('claimed_by', 'is', null), eb('claimed_by', '=', p.secretDigest)])),
    ),
    use: prepared((p: { tokenDigest: string; now: number }) =>
      db
        .updateTable('links')
        .set({ used_at: p.now })
        .where('token_digest', '=', p.tokenDigest)
        .where('used_at', 'is', null)
        .where('expires_at', '>', p.now)
        .returning(['id', 'conversation_id', 'purpose']),
    ),
  };
}
