/**
 * A turn in the making: the next conversation and what it will say and ask for, gathered while
 * commands and effects are worked off. Lives within one call of `turn`; nothing outside sees it change.
 */
import type { World } from '../../flows/flow.ts';
import type { NewRating } from '../contracts/desk-store.ts';
import type { NewLink, NewTask, NewTimer } from '../contracts/store.ts';
import type {
  Asking,
  Conversation,
  ConversationStatus,
  Frame,
  Profile,
  Reply,
} from '../domain/conversation.ts';
import type { Finding } from '../domain/fact.ts';
import type { CaseId, RandomBytes } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Intent, Symptom } from '../domain/taxonomy.ts';
import type { Understanding } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { Understander } from '../understanding/understander.ts';

/** What a turn may look at besides the conversation and the words. Time and chance are given. */
export interface TurnContext {
  readonly knowledge: Knowledge;
  readonly understander: Understander;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly random: RandomBytes;
  /** Address of the secure page for a secret. */
  readonly secureUrl: (token: string) => string;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Where citizens can prove who they are, for those who write to us where they cannot. */
export interface Elsewhere {
  /** Name of our official account, as it is searched for. */
  readonly account?: string;
  /** Address of our own page. */
  readonly page?: string;
}

/** A case to be opened; the manager gives it its number and transcript. */
export interface NewCase {
  readonly id: CaseId;
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** The complaint, when it came from one. */
  readonly symptom?: Symptom;
  /** A closed case taken up again under its number. */
  readonly reopens?: true;
  readonly previous?: CaseId;
}

export interface Draft {
  readonly context: TurnContext;
  readonly before: Conversation;
  status: ConversationStatus;
  profile: Profile;
  stack: Frame[];
  asking: Asking | undefined;
  misses: number;
  offered: readonly Intent[] | undefined;
  askedBack: string | undefined;
  openCase: CaseId | undefined;
  lastCase: Conversation['lastCase'];
  readonly replies: Reply[];
  readonly tasks: NewTask[];
  readonly links: NewLink[];
  readonly timers: NewTimer[];
  readonly cases: NewCase[];
  readonly ratings: NewRating[];
  /** Codes for the turn log. */
  readonly events: string[];
  readonly effects: string[];
  /** The path of the flows, see `TurnFigures`. */
  readonly moves: string[];
  understanding: Understanding | undefined;
  /** Number of an invitation that was said this turn. */
  number: string | undefined;
  findings: readonly Finding[];
  /** The question was not understood this turn: ask it in other words. */
  isMissed: boolean;
  /** Events delivered so far; bounded, since a loop between flows would never end. */
  deliveries: number;
}

export function draftOf(conversation: Conversation, context: TurnContext): Draft {
  return {
    context,
    before: conversation,
    status: conversation.status,
    profile: conversation.profile,
    stack: [...conversation.stack],
    asking: conversation.asking,
    misses: conversation.misses,
    offered: conversation.offered,
    askedBack: undefined,
    openCase: conversation.openCase,
    lastCase: conversation.lastCase,
    replies: [],
    tasks: [],
    links: [],
    timers: [],
    cases: [],
    ratings: [],
    events: [],
    effects: [],
    moves: [],
    understanding: undefined,
    number: undefined,
    findings: [],
    isMissed: false,
    deliveries: 0,
  };
}

export function say(draft: Draft, id: string, params: JsonObject = {}): void {
  draft.replies.push({ id, params });
}

/** Day of the turn, by the clock of the office: China has one time zone, eight hours ahead of UTC. */
export function todayOf(context: Pick<TurnContext, 'now'>): string {
  const day = Math.floor((context.now + 8 * 3_600_000) / DAY_MS);
  // Asked for by every look at a rule; the day before does not come back.
  if (day !== lastDay.day) lastDay = { day, text: new Date(day * DAY_MS).toISOString().slice(0, 10) };
  return lastDay.text;
}

const DAY_MS = 24 * 3_600_000;
let lastDay = { day: Number.NaN, text: '' };

/** A proof of identity holds until its time; afterwards the person is asked again before any act. */
export function worldOf(draft: Draft): World {
  const { region, person } = draft.profile;
  const verified = person !== undefined && Date.parse(person.until) > draft.context.now;
  return region === undefined ? { verified } : { region, verified };
}
