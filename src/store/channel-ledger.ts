/** Pushes, windows, sends and talks of channels that may answer only so often. One row decides each question. */
import type {
  ChannelLedger,
  NewSend,
  NewWindow,
  PushRef,
  PushState,
  WindowKind,
} from '../contracts/channel-ledger.ts';
import type { Address } from '../domain/conversation.ts';
import type { StoreContext } from './context.ts';
import { readTalk } from './parse-talk.ts';
import { prepared } from './prepared.ts';
import type { Db, Tx } from './tables.ts';

/** A push is tried again for some fifteen seconds; what the answer said is not kept longer than an hour. */
const PUSH_KEPT_MS = 3_600_000;
/** Longer than the outbox tries; a part that is delivered later than this was never sent. */
const SEND_KEPT_MS = 3 * 86_400_000;
const TALK_KEPT_MS = 86_400_000;
/** Old rows are looked for once in so many pushes. */
const TIDY_EVERY = 200;

interface Place {
  readonly channel: string;
  readonly account: string;
  readonly user: string;
}
const placeOf = ({ channel, account, user }: Address): Place => ({ channel, account, user });

export function channelLedger(context: StoreContext): ChannelLedger {
  return {
    ...pushes(context),
    ...windows(context),
    ...sends(context),
    ...talks(context),
    ...cursors(context),
  };
}

// === Pushes

function pushes(context: StoreContext): Pick<ChannelLedger, 'beginPush' | 'answerPush' | 'settlePush'> {
  const { db, clock, inTx } = context;
  const { insert, stateOf, settle } = pushStatements(context);
  const { openIn } = windowWriter(context);
  const noteSent = sendWriter(context);
  const tidy = tidying(context);
  let begun = 0;

  return {
    async beginPush({ address, key }, window) {
      begun += 1;
      if (begun % TIDY_EVERY === 0) await tidy();
      return inTx<PushState>(async (tx, abandon) => {
        const { changed } = await insert(tx, { ...placeOf(address), key, at: clock.now() });
        if (changed === 0) return abandon(asState((await stateOf(tx, { ...placeOf(address), key })).rows[0]));
        if (window !== undefined) await openIn(tx, address, window);
        return { state: 'new' };
      });
    },
    answerPush: (push, reply, parts) =>
      inTx<boolean>(async (tx, abandon) => {
        const { changed } = await settle(tx, settled(push, 'answered', reply));
        if (changed === 0) return abandon(false);
        for (const part of parts) await noteSent(tx, part, 'sent');
        return true;
      }),
    async settlePush(push) {
      await settle(db, settled(push, 'pushed', null));
    },
  };
}

function settled({ address, key }: PushRef, state: 'answered' | 'pushed', reply: string | null) {
  return { ...placeOf(address), key, state, reply };
}

function asState(row: { readonly state: string; readonly reply: string | null } | undefined): PushState {
  if (row?.state === 'answered') return { state: 'answered', reply: row.reply ?? '' };
  return { state: row?.state === 'running' ? 'running' : 'pushed' };
}

function pushStatements({ db }: StoreContext) {
  return {
    insert: prepared((p: Place & { key: string; at: number }) =>
      db
        .insertInto('channel_pushes')
        .values({
          channel: p.channel,
          account: p.account,
          push_key: p.key,
          user_id: p.user,
          state: 'running',
          reply: null,
          at: p.at,
        })
        .onConflict((conflict) => conflict.columns(['channel', 'account', 'push_key']).doNothing()),
    ),
    stateOf: prepared((p: Place & { key: string }) =>
      db
        .selectFrom('channel_pushes')
        .select(['state', 'reply'])
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('push_key', '=', p.key),
    ),
    settle: prepared((p: Place & { key: string; state: 'answered' | 'pushed'; reply: string | null }) =>
      db
        .updateTable('channel_pushes')
        .set({ state: p.state, reply: p.reply })
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('push_key', '=', p.key)
        .where('state', '=', 'running'),
    ),
  };
}

// === Windows

