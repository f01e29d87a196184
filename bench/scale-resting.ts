/** One house on a store that is full of conversations at rest, spoken to one turn at a time. */
import { createManager } from '../src/dialog/manager.ts';
import type { ConversationId } from '../src/domain/ids.ts';
import { type Library, openLibrary } from '../src/library.ts';
import { openStore } from '../src/store/open.ts';

const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };
const SAID = ['家庭共济是什么', '跨省能用吗', '岳母可以绑吗'];
let kept: Library | undefined;

export interface Resting {
  /** A word of this user, written down, answered and committed. */
  turn(user: string, n: number): Promise<void>;
  readonly heapMb: number;
  close(): Promise<void>;
}

export async function openResting(url: string): Promise<Resting> {
  kept ??= openLibrary();
  const library = kept;
  const { store, close } = await openStore({ url, clock, random, vaultKey: new Uint8Array(32).fill(7) });
  const manager = createManager({
    store,
    knowledge: () => library.knowledge,
    understander: () => library.understander,
    clock,
    random,
    secureUrl: (token) => token,
  });
  return {
    async turn(user, n) {
      const address = { channel: 'converse', account: 'bench', user } as const;
      const content = { kind: 'text' as const, text: SAID[n % SAID.length] as string, masked: [] };
      await store.receive({
        address,
        messageId: `new-${user}-${n}`,
        receivedAt: new Date().toISOString(),
        content,
      });
      const conversation = await store.conversationAt(address);
      await manager.process(conversation?.id as ConversationId);
    },
    get heapMb() {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed / 2 ** 20;
    },
    close,
  };
}
