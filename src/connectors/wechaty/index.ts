/**
 * Personal WeChat accounts through Wechaty, whatever puppet drives them.
 *
 * Life of the connector: `start` loads the package and builds a bot in the background. A bot that gives no
 * sign of life for two beats is stopped and a new one built. What a bot says reaches us through listeners
 * that never throw: an error in one of them would otherwise end the process. Words are written down one
 * after the other in each conversation; what we say goes out one message at a time for the whole account,
 * with a pause between, since an account that types faster than a person is soon a blocked one.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Random } from '../../contracts/clock.ts';
import type { Connector, Receive } from '../../contracts/connector.ts';
import type { Address, Choice, Inbound, Outbound } from '../../domain/conversation.ts';
import { groupOf } from '../../domain/standing.ts';
import { AppError } from '../../errors.ts';
import {
  type Bot,
  type BotOptions,
  type Friendship,
  loadWechaty,
  type Message,
  type Wechaty,
} from './bot.ts';
import { arrived, type Ear, heard } from './ear.ts';
import { createLanes } from './lanes.ts';
import { BEAT_MS, createPulse } from './pulse.ts';
import { chosenFrom, renderPart } from './render.ts';

/** `scan` comes with the address of a QR code that an operator scans with the account's phone. */
export type WechatyState =
  | 'starting'
  | 'scan'
  | 'logged_in'
  | 'logged_out'
  | 'rebuilding'
  | 'off'
  | 'missing';

export interface WechatyParts {
  /** Name of an installed puppet package, or what makes a puppet: a new one for every bot. */
  readonly puppet: string | (() => unknown);
  readonly token?: string | undefined;
  /** Of a puppet service, when it is not found by its token. */
  readonly endpoint?: string | undefined;
  /** File in which a puppet keeps its login; absent: a restart has to log in anew. */
  readonly memoryFile?: string | undefined;
  /** Whether strangers who ask become contacts by themselves. */
  readonly acceptsContacts?: boolean | undefined;
  /** Our account, when there are several. Not the id of the logged-in account: that may change at every login. */
  readonly account?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onState?: (state: WechatyState, detail?: string) => void;
  /** A code of what went wrong; never words. */
  readonly onFailure?: (code: string) => void;
  readonly pause?: (ms: number) => Promise<unknown>;
  /** Name of the package; another one only for whoever keeps a fork of it. */
  readonly specifier?: string;
}

export interface WechatyConnector extends Connector {
  readonly id: 'wechaty';
  health(): WechatyHealth;
  /** One beat of the pulse; by itself there is one a minute. */
  beat(): Promise<void>;
  /** Resolves when the bot under construction stands and everything heard and said so far is dealt with. */
  settled(): Promise<void>;
}

export interface WechatyHealth {
  readonly state: WechatyState;
  readonly misses: number;
  /** How often a bot was built anew. */
  readonly rebuilds: number;
  readonly lastMessageAt?: number;
}

/** Between two messages of ours: at least a second, at most two. A person does not type faster. */
const GAP_MS = 1_000;
/** Messages that wait in one conversation, and to be sent in all: more is a flood or an outage. */
const WAITING = 200;
const TO_SEND = 500;
/** Keys of sent parts and offered answers that are remembered, in this process only. */
const REMEMBERED = 2_000;
/** How long a puppet may take for one message, or to go. */
const PATIENCE_MS = 15_000;
/** Wechaty says nothing twice: what cannot be written down at once is tried again. */
const WRITE_AGAIN_MS = [500, 2_000, 8_000] as const;

