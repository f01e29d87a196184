/** A mailbox and a history in memory: as much of the store as a channel sees. */
import type { Receive } from '../../src/contracts/connector.ts';
import type { HistoryLine, Store } from '../../src/contracts/store.ts';
import type { Address, Inbound, OutboundPart } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';

export interface TinyStore extends Pick<Store, 'conversationAt' | 'history'> {
  readonly receive: Receive;
  /** Everything that was written down, in order. */
  readonly inbounds: readonly Inbound[];
  /** Puts a part into the history of a talk, as a committed turn does. */
  say(address: Address, part: Partial<OutboundPart> & { readonly text: string }): void;
}

export function createTinyStore(): TinyStore {
  const inbounds: Inbound[] = [];
  const talks = new Map<string, HistoryLine[]>();
  const keyOf = (address: Address) => `${address.channel}/${address.account}/${address.user}`;

  function add(address: Address, who: HistoryLine['who'], at: string, part: OutboundPart): void {
    const lines = talks.get(keyOf(address)) ?? [];
    lines.push({ position: lines.length + 1, who, at, part });
    talks.set(keyOf(address), lines);
  }

  return {
    inbounds,
    async receive(inbound) {
      const { address, content, messageId, receivedAt } = inbound;
      const isKnown = inbounds.some(
        (other) => other.messageId === messageId && other.address.channel === address.channel,
      );
      if (isKnown) return 'duplicate';
      inbounds.push(inbound);
      const text = content.kind === 'text' ? content.text : content.kind === 'choice' ? content.value : '';
      add(address, 'citizen', receivedAt, { id: `citizen.${content.kind}`, params: {}, text });
      return 'stored';
    },
    say(address, part) {
      add(address, 'bot', '2026-11-24T08:00:00.000Z', { id: 'test.said', params: {}, ...part });
    },
    async conversationAt(address) {
      if (!talks.has(keyOf(address))) return undefined;
      return {
        id: keyOf(address) as ConversationId,
        version: 1,
        address,
        status: 'bot',
        profile: { facts: {} },
        stack: [],
        lastReplies: [],
        misses: 0,
        updatedAt: '2026-11-24T08:00:00.000Z',
      };
    },
    async history(conversation, after, limit) {
      return (talks.get(conversation) ?? []).filter(({ position }) => position > after).slice(0, limit);
    },
  };
}