function windows(
  context: StoreContext,
): Pick<ChannelLedger, 'openWindow' | 'closeWindows' | 'windowOf' | 'claimNotice'> {
  const { db, clock, inTx } = context;
  const { openIn, close, open, notice } = windowWriter(context);
  return {
    openWindow: (address, window) => inTx((tx) => openIn(tx, address, window)),
    async closeWindows(address) {
      await close(db, placeOf(address));
    },
    async windowOf(address) {
      const { rows } = await open(db, { ...placeOf(address), now: clock.now() });
      if (rows.length === 0) return undefined;
      return {
        left: rows.reduce((sum, row) => sum + row.messages, 0),
        until: Math.max(...rows.map((row) => row.until)),
      };
    },
    async claimNotice(address) {
      return (await notice(db, { ...placeOf(address), now: clock.now() })).changed > 0;
    },
  };
}

type WindowRow = Place & { kind: WindowKind; left: number; until: number };

function windowWriter({ db }: StoreContext) {
  const put = prepared((p: WindowRow) =>
    db
      .insertInto('channel_windows')
      .values({
        channel: p.channel,
        account: p.account,
        user_id: p.user,
        kind: p.kind,
        messages: p.left,
        until: p.until,
        noticed_at: null,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['channel', 'account', 'user_id', 'kind'])
          .doUpdateSet({ messages: p.left, until: p.until, noticed_at: null }),
      ),
  );
  return {
    async openIn(tx: Tx, address: Address, { kind, left, until }: NewWindow): Promise<void> {
      await put(tx, { ...placeOf(address), kind, left, until });
    },
    close: prepared((p: Place) =>
      db
        .updateTable('channel_windows')
        .set({ messages: 0, until: 0 })
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('user_id', '=', p.user),
    ),
    // The short one first: what is not used of it is lost within a minute.
    open: prepared((p: Place & { now: number }) =>
      db
        .selectFrom('channel_windows')
        .select(['kind', 'messages', 'until'])
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('user_id', '=', p.user)
        .where('until', '>', p.now)
        .orderBy('kind'),
    ),
    take: prepared((p: Place & { kind: WindowKind; n: number }) =>
      db
        .updateTable('channel_windows')
        .set((eb) => ({ messages: eb('messages', '-', p.n) }))
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('user_id', '=', p.user)
        .where('kind', '=', p.kind)
        .where('messages', '>=', p.n),
    ),
    notice: prepared((p: Place & { now: number }) =>
      db
        .insertInto('channel_windows')
        .values({
          channel: p.channel,
          account: p.account,
          user_id: p.user,
          kind: 'message',
          messages: 0,
          until: 0,
          noticed_at: p.now,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['channel', 'account', 'user_id', 'kind'])
            .doUpdateSet({ noticed_at: p.now })
            .where('channel_windows.noticed_at', 'is', null),
        ),
    ),
  };
}

// === Sends

function sends(context: StoreContext): Pick<ChannelLedger, 'sendStates' | 'reserveSend' | 'settleSend'> {
  const { db, clock, inTx } = context;
  const { open, take } = windowWriter(context);
  const note = sendWriter(context);
  const statesOf = prepared((p: { key: string }) =>
    db.selectFrom('channel_sends').select('state').where('part_key', '=', p.key),
  );
  const forget = prepared((p: { key: string }) =>
    db.deleteFrom('channel_sends').where('part_key', '=', p.key),
  );

  /** False when another process took some meanwhile: then nothing of the transaction may stay. */
  async function takeMessages(tx: Tx, { address, messages, keep }: NewSend): Promise<boolean> {
    const { rows } = await open(tx, { ...placeOf(address), now: clock.now() });
    // Nothing is kept back of a window that is over in a minute.
    const kept = rows.some((row) => row.kind === 'message') ? keep : 0;
    if (rows.reduce((sum, row) => sum + row.messages, 0) < messages + kept) return false;
    let missing = messages;
    for (const row of rows) {
      const n = Math.min(missing, row.messages);
      if (n === 0) continue;
      const { changed } = await take(tx, { ...placeOf(address), kind: row.kind, n });
      if (changed === 0) return false;
      missing -= n;
    }
    return missing === 0;
  }

  return {
    async sendStates(parts) {
      const found = await Promise.all(parts.map(async (key) => (await statesOf(db, { key })).rows[0]?.state));
      return new Map(
        parts.flatMap((key, index) => {
          const state = found[index];
          return state === undefined ? [] : [[key, state] as const];
        }),
      );
    },
    reserveSend: (send) =>
      inTx<'reserved' | 'shut'>(async (tx, abandon) => {
        if (!(await takeMessages(tx, send))) return abandon('shut');
        for (const part of send.parts) await note(tx, part, 'sending');
        return 'reserved';
      }),
    settleSend: ({ address, parts, messages }, outcome) =>
      inTx(async (tx) => {
        for (const part of parts) {
          if (outcome === 'released') await forget(tx, { key: part });
          else await note(tx, part, outcome);
        }
        if (outcome === 'released') await giveBack(tx, address, messages);
      }),
  };

  /** Into the window that lasts longest; whichever it was taken from, the platform counts on its own. */
  async function giveBack(tx: Tx, address: Address, messages: number): Promise<void> {
    const { rows } = await open(tx, { ...placeOf(address), now: clock.now() });
    const longest = rows.toSorted((a, b) => b.until - a.until)[0];
    if (longest !== undefined) await take(tx, { ...placeOf(address), kind: longest.kind, n: -messages });
  }
}