export function createWechatyConnector(parts: WechatyParts): WechatyConnector {
  const { clock } = parts;
  const pause = parts.pause ?? wait;
  const account = parts.account ?? 'main';
  const fail = (error: unknown): void => parts.onFailure?.(codeOf(error));
  const words = createLanes(WAITING, fail);
  const voice = createLanes(TO_SEND, fail);
  /** Pieces of a part that are out, by its key. */
  const sent = new Map<string, number>();
  const offered = new Map<string, readonly Choice[]>();
  let state: WechatyState = 'off';
  let isStopping = false;
  let receive: Receive | undefined;
  let wechaty: Wechaty | undefined;
  let bot: Bot | undefined;
  let building: Promise<void> = Promise.resolve();
  /** Puppets load messages side by side; here they get their order of arrival back. */
  let inOrder: Promise<void> = Promise.resolve();
  let beats: NodeJS.Timeout | undefined;
  let rebuilds = 0;
  let lastMessageAt: number | undefined;
  const pulse = createPulse(() => guard(() => bot?.ding('gongji')));

  function become(next: WechatyState, detail?: string): void {
    state = next;
    parts.onState?.(next, detail);
  }

  /** Runs what a listener of Wechaty does; nothing of it may reach Wechaty as an error. */
  function guard(work: () => unknown): void {
    try {
      Promise.resolve(work()).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  // === Hearing

  async function build(): Promise<void> {
    try {
      wechaty ??= await loadWechaty(parts.specifier ?? 'wechaty');
      if (isStopping) return;
      become('starting');
      bot = wechaty.WechatyBuilder.build(optionsOf(parts));
      pulse.reset();
      await bot.init();
      listen(bot, wechaty.types);
      await bot.start();
    } catch (error) {
      fail(error);
      if (codeOf(error) === 'channel_missing') become('missing');
    }
  }

  function listen(own: Bot, types: Wechaty['types']): void {
    const ear: Ear = { bot: own, types, account, clock };
    const on = <Args extends unknown[]>(event: string, act: (...args: Args) => unknown): void => {
      own.on(event, ((...args: Args) => {
        // An old bot may still speak while it is stopped.
        if (own === bot) guard(() => act(...args));
      }) as never);
    };
    own.puppet.on('message', (({ messageId }: { readonly messageId: string }) =>
      guard(() => {
        if (own !== bot) return;
        pulse.alive();
        lastMessageAt = clock.now();
        const loading = within(PATIENCE_MS, own.Message.find({ id: messageId }));
        loading.catch(() => {});
        inOrder = inOrder.then(() => loading.then((message) => message && take(ear, message)).catch(fail));
      })) as never);
    on('dong', () => pulse.alive());
    on('heartbeat', () => pulse.alive());
    on('error', fail);
    on('scan', (code: string) => become('scan', `https://wechaty.js.org/qrcode/${encodeURIComponent(code)}`));
    on('login', () => become('logged_in'));
    on('logout', () => become('logged_out'));
    on('friendship', (friendship: Friendship) => befriend(ear, friendship));
  }

  function take(ear: Ear, message: Message): void {
    const lane = `${message.room()?.id ?? ''}/${message.talker().id}`;
    const isTaken = words.add(lane, async () => {
      const inbound = await heard(ear, message);
      if (inbound !== undefined) await write(withChoice(inbound));
    });
    if (!isTaken) parts.onFailure?.('channel_flooded');
  }

  function befriend(ear: Ear, friendship: Friendship): void {
    const inbound = arrived(ear, friendship);
    if (inbound !== undefined) words.add(`/${inbound.address.user}`, () => write(inbound));
    if (parts.acceptsContacts !== true || ear.types.Friendship[friendship.type()] !== 'Receive') return;
    voice.add('', async () => {
      await gap();
      await friendship.accept();
    });
  }

  function withChoice(inbound: Inbound): Inbound {
    const choices = offered.get(inbound.address.user) ?? [];
    return { ...inbound, content: chosenFrom(choices, inbound.content) };
  }

  async function write(inbound: Inbound): Promise<void> {
    for (const again of [...WRITE_AGAIN_MS, undefined]) {
      try {
        await receive?.(inbound);
        return;
      } catch (error) {
        if (again === undefined) throw error;
        await pause(again);
      }
    }
  }

  // === Saying

  const gap = (): Promise<unknown> =>
    pause(GAP_MS + Math.round(((parts.random.bytes(1)[0] ?? 0) / 255) * GAP_MS));

  async function say(outbound: Outbound): Promise<void> {
    const pieces = renderPart(outbound.part);
    if (sent.get(outbound.key) === pieces.length) return;
    const to = await recipient(outbound.address);
    for (let at = sent.get(outbound.key) ?? 0; at < pieces.length; at += 1) {
      await gap();
      await within(PATIENCE_MS, to(pieces[at] as string));
      remember(sent, outbound.key, at + 1);
    }
    // What was said last decides what a number means: it may be the answer to a question without choices.
    remember(offered, outbound.address.user, outbound.part.choices ?? []);
  }

  /** What says something to whoever an address names. */
  async function recipient({ user }: Address): Promise<(text: string) => Promise<unknown>> {
    const own = bot;
    if (own === undefined || !own.isLoggedIn)
      throw new AppError(
        'channel_unavailable',
        'The WeChat account is not logged in; it will be tried again',
      );
    const group = groupOf(user);
    const contact = await within(PATIENCE_MS, own.Contact.find({ id: group?.member ?? user }));
    const room = group && (await within(PATIENCE_MS, own.Room.find({ id: group.group })));
    if (contact === undefined || (group !== undefined && room === undefined))
      throw new AppError('channel_refused', 'WeChat knows nobody of this id any more; nothing can be sent');
    return room === undefined ? (text) => contact.say(text) : (text) => room.say(text, contact);
  }

  // === Keeping it alive

  async function rebuild(): Promise<void> {
    rebuilds += 1;
    become('rebuilding');
    await discard();
    await build();
  }

  /** Stopping may hang for the very reason it is stopped for. */
  async function discard(): Promise<void> {
    const old = bot;
    bot = undefined;
    if (old !== undefined) await within(PATIENCE_MS, old.stop()).catch(fail);
  }

  const connector: WechatyConnector = {
    id: 'wechaty',
    async start(given) {
      receive = given;
      isStopping = false;
      building = build();
      beats = setInterval(() => guard(() => connector.beat()), BEAT_MS);
      beats.unref();
    },
    async deliver(outbound) {
      const result = Promise.withResolvers<void>();
      const isTaken = voice.add('', () => say(outbound).then(result.resolve, result.reject));
      if (!isTaken)
        throw new AppError(
          'channel_unavailable',
          'Too many messages wait for WeChat; it will be tried again',
        );
      await result.promise.catch((cause: unknown) => {
        if (cause instanceof AppError) throw cause;
        throw new AppError('channel_unavailable', 'WeChat did not take the message; it will be tried again', {
          cause,
        });
      });
      return { state: 'sent' };
    },
    async stop() {
      clearInterval(beats);
      isStopping = true;
      await building;
      await discard();
      // What was heard is written down; what is to be said waits in the outbox for the next start.
      await inOrder;
      await words.settled();
      receive = undefined;
      if (state !== 'off') become('off');
    },
    async beat() {
      await building;
      if (isStopping || state === 'missing' || pulse.beat() === 'fine') return;
      building = rebuild();
      await building;
    },
    async settled() {
      await building;
      await inOrder;
      await words.settled();
      await voice.settled();
    },
    health: () => ({
      state,
      misses: pulse.misses,
      rebuilds,
      ...(lastMessageAt === undefined ? {} : { lastMessageAt }),
    }),
  };
  return connector;
}

function optionsOf({ puppet, token, endpoint, memoryFile }: WechatyParts): BotOptions {
  return {
    puppet: typeof puppet === 'string' ? puppet : puppet(),
    ...(memoryFile === undefined ? {} : { name: memoryFile }),
    puppetOptions: {
      ...(token === undefined ? {} : { token }),
      ...(endpoint === undefined ? {} : { endpoint }),
    },
  };
}

/** @throws AppError `channel_unavailable` when it takes longer */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AppError('channel_unavailable', 'WeChat did not answer in time')),
    ms,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function remember<V>(memory: Map<string, V>, key: string, value: V): void {
  memory.delete(key);
  memory.set(key, value);
  if (memory.size > REMEMBERED) memory.delete(memory.keys().next().value as string);
}

/** The code or class of an error: its message may hold what somebody wrote. */
function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
