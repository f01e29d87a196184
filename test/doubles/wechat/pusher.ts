/**
 * Pushing: WeChat calls our server address, waits five seconds, cuts the connection and tries again,
 * three times in all, with the same message id. What comes back is shown to the person, once.
 */

import { show } from './api-messages.ts';
import { encrypt, sign, signAddress } from './crypto.ts';
import type { Letter } from './letters.ts';
import { judgeReply, keysOf, type Verdict } from './reply.ts';
import { type Entry, FAULT } from './screen.ts';
import type { World } from './world.ts';
import { writeJson, writeXml } from './xml.ts';

export const CUT_SECONDS = 5;
export const TRIES = 3;
/** A single request that nobody answers is given up, so that a test fails with a reason. */
const POST_MS = 10_000;

export type Try =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly body: string;
      readonly verdict: Verdict;
    }
  /** We answered, and nobody heard. */
  | { readonly outcome: 'lost'; readonly body?: string }
  | { readonly outcome: 'cut' | 'unreachable' };

export interface Push {
  readonly letter: Letter;
  /** In the order in which they ended. */
  readonly tries: readonly Try[];
  /** What the push itself put on the person's screen. */
  readonly shown: Entry | undefined;
}

export interface PushOptions {
  /**
   * `twice_at_once`: the same push over two connections, as when a network breaks and heals. `third_time`: our
   * answers to the first two tries are lost on their way, as when they come a moment after the cut.
   */
  readonly delivery?: 'once' | 'twice_at_once' | 'third_time';
  /** Whether a repeated push has the time and nonce of the first: nobody has said. */
  readonly nonce?: 'fresh' | 'same';
}

export interface Pusher {
  push(letter: Letter, options?: PushOptions): Promise<Push>;
  /** One request as given, without retries. */
  post(request: RawPush): Promise<{ readonly status: number; readonly body: string } | undefined>;
  /** What the console does when the server address is saved. */
  verify(options?: {
    readonly echo?: string;
    readonly signature?: string;
  }): Promise<{ isAccepted: boolean; status: number; body: string }>;
  /** A letter as it would be pushed now. */
  seal(letter: Letter): RawPush;
  /** Resolves when the newest push has begun this many tries. */
  tried(count: number): Promise<void>;
}

export interface RawPush {
  readonly query: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly contentType?: string;
}

/** @param address where the console sends pushes, asked for each time */
export function createPusher(world: World, address: () => string): Pusher {
  const post = (request: RawPush, signal?: AbortSignal) => postTo(address(), request, signal);
  let begun = 0;
  let watchers: { readonly count: number; readonly tell: () => void }[] = [];
  function noteTry(): void {
    begun += 1;
    for (const { count, tell } of watchers) if (count <= begun) tell();
    watchers = watchers.filter(({ count }) => count > begun);
  }

  async function attempt(letter: Letter, request: RawPush): Promise<Try> {
    const cut = AbortSignal.timeout(CUT_SECONDS * world.secondMs);
    try {
      const { status, body } = await post(request, cut);
      const verdict: Verdict =
        status === 200 ? judgeReply(world, letter, body) : { kind: 'fault', why: `status ${status}` };
      return { outcome: 'answered', status, body, verdict };
    } catch {
      return { outcome: cut.aborted ? 'cut' : 'unreachable' };
    }
  }

  async function untilAnswered(letter: Letter, options: PushOptions): Promise<readonly Try[]> {
    const tries: Try[] = [];
    const first = seal(world, letter);
    for (let count = 0; count < TRIES; count += 1) {
      const request = count === 0 || options.nonce === 'same' ? first : seal(world, letter);
      noteTry();
      const tried = await attempt(letter, request);
      const isLost = options.delivery === 'third_time' && count < TRIES - 1;
      tries.push(isLost ? { outcome: 'lost', ...('body' in tried ? { body: tried.body } : {}) } : tried);
      if (!isLost && tried.outcome === 'answered' && tried.status === 200) break;
    }
    return tries;
  }

  return {
    async push(letter, options = {}) {
      begun = 0;
      const lines = options.delivery === 'twice_at_once' ? 2 : 1;
      const tries = (
        await Promise.all(Array.from({ length: lines }, () => untilAnswered(letter, options)))
      ).flat();
      return { letter, tries, shown: showResult(letter, tries) };
    },
    async post(request) {
      try {
        return await post(request, AbortSignal.timeout(POST_MS));
      } catch {
        return undefined;
      }
    },
    async verify({ echo = '4283472893472893', signature } = {}) {
      const timestamp = seconds(world);
      const nonce = nonceOf(world);
      const query = {
        signature: signature ?? signAddress(world.account.token, timestamp, nonce),
        timestamp,
        nonce,
        echostr: echo,
      };
      const response = await fetch(`${address()}?${new URLSearchParams(query)}`);
      const body = await response.text();
      return { isAccepted: response.status === 200 && body === echo, status: response.status, body };
    },
    seal: (letter) => seal(world, letter),
    tried: (count) =>
      new Promise((tell) => {
        if (begun >= count) tell();
        else watchers.push({ count, tell });
      }),
  };
}

export async function postTo(
  address: string,
  { query, body, contentType = 'text/xml' }: RawPush,
  signal?: AbortSignal,
) {
  const response = await fetch(`${address}?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { 'Content-Type': contentType, 'User-Agent': 'Mozilla/4.0' },
    body: typeof body === 'string' ? body : new Uint8Array(body),
    redirect: 'manual',
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: response.status, body: await response.text() };
}

/** The first real answer is shown; when none came, that we are out of order. */
function showResult(letter: Letter, tries: readonly Try[]): Entry | undefined {
  const verdicts = tries.flatMap((tried) => (tried.outcome === 'answered' ? [tried.verdict] : []));
  const good = verdicts.find(({ kind }) => kind === 'entry');
  const isSilent = verdicts.some(({ kind }) => kind === 'nothing' || kind === 'transferred');
  if (!letter.isAnswerable || (good === undefined && isSilent)) return undefined;
  const entry: Entry =
    good?.kind === 'entry' ? good.entry : { kind: 'fault', via: 'wechat', text: FAULT, touch: [] };
  show(letter.user, entry);
  return entry;
}

function seal(world: World, letter: Letter): RawPush {
  const { account } = world;
  const timestamp = seconds(world);
  const nonce = nonceOf(world);
  const write = account.format === 'json' ? writeJson : writeXml;
  const contentType = account.format === 'json' ? 'application/json' : 'text/xml';
  const query = {
    signature: signAddress(account.token, timestamp, nonce),
    timestamp,
    nonce,
    openid: letter.user.openid,
  };
  if (account.mode === 'plain') return { query, body: write(letter.fields), contentType };
  const encrypted = encrypt(keysOf(world), write(letter.fields));
  const envelope = { ToUserName: account.originalId, Encrypt: encrypted };
  return {
    query: { ...query, encrypt_type: 'aes', msg_signature: sign(keysOf(world), timestamp, nonce, encrypted) },
    body: write(account.mode === 'compatible' ? { ...letter.fields, ...envelope } : envelope),
    contentType,
  };
}

export const seconds = ({ clock }: World): string => String(Math.floor(clock.now() / 1000));
export const nonceOf = (world: World): string =>
  String(1_000_000_000 + ((world.nextNumber() * 7_919) % 900_000_000));
