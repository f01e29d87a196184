/** Messages that come from inside: a settled task, a completed page, a timer, news from the office. */
import type { InboundContent } from '../domain/conversation.ts';
import type { StoreContext } from './context.ts';
import { prepared } from './prepared.ts';
import type { Tx } from './tables.ts';

export interface NewItem {
  readonly channel: string;
  readonly account: string;
  readonly messageId: string;
  readonly conversation: string;
  readonly seq: number;
  readonly content: InboundContent;
  readonly receivedAt: number;
}

export type InsertItem = (tx: Tx, item: NewItem) => Promise<'stored' | 'duplicate'>;

/** Writes an item and wakes its conversation. A message id that is already there changes nothing. */
export function insertItem({ db, engine }: StoreContext): InsertItem {
  const insert = prepared(
    (p: Omit<NewItem, 'content'> & { readonly kind: string; readonly stored: string }) =>
      db
        .insertInto('inbox')
        .values({
          channel: p.channel,
          account: p.account,
          message_id: p.messageId,
          conversation_id: p.conversation,
          seq: p.seq,
          kind: p.kind,
          content: p.stored,
          received_at: p.receivedAt,
          attempts: 0,
          dead: 0,
          error: null,
          closed_at: null,
        })
        .onConflict((conflict) => conflict.columns(['channel', 'account', 'message_id']).doNothing()),
  );
  return async (tx, item) => {
    const { content, ...rest } = item;
    // Together, to save a journey: a job for nothing finds nothing to do.
    const [{ changed }] = await Promise.all([
      insert(tx, { ...rest, kind: content.kind, stored: JSON.stringify(content) }),
      engine.enqueueInTx(tx, { queue: 'address', key: item.conversation }),
    ]);
    return changed === 0 ? 'duplicate' : 'stored';
  };
}

/** Inside, a message id is unique within its conversation. */
export type PutInside = (
  tx: Tx,
  message: {
    readonly conversation: string;
    readonly seq: number;
    readonly messageId: string;
    readonly content: InboundContent;
  },
) => Promise<'stored' | 'duplicate'>;

export function putInside(context: StoreContext, insert: InsertItem): PutInside {
  return (tx, message) =>
    insert(tx, {
      ...message,
      channel: 'inside',
      account: message.conversation,
      receivedAt: context.clock.now(),
    });
}
