/** A mailbox and a history in memory: as much of the store as a channel sees. */
import type { Receive } from '../../src/contracts/connector.ts';
import type { HistoryLine, Store } from '../../src/contracts/store.ts';
import type { WebSessions } from '../../src/contracts/web-sessions.ts';
import type { Address, Inbound, OutboundPart } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';

export interface TinyStore extends Pick<Store, 'conversation' | 'conversationAt' | 'history'>, WebSessions {
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

  async function conversationAt(address: Address) {
    if (!talks.has(keyOf(address))) return undefined;
    return {
      id: keyOf(address) as ConversationId,
      version: 1,
      address,
      status: 'bot' as const,
      profile: { facts: {} },
      stack: [],
      lastReplies: [],
      misses: 0,
      updatedAt: '2026-11-24T08:00:00.000Z',
    };
  }

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
    conversationAt,
    async conversation(id) {
      const [channel = '', account = '', user = ''] = id.split('/');
      return conversationAt({ channel: channel as Address['channel'], account, user });
    },
    ...tinySessions(),
    async history(conversation, after, limit) {
      return (talks.get(conversation) ?? []).filter(({ position }) => position > after).slice(0, limit);
    },
  };
}

/** Sessions that never lapse; what becomes of them in time is tested on the databases. */
function tinySessions(): WebSessions {
  const sessions = new Map<string, { user: string; isDue: boolean; isFramed: boolean; replaces?: string }>();
  const ofUser = (user: string) => [...sessions].filter(([, session]) => session.user === user);
  return {
    async beginWebSession({ key, user, isFramed }) {
      sessions.set(key, { user, isDue: false, isFramed });
    },
    isFramedTalk: async (user) => ofUser(user).some(([, { isFramed }]) => isFramed),
    async webSession(key) {
      const session = sessions.get(key);
      if (session?.replaces !== undefined) sessions.delete(session.replaces);
      return session && { user: session.user, isDue: session.isDue };
    },
    async wantRenewal(user) {
      for (const [, session] of ofUser(user)) session.isDue = true;
    },
    async renewWebSession({ key, fresh, ifDue }) {
      const session = sessions.get(key);
      if (session === undefined || (ifDue && !session.isDue)) return false;
      session.isDue = false;
      sessions.set(fresh, { ...session, isDue: false, replaces: key });
      return true;
    },
    async endWebSessions(user) {
      for (const [key] of ofUser(user)) sessions.delete(key);
    },
  };
}
