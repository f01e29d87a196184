/** WeCom's customer service (微信客服) as a channel: pushes that only announce, news that is fetched, and staff in WeCom. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Hono } from 'hono';
import type { ChannelLedger } from '../../../contracts/channel-ledger.ts';
import type { Clock, Random } from '../../../contracts/clock.ts';
import type { Connector, Receive } from '../../../contracts/connector.ts';
import type { Store } from '../../../contracts/store.ts';
import type { Undelivered } from '../../../contracts/undelivered.ts';
import type { Address, InboundContent } from '../../../domain/conversation.ts';
import { AppError } from '../../../errors.ts';
import { createEnvelope } from '../crypto.ts';
import { createKfClient } from './client.ts';
import { createEnding } from './ending.ts';
import { keyOf, msgidOf } from './ids.ts';
import { contentOf, type Happened, happened, type KfItem } from './parse.ts';
import { createReader } from './reader.ts';
import type { KfWords } from './render.ts';
import { kfRoutes } from './routes.ts';
import { createSession, type KfStaff } from './session.ts';
import { createVoice } from './voice.ts';

export interface KfParts {
  readonly corpId: string;
  readonly secret: string;
  readonly token: string;
  readonly aesKey: string;
  readonly previousAesKey?: string | undefined;
  readonly apiBase: string;
  /** Who takes over at WeCom; absent: people are found at our own help desk. */
  readonly staff?: KfStaff | undefined;
  readonly store: ChannelLedger & Pick<Store, 'conversationAt' | 'changeCase'> & Undelivered;
  readonly words: () => KfWords;
  readonly clock: Clock;
  readonly random: Random;
  /** A code of what went wrong; never words. */
  readonly onFailure?: (code: string) => void;
  readonly pause?: (ms: number) => Promise<unknown>;
}

export interface KfConnector extends Connector {
  readonly id: 'wecom-kf';
  readonly http: { readonly path: string; readonly routes: Hono };
  /** Resolves when all news announced so far is written down. */
  settled(): Promise<void>;
}

/** Five messages within 48 hours of the citizen's last word; checked 2026-11-22 (document 94677). */
const WINDOW = { messages: 5, ms: 48 * 3_600_000 } as const;
/** A code to answer an event holds for so long; checked 2026-11-25 for welcomes, taken to be the same for the end of a session. */
const CODE_MS = 20_000;
const NOTED_WITHIN_MS = [200, 1_000] as const;
const MORE = /^(?:回复)?[“"]?更多[”"]?[。！!]?$/u;
/** Kinds of failure after which the citizen's next word helps: over 48 hours, session closed, over five messages. */
const HELPED_BY_A_WORD: ReadonlySet<number> = new Set([4, 5, 6]);

