/** When somebody served a channel last; one row a channel. */
import type { ChannelsServed } from '../contracts/channels-served.ts';
import type { StoreContext } from './context.ts';

export function channelsServed({ db, clock, engine, inTx }: StoreContext): ChannelsServed {
  return {
    async noteServed(channels) {
      if (channels.length === 0) return;
      const at = clock.now();
      await db
        .insertInto('channels_served')
        .values(channels.map((channel) => ({ channel, at })))
        .onConflict((conflict) => conflict.column('channel').doUpdateSet({ at }))
        .execute();
    },
    async servedAt(channel) {
      const row = await db
        .selectFrom('channels_served')
        .select('at')
        .where('channel', '=', channel)
        .executeTakeFirst();
      return row?.at;
    },
    callOutbox: (conversation) =>
      inTx((tx) => engine.enqueueInTx(tx, { queue: 'outbox', key: conversation })),
  };
}