function sendWriter({ db, clock }: StoreContext) {
  const put = prepared((p: { key: string; state: 'sending' | 'sent' | 'unknown'; at: number }) =>
    db
      .insertInto('channel_sends')
      .values({ part_key: p.key, state: p.state, at: p.at })
      .onConflict((conflict) => conflict.column('part_key').doUpdateSet({ state: p.state, at: p.at })),
  );
  return async (on: Db | Tx, key: string, state: 'sending' | 'sent' | 'unknown'): Promise<void> => {
    await put(on, { key, state, at: clock.now() });
  };
}

// === Talks and cursors

function talks({ db, clock }: StoreContext): Pick<ChannelLedger, 'talkOf' | 'rememberTalk'> {
  const find = prepared((p: Place) =>
    db
      .selectFrom('channel_talks')
      .select(['talk', 'at'])
      .where('channel', '=', p.channel)
      .where('account', '=', p.account)
      .where('user_id', '=', p.user),
  );
  const put = prepared((p: Place & { talk: string; at: number }) =>
    db
      .insertInto('channel_talks')
      .values({ channel: p.channel, account: p.account, user_id: p.user, talk: p.talk, at: p.at })
      .onConflict((conflict) =>
        conflict.columns(['channel', 'account', 'user_id']).doUpdateSet({ talk: p.talk, at: p.at }),
      ),
  );
  const remove = prepared((p: Place) =>
    db
      .deleteFrom('channel_talks')
      .where('channel', '=', p.channel)
      .where('account', '=', p.account)
      .where('user_id', '=', p.user),
  );
  return {
    async talkOf(address) {
      const row = (await find(db, placeOf(address))).rows[0];
      return row === undefined || row.at < clock.now() - TALK_KEPT_MS ? {} : readTalk(row.talk);
    },
    async rememberTalk(address, talk) {
      if (talk.rest === undefined && talk.choices === undefined) await remove(db, placeOf(address));
      else await put(db, { ...placeOf(address), talk: JSON.stringify(talk), at: clock.now() });
    },
  };
}

function cursors({ db }: StoreContext): Pick<ChannelLedger, 'channelCursor' | 'saveChannelCursor'> {
  const find = prepared((p: { channel: string; account: string }) =>
    db
      .selectFrom('channel_cursors')
      .select('position')
      .where('channel', '=', p.channel)
      .where('account', '=', p.account),
  );
  const put = prepared((p: { channel: string; account: string; position: string }) =>
    db
      .insertInto('channel_cursors')
      .values({ channel: p.channel, account: p.account, position: p.position })
      .onConflict((conflict) =>
        conflict.columns(['channel', 'account']).doUpdateSet({ position: p.position }),
      ),
  );
  return {
    channelCursor: async (channel, account) => (await find(db, { channel, account })).rows[0]?.position,
    async saveChannelCursor(channel, account, position) {
      await put(db, { channel, account, position });
    },
  };
}

function tidying({ db, clock }: StoreContext): () => Promise<void> {
  return async () => {
    const now = clock.now();
    await db
      .deleteFrom('channel_pushes')
      .where('at', '<', now - PUSH_KEPT_MS)
      .execute();
    await db
      .deleteFrom('channel_sends')
      .where('at', '<', now - SEND_KEPT_MS)
      .execute();
    await db
      .deleteFrom('channel_talks')
      .where('at', '<', now - TALK_KEPT_MS)
      .execute();
  };
}