export function createKfConnector(parts: KfParts): KfConnector {
  const { store, clock, corpId } = parts;
  const client = createKfClient(parts);
  const pause = parts.pause ?? wait;
  const ending = createEnding(parts);
  const fail = (error: unknown): void =>
    parts.onFailure?.(
      error instanceof AppError ? error.code : error instanceof Error ? error.name : 'unknown',
    );
  let receive: Receive | undefined;

  const voice = createVoice({
    client,
    ledger: store,
    session: createSession(client),
    words: parts.words,
    staff: parts.staff,
    onFailure: (code) => parts.onFailure?.(code),
    // From now on the floor is theirs; the bot must not answer what it cannot send.
    onHandedOver: ({ address, key }) =>
      write(address, `handed-${msgidOf(key, 0)}`, { kind: 'staff', event: 'claimed' }),
  });
  // A reader that was stopped stays so; each start has its own.
  let reader = newReader();

  function newReader() {
    return createReader({
      client,
      ledger: store,
      clock,
      onFailure: fail,
      handle: (openKfid, item) => handle({ channel: 'wecom-kf', account: openKfid }, item),
    });
  }

  async function write(address: Address, messageId: string, content: InboundContent): Promise<void> {
    if (receive === undefined) throw new AppError('channel_unavailable', 'The channel is closed');
    await receive({ address, messageId, receivedAt: new Date(clock.now()).toISOString(), content });
  }

  async function handle(place: Pick<Address, 'channel' | 'account'>, item: KfItem): Promise<void> {
    const news = happened(item);
    if (news.kind === 'nothing') return;
    const address: Address = { ...place, user: news.user };
    switch (news.kind) {
      case 'said':
        await said(address, item, news);
        return;
      case 'entered':
        await keepCode(address, item, news.welcomeCode);
        await write(address, item.msgid, { kind: 'opened' });
        return;
      case 'staff':
        await staffDid(address, item, news);
        return;
      case 'not_delivered': {
        const push = { address, key: item.msgid };
        if ((await store.beginPush(push)).state === 'pushed') return;
        await notDelivered(address, news);
        await store.settlePush(push);
      }
    }
  }

  /** Before what may use it is written down. Twice does no harm: WeCom takes a code once. */
  async function keepCode(address: Address, item: KfItem, code: string | undefined): Promise<void> {
    if (code !== undefined) await store.keepWelcome(address, code, item.send_time * 1_000 + CODE_MS);
  }

  async function staffDid(address: Address, item: KfItem, news: Happened & { kind: 'staff' }): Promise<void> {
    const { event, servicer } = news;
    if (event === 'claimed') return write(address, item.msgid, { kind: 'staff', event });
    if (event === 'handed_on') return ending.handedOn(address, item.msgid, servicer);
    const push = { address, key: item.msgid };
    const begun = await store.beginPush(push);
    if (begun.state === 'pushed') return;
    await keepCode(address, item, news.code);
    const outcome = await ending.ended(address, item.msgid, servicer);
    // Read a second time, or after our own desk was first: nothing is left to be told.
    const status = (await store.conversationAt(address))?.status;
    const isLeft = begun.state === 'new' ? status !== 'closed' : status === 'human';
    if (outcome === 'no_case' && isLeft)
      await write(address, item.msgid, { kind: 'staff', event: 'given_back' });
    await store.settlePush(push);
  }

  async function said(address: Address, item: KfItem, { words }: Happened & { kind: 'said' }): Promise<void> {
    const push = { address, key: item.msgid };
    const until = item.send_time * 1_000 + WINDOW.ms;
    const begun = await store.beginPush(push, { kind: 'message', left: WINDOW.messages, until });
    if (begun.state === 'pushed') return;
    const { choices = [], rest } = await store.talkOf(address);
    if (words.kind === 'text' && rest !== undefined && MORE.test(words.text.trim()))
      await voice.sayRest(address, rest, `more/${item.msgid}`);
    else {
      const content = contentOf(words, choices);
      if (content !== undefined) await write(address, item.msgid, content);
    }
    await store.settlePush(push);
  }

  /** What was said is not on the citizen's screen: the outbox and the desk must know. */
  async function notDelivered(address: Address, news: Happened & { kind: 'not_delivered' }): Promise<void> {
    const { msgid, failType } = news;
    const code = `not_delivered_${failType}`;
    parts.onFailure?.(code);
    const isHelped = HELPED_BY_A_WORD.has(failType);
    if (isHelped) await store.closeWindows(address);
    const conversation = await store.conversationAt(address);
    const key = conversation === undefined ? undefined : keyOf(msgid, conversation.id);
    if (key === undefined) return;
    const next = isHelped && !(await voice.hasFailed(key)) ? 'waits' : 'dead';
    // WeCom may be faster than our own note that the part was sent.
    for (const waitMs of [...NOTED_WITHIN_MS, undefined]) {
      if (await store.undelivered(key, code, next)) {
        await voice.noteFailed(address, key);
        return;
      }
      if (waitMs !== undefined) await pause(waitMs);
    }
  }

  // === Which accounts there are is learnt from their pushes, and kept beside the cursors

  async function knownAccounts(): Promise<readonly string[]> {
    return ((await store.channelCursor('wecom-kf', corpId)) ?? '').split(' ').filter((id) => id !== '');
  }

  async function onNews(openKfid: string, token: string): Promise<void> {
    const known = await knownAccounts();
    if (!known.includes(openKfid))
      await store.saveChannelCursor('wecom-kf', corpId, [...known, openKfid].join(' '));
    reader.wake(openKfid, token);
  }

  return {
    id: 'wecom-kf',
    http: {
      path: '/wechat/kf',
      routes: kfRoutes({
        envelope: createEnvelope({ ...parts, id: corpId }),
        corpId,
        clock,
        isOpen: () => receive !== undefined,
        onNews,
        onRefused: (code) => parts.onFailure?.(code),
      }),
    },
    async start(given) {
      receive = given;
      reader = newReader();
      // What came while we were off is still there, for three days.
      for (const openKfid of await knownAccounts()) reader.wake(openKfid);
    },
    deliver: (outbound) => voice.deliver(outbound),
    async stop() {
      await reader.stop();
      receive = undefined;
    },
    settled: () => reader.settled(),
  };
}
