/**
 * Whose talk a request is about. A session is begun at the first opening, renewed when somebody has verified in its
 * talk, and ended when the talk is left. Whoever proved who they are gets the fresh secret with that very answer
 * when they did it in the browser of the talk; else the next opening of the talk gets it. A secret somebody
 * has planted or copied before is then worth nothing.
 */
import type { Context } from 'hono';
import type { Clock, Random } from '../../contracts/clock.ts';
import type { Store } from '../../contracts/store.ts';
import type { WebSession, WebSessions } from '../../contracts/web-sessions.ts';
import type { Address } from '../../domain/conversation.ts';
import type { ConversationId } from '../../domain/ids.ts';
import type { Hub } from './hub.ts';
import { endSession, giveSession, isNamed, keyOf, newSession, SESSION_LIFE_S } from './session.ts';

const ACCOUNT = 'page';

export interface TalkSessionsParts {
  readonly store: Pick<Store, 'conversation' | 'conversationAt'> & WebSessions;
  readonly clock: Clock;
  readonly random: Random;
  readonly hub: Hub;
  readonly isHttps: boolean;
}

export interface TalkSession extends WebSession {
  readonly key: string;
}

/** What a page in a frame is told; a page of our own has it in a cookie. */
interface Told {
  readonly session?: string;
}

/** `unknown`: nothing tells. */
export type WhoseTalk = 'own' | 'another' | 'unknown';

export interface TalkSessions {
  /**
   * The session of a request. One that we never gave is none: nobody can make somebody else talk
   * under a secret of their own choice.
   */
  of(c: Context): Promise<TalkSession | undefined>;
  begin(
    c: Context,
    how: { readonly isFramed: boolean },
  ): Promise<{ readonly user: string; readonly told: Told }>;
  /** Gives a fresh secret where one is due. */
  renewed(c: Context, session: TalkSession): Promise<Told>;
  /** Somebody has verified in this talk, by a request that may come from the browser of the talk. */
  proved(c: Context, conversation: ConversationId): Promise<void>;
  /**
   * Whether the browser of this request is that of this talk. A link that was passed on would prove one person in the talk
   * of another. A talk in a frame has no cookie to be known by, and one of another channel none of ours.
   */
  whoseTalk(c: Context, conversation: ConversationId): Promise<WhoseTalk>;
  /** Ends the talk of the request on every machine, and its streams. */
  end(c: Context): Promise<void>;
}

export function createTalkSessions({ store, clock, random, hub, isHttps }: TalkSessionsParts): TalkSessions {
  const endsAt = () => clock.now() + SESSION_LIFE_S * 1000;

  async function of(c: Context): Promise<TalkSession | undefined> {
    const key = keyOf(c, isHttps);
    const session = key === undefined ? undefined : await store.webSession(key);
    if (key === undefined || session === undefined) return undefined;
    if ((await store.conversationAt(addressOf(session.user))) === undefined) return undefined;
    return { key, ...session };
  }

  async function renew(c: Context, { key }: TalkSession, how: { readonly ifDue?: true }): Promise<Told> {
    const fresh = newSession(random);
    const isRenewed = await store.renewWebSession({ key, fresh: fresh.key, endsAt: endsAt(), ...how });
    if (!isRenewed) return {};
    if (isNamed(c)) return { session: fresh.session };
    giveSession(c, fresh.session, isHttps);
    return {};
  }

  return {
    of,
    async begin(c, { isFramed }) {
      const { key, session } = newSession(random);
      await store.beginWebSession({ key, user: key, endsAt: endsAt(), isFramed });
      if (isFramed) return { user: key, told: { session } };
      giveSession(c, session, isHttps);
      return { user: key, told: {} };
    },
    renewed: async (c, session) => (session.isDue ? renew(c, session, { ifDue: true }) : {}),
    async proved(c, conversation) {
      const address = (await store.conversation(conversation))?.address;
      if (address?.channel !== 'web') return;
      const session = await of(c);
      if (session?.user === address.user) await renew(c, session, {});
      else await store.wantRenewal(address.user);
      // Whoever listens comes again, with the secret their browser has by then.
      hub.drop(address.user);
    },
    async whoseTalk(c, conversation) {
      const address = (await store.conversation(conversation))?.address;
      if (address?.channel !== 'web') return 'unknown';
      if ((await of(c))?.user === address.user) return 'own';
      return (await store.isFramedTalk(address.user)) ? 'unknown' : 'another';
    },
    async end(c) {
      const session = await of(c);
      if (session !== undefined) {
        await store.endWebSessions(session.user);
        hub.drop(session.user);
      }
      endSession(c, isHttps);
    },
  };
}

/** Where a talk of the page lives. */
export function addressOf(user: string): Address {
  return { channel: 'web', account: ACCOUNT, user };
}
