/** Pushes, windows, sends and talks of channels that may answer only so often. One row decides each question. */
import { sql } from 'kysely';
import type {
  ChannelLedger,
  Hold,
  NewSend,
  NewWindow,
  PushRef,
  PushState,
  SendState,
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
/** What may not have arrived is said again when the citizen writes; who has not written by then, has forgotten it. */
const DOUBT_KEPT_MS = 30 * 86_400_000;
/** Longer than a process is at one sending with all its tries: whoever has begun it is no more. */
const SENDING_MS = 60_000;
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
    ...offers(context),
    ...sends(context),
    ...welcomes(context),
    ...talks(context),
    ...cursors(context),
  };
}

// === Pushes

function pushes(context: StoreContext): Pick<ChannelLedger, 'beginPush' | 'answerPush' | 'settlePush'> {
  const { db, clock, inTx } = context;
  const { insert, hold, stateOf, settle } = pushStatements(context);
  const { openIn } = windowWriter(context);
  const { take } = sendWriter(context);
  const tidy = tidying(context);
  let begun = 0;

  return {
    async beginPush({ address, key }, window, held) {
      begun += 1;
      if (begun % TIDY_EVERY === 0) await tidy();
      const holding = { by: held?.by ?? null, until: held?.until ?? null };
      return inTx<PushState>(async (tx, abandon) => {
        const { changed } = await insert(tx, { ...placeOf(address), key, at: clock.now(), ...holding });
        if (changed === 0) {
          // Another try, maybe at another process: whoever has the newest is asked.
          if (held !== undefined && (await hold(tx, { ...placeOf(address), key, ...held })).changed > 0)
            return { state: 'running' };
          return abandon(asState((await stateOf(tx, { ...placeOf(address), key })).rows[0]));
        }
        if (window !== undefined) await openIn(tx, address, window);
        return { state: 'new' };
      });
    },
    answerPush: (push, reply, parts) =>
      inTx<boolean>(async (tx, abandon) => {
        const { changed } = await settle(tx, settled(push, 'answered', reply));
        if (changed === 0) return abandon(false);
        for (const part of parts) if (!(await take(tx, part, 'sent'))) return abandon(false);
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
  return { state: row?.state === 'running' || row?.state === 'offered' ? row.state : 'pushed' };
}

function pushStatements({ db }: StoreContext) {
  return {
    insert: prepared((p: Place & { key: string; at: number; by: string | null; until: number | null }) =>
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
          holder: p.by,
          held_until: p.until,
          offered: null,
        })
        .onConflict((conflict) => conflict.columns(['channel', 'account', 'push_key']).doNothing()),
    ),
    hold: prepared((p: Place & Hold & { key: string }) =>
      db
        .updateTable('channel_pushes')
        .set({ holder: p.by, held_until: p.until })
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('push_key', '=', p.key)
        .where('state', '=', 'running'),
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
        .set({ state: p.state, reply: p.reply, held_until: null })
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('push_key', '=', p.key)
        .where('state', '=', 'running'),
    ),
  };
}

// === Answers laid ready for another process

function offers(context: StoreContext): Pick<ChannelLedger, 'offerAnswer' | 'takeAnswer' | 'withdrawAnswer'> {
  const { db, clock, inTx } = context;
  const { stateOf } = pushStatements(context);
  const { held, offer, laidFor, end } = offerStatements(context);
  const { take, put, forget } = sendWriter(context);
  return {
    offerAnswer: (address, by, { reply, parts }) =>
      inTx<PushRef | undefined>(async (tx, abandon) => {
        const place = placeOf(address);
        const [found] = (await held(tx, { ...place, by, now: clock.now() })).rows;
        if (found === undefined) return abandon(undefined);
        const key = found.push_key;
        const offered = JSON.stringify(parts);
        if ((await offer(tx, { ...place, key, reply, offered })).changed === 0) return abandon(undefined);
        for (const part of parts) if (!(await take(tx, part, 'offered'))) return abandon(undefined);
        return { address, key };
      }),
    async takeAnswer({ address, key }) {
      const at = { ...placeOf(address), key };
      const [before] = (await stateOf(db, at)).rows;
      if (before?.state !== 'offered') return asState(before);
      const isTaken = await inTx<boolean>(async (tx, abandon) => {
        const [row] = (await end(tx, { ...at, state: 'answered' })).rows;
        if (row === undefined) return abandon(false);
        for (const part of partsIn(row.offered)) await put(tx, part, 'sent');
        return true;
      });
      const now = asState((await stateOf(db, at)).rows[0]);
      return isTaken ? { ...now, isTaken } : now;
    },
    async withdrawAnswer(of) {
      const address = 'key' in of ? of.address : of;
      const laid =
        'key' in of ? [of.key] : (await laidFor(db, placeOf(address))).rows.map((row) => row.push_key);
      let isDone = false;
      for (const key of laid) {
        const isWithdrawn = await inTx<boolean>(async (tx, abandon) => {
          const [row] = (await end(tx, { ...placeOf(address), key, state: 'pushed' })).rows;
          if (row === undefined) return abandon(false);
          for (const part of partsIn(row.offered)) await forget(tx, { key: part });
          return true;
        });
        isDone ||= isWithdrawn;
      }
      return isDone;
    },
  };
}

const partsIn = (offered: string | null): readonly string[] =>
  offered === null ? [] : (JSON.parse(offered) as readonly string[]);

function offerStatements({ db }: StoreContext) {
  return {
    held: prepared((p: Place & { by: string; now: number }) =>
      db
        .selectFrom('channel_pushes')
        .select('push_key')
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('user_id', '=', p.user)
        .where('held_until', 'is not', null)
        .where('held_until', '>', p.now)
        .where('holder', '!=', p.by)
        .where('state', '=', 'running')
        .orderBy('at')
        .orderBy('push_key')
        .limit(sql.lit(1)),
    ),
    offer: prepared((p: Place & { key: string; reply: string; offered: string }) =>
      db
        .updateTable('channel_pushes')
        .set({ state: 'offered', reply: p.reply, offered: p.offered })
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('push_key', '=', p.key)
        .where('state', '=', 'running'),
    ),
    laidFor: prepared((p: Place) =>
      db
        .selectFrom('channel_pushes')
        .select('push_key')
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('user_id', '=', p.user)
        .where('held_until', 'is not', null)
        .where('state', '=', 'offered'),
    ),
    /** One of taken and withdrawn: whoever comes first. */
    end: prepared((p: Place & { key: string; state: 'answered' | 'pushed' }) =>
      db
        .updateTable('channel_pushes')
        .set({ state: p.state, held_until: null })
        .where('channel', '=', p.channel)
        .where('account', '=', p.account)
        .where('push_key', '=', p.key)
        .where('state', '=', 'offered')
        .returning('offered'),
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
          welcome: null,
          welcome_until: null,
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

function sends(
  context: StoreContext,
): Pick<ChannelLedger, 'sendStates' | 'heardSince' | 'reserveSend' | 'settleSend'> {
  const { db, clock, inTx } = context;
  const { open, take } = windowWriter(context);
  const { take: takePart, put, forget } = sendWriter(context);
  const statesOf = prepared((p: { key: string }) =>
    db.selectFrom('channel_sends').select('state').where('part_key', '=', p.key),
  );
  const heard = prepared((p: Place & { part: string; before: number }) =>
    db
      .selectFrom('channel_sends')
      .select('part_key')
      .where('part_key', '=', p.part)
      .where((eb) =>
        eb.or([eb('state', '=', 'unknown'), eb.and([eb('state', '=', 'sending'), eb('at', '<', p.before)])]),
      )
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('channel_pushes')
            .select('push_key')
            .where('channel', '=', p.channel)
            .where('account', '=', p.account)
            .where('user_id', '=', p.user)
            .whereRef('channel_pushes.at', '>', 'channel_sends.at'),
        ),
      ),
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
    async heardSince(address, parts) {
      const found = new Set<string>();
      for (const part of parts) {
        const { rows } = await heard(db, { ...placeOf(address), part, before: clock.now() - SENDING_MS });
        if (rows.length > 0) found.add(part);
      }
      return found;
    },
    reserveSend: (send) =>
      inTx<'reserved' | 'shut' | 'taken'>(async (tx, abandon) => {
        if (!(await takeMessages(tx, send))) return abandon('shut');
        for (const part of send.parts) if (!(await takePart(tx, part, 'sending'))) return abandon('taken');
        return 'reserved';
      }),
    settleSend: ({ address, parts, messages }, outcome) =>
      inTx(async (tx) => {
        for (const part of parts) {
          if (outcome === 'released') await forget(tx, { key: part });
          else await put(tx, part, outcome);
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
  type Row = { key: string; state: SendState; at: number };
  const insert = prepared((p: Row) =>
    db
      .insertInto('channel_sends')
      .values({ part_key: p.key, state: p.state, at: p.at })
      .onConflict((conflict) => conflict.column('part_key').doUpdateSet({ state: p.state, at: p.at })),
  );
  const claim = prepared((p: Row & { before: number }) =>
    db
      .insertInto('channel_sends')
      .values({ part_key: p.key, state: p.state, at: p.at })
      .onConflict((conflict) =>
        conflict
          .column('part_key')
          .doUpdateSet({ state: p.state, at: p.at })
          .where((eb) =>
            eb.or([
              eb('channel_sends.state', '=', 'unknown'),
              eb.and([eb('channel_sends.state', '=', 'sending'), eb('channel_sends.at', '<', p.before)]),
            ]),
          ),
      ),
  );
  return {
    async put(on: Db | Tx, key: string, state: SendState): Promise<void> {
      await insert(on, { key, state, at: clock.now() });
    },
    /** False when somebody else has sent it or is about to; what may not have arrived is free for whoever comes. */
    async take(on: Db | Tx, key: string, state: SendState): Promise<boolean> {
      const at = clock.now();
      return (await claim(on, { key, state, at, before: at - SENDING_MS })).changed > 0;
    },
    forget: prepared((p: { key: string }) => db.deleteFrom('channel_sends').where('part_key', '=', p.key)),
  };
}

// === Welcomes

function welcomes({ db, clock }: StoreContext): Pick<ChannelLedger, 'keepWelcome' | 'takeWelcome'> {
  const put = prepared((p: Place & { code: string; until: number }) =>
    db
      .insertInto('channel_windows')
      .values({
        channel: p.channel,
        account: p.account,
        user_id: p.user,
        kind: 'event',
        messages: 0,
        until: 0,
        noticed_at: null,
        welcome: p.code,
        welcome_until: p.until,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['channel', 'account', 'user_id', 'kind'])
          .doUpdateSet({ welcome: p.code, welcome_until: p.until }),
      ),
  );
  const find = prepared((p: Place & { now: number }) =>
    db
      .selectFrom('channel_windows')
      .select('welcome')
      .where('channel', '=', p.channel)
      .where('account', '=', p.account)
      .where('user_id', '=', p.user)
      .where('kind', '=', 'event')
      .where('welcome_until', '>', p.now),
  );
  const clear = prepared((p: Place & { code: string }) =>
    db
      .updateTable('channel_windows')
      .set({ welcome: null, welcome_until: null })
      .where('channel', '=', p.channel)
      .where('account', '=', p.account)
      .where('user_id', '=', p.user)
      .where('kind', '=', 'event')
      .where('welcome', '=', p.code),
  );
  return {
    async keepWelcome(address, code, until) {
      await put(db, { ...placeOf(address), code, until });
    },
    async takeWelcome(address) {
      const code = (await find(db, { ...placeOf(address), now: clock.now() })).rows[0]?.welcome ?? undefined;
      if (code === undefined) return undefined;
      return (await clear(db, { ...placeOf(address), code })).changed > 0 ? code : undefined;
    },
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
      .where((eb) => eb.or([eb('state', 'in', ['sent', 'offered']), eb('at', '<', now - DOUBT_KEPT_MS)]))
      .execute();
    await db
      .deleteFrom('channel_talks')
      .where('at', '<', now - TALK_KEPT_MS)
      .execute();
  };
}
