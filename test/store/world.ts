/** A store with a clock that stands still and chance that is counted, and the few rows tests begin with. */
import { createHash } from 'node:crypto';
import type { Engine, Job } from '../../src/contracts/engine.ts';
import type { Store, TurnCommit } from '../../src/contracts/store.ts';
import type { Address, Conversation, Inbound } from '../../src/domain/conversation.ts';
import { makeId, type TaskId } from '../../src/domain/ids.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import type { Tx } from '../../src/store/tables.ts';
import type { Place, TestBackend } from './backends.ts';

export const START = Date.parse('2026-11-24T08:00:00.000Z');
export const VAULT_KEY = Uint8Array.from({ length: 32 }, (_, index) => index + 1);

export class StillClock {
  #now = START;
  now(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}

/** Bytes that look random and are the same in every run. */
export function countedRandom(seed: string) {
  let count = 0;
  return {
    bytes(size: number): Uint8Array {
      count += 1;
      return createHash('sha512').update(`${seed}:${count}`).digest().subarray(0, size);
    },
  };
}

export interface World {
  readonly place: Place;
  readonly clock: StillClock;
  readonly failures: { readonly job: Job | 'sweep'; readonly error: unknown }[];
  opened: OpenedStore;
  readonly store: Store;
  readonly engine: Engine<Tx>;
  /** Closes and opens again, as after a restart. */
  reopen(): Promise<void>;
  end(): Promise<void>;
}

let worlds = 0;

/** @param isVisitor without the dispatcher in the database: one process, whose engine obeys the clock */
export async function openWorld(backend: TestBackend, isVisitor = true): Promise<World> {
  const place = await backend.readyPlace();
  const clock = new StillClock();
  const failures: World['failures'] = [];
  worlds += 1;
  const random = countedRandom(`world ${worlds}`);
  const onError = (job: Job | 'sweep', error: unknown) => failures.push({ job, error });
  const open = () => openStore({ url: place.url, clock, random, vaultKey: VAULT_KEY, onError, isVisitor });
  const world = {
    place,
    clock,
    failures,
    opened: await open(),
    get store() {
      return world.opened.store;
    },
    get engine() {
      return world.opened.engine;
    },
    async reopen() {
      await world.opened.close();
      world.opened = await open();
    },
    async end() {
      await world.opened.close();
      await place.remove();
    },
  };
  return world;
}

// === Rows to begin with

export function addressOf(user: string): Address {
  return { channel: 'web', account: 'main', user };
}

export function inbound(user: string, messageId: string, text = messageId): Inbound {
  return {
    address: addressOf(user),
    messageId,
    receivedAt: new Date(START).toISOString(),
    content: { kind: 'text', text, masked: [] },
  };
}

/** A conversation with one message waiting. */
export async function begun({ store }: Pick<World, 'store'>, user = 'lin'): Promise<Conversation> {
  await store.receive(inbound(user, `${user}-1`));
  const conversation = await store.conversationAt(addressOf(user));
  if (conversation === undefined) throw new Error('The conversation was not made');
  return conversation;
}

export function commitOf(
  conversation: Conversation,
  seqs: readonly number[],
  also: Partial<TurnCommit> = {},
): TurnCommit {
  return {
    conversation: { ...conversation, version: conversation.version + 1 },
    seqs,
    log: {
      events: ['startFlow'],
      from: [],
      to: ['bind.relation'],
      effects: ['say'],
      understanding: { intent: 'bind' },
      costMs: 1.5,
      knowledge: 'k1',
    },
    replies: [],
    tasks: [],
    links: [],
    timers: [],
    cases: [],
    ...also,
  };
}

export const part = (text: string) => ({ id: 'bind.relation', params: {}, text });

let ids = 0;
export function taskId(): TaskId {
  ids += 1;
  return makeId('task', countedRandom(`task ${ids}`).bytes);
}
