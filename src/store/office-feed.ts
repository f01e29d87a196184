/** What the office does by itself. The cursor and what the changes mean are written together. */
import type { OfficeFeed } from '../contracts/store.ts';
import { applications } from './applications.ts';
import type { StoreContext } from './context.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';

export function officeFeed(context: StoreContext, rooms: Rooms): OfficeFeed {
  const { db, clock, inTx } = context;
  const { read, move } = statements(context);
  const { change } = applications(context);
  return {
    async cursor(portal) {
      return (await read(db, { portal })).rows[0]?.cursor ?? 0;
    },
    recordChanges: (portal, cursor, effects) =>
      inTx(async (tx) => {
        // Whoever moves the cursor records the changes; a second reader of the same page finds it moved.
        if ((await move(tx, { portal, cursor })).changed === 0) return;
        for (const message of inLockOrder(effects.messages)) {
          const { conversation, messageId, content } = message;
          const { seq, auditN } = await rooms.takeNumbers(tx, conversation, { lines: 1, audits: 1 });
          await rooms.putInside(tx, { conversation, seq, messageId, content });
          await rooms.appendAudit(tx, {
            conversation,
            n: auditN,
            actor: 'office',
            action: 'change.recorded',
            data: { portal, cursor, kind: content.kind, messageId },
          });
        }
        // After the conversations, as a settled task does it: the other way round the two could wait for each other.
        for (const news of effects.applications) await change(tx, news, clock.now());
      }),
  };
}

/** Rows of several conversations are locked in one order by everybody, so that two feeds cannot wait for each other. */
function inLockOrder<Message extends { readonly conversation: string }>(
  messages: readonly Message[],
): readonly Message[] {
  return messages.toSorted((a, b) =>
    a.conversation < b.conversation ? -1 : Number(a.conversation > b.conversation),
  );
}

function statements({ db }: StoreContext) {
  return {
    read: prepared((p: { portal: string }) =>
      db.selectFrom('office_cursors').select('cursor').where('portal', '=', p.portal),
    ),
    move: prepared((p: { portal: string; cursor: number }) =>
      db
        .insertInto('office_cursors')
        .values({ portal: p.portal, cursor: p.cursor })
        .onConflict((conflict) =>
          conflict
            .column('portal')
            .doUpdateSet({ cursor: p.cursor })
            .where('office_cursors.cursor', '<', p.cursor),
        ),
    ),
  };
}
