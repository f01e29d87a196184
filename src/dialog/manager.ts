/**
 * The shell around the pure turn: takes what is due in one conversation, thinks, and commits. Only
 * orchestrates. A crash before the commit changes nothing; after it, nothing is lost.
 */
import type { Clock, Random } from '../contracts/clock.ts';
import type { DeskStore } from '../contracts/desk-store.ts';
import type { Cases, InboxItem, Mailbox, Outbox, TurnLog } from '../contracts/store.ts';
import type { Case } from '../domain/case.ts';
import type { Conversation, OutboundPart, Reply } from '../domain/conversation.ts';
import type { CaseId, ConversationId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { Understander } from '../understanding/understander.ts';
import { uncertainWords } from './doubt.ts';
import { type Elsewhere, todayOf } from './draft.ts';
import { broughtTo, pinOf } from './edition.ts';
import { figuresOf } from './figures.ts';
import { outlook } from './outlook.ts';
import { render } from './render.ts';
import { type Turn, turn } from './turn.ts';

/** Another process may commit first; so many fresh starts are plenty. */
const STALE_RETRIES = 5;
/** Lines of the talk that a case shows a clerk. */
const TRANSCRIPT_LINES = 60;

export interface ManagerDeps {
  readonly store: Mailbox & Outbox & Cases & Pick<DeskStore, 'queueOf'>;
  /** Of the version asked for while it is kept, else of the newest; never with what is withdrawn. */
  readonly knowledge: (version?: string) => Knowledge;
  readonly understander: (version?: string) => Understander;
  readonly clock: Clock;
  readonly random: Random;
  readonly secureUrl: (token: string) => string;
  readonly elsewhere?: Elsewhere | undefined;
  /** Told after each commit, for commands that show what happened. */
  readonly onTurn?: (turn: Turn, parts: readonly OutboundPart[]) => void;
  /** A turn that cannot be finished: ids and a code, never words. */
  readonly onFailure?: (conversation: ConversationId, error: unknown) => void;
}

export interface Manager {
  /**
   * Works off the mailbox of one conversation, in order, until nothing is due. What is taken over counts as failed before
   * it is thought about, since whoever thought about it last may have died of it.
   */
  process(conversation: ConversationId, how?: { readonly isTakenOver: boolean }): Promise<void>;
}

export function createManager(deps: ManagerDeps): Manager {
  // One at a time: what dies with the one that kills must not be counted for it.
  const inTurn = createTurnstile();

  async function workOff(id: ConversationId, take: TakeTurn): Promise<void> {
    for (let stale = 0; stale <= STALE_RETRIES; ) {
      const due = await deps.store.due(id);
      if (due === undefined) return;
      const done = await take(due.conversation, due.items);
      // What came in meanwhile has woken us by a job of its own.
      if (done === 'committed' && !due.more) return;
      if (done === 'stale') stale += 1;
    }
  }

  return {
    process(id, how) {
      if (how?.isTakenOver !== true) return workOff(id, (loaded, items) => takeTurn(deps, loaded, items));
      const counted = new Set<number>();
      return inTurn(() => workOff(id, (loaded, items) => takeOver(deps, loaded, items, counted)));
    },
  };
}

type TakeTurn = (loaded: Conversation, items: Items) => Promise<Taken>;

function createTurnstile(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** The oldest item is counted first, once a visit. Counted before already, it is thought about alone. */
async function takeOver(
  deps: ManagerDeps,
  loaded: Conversation,
  items: Items,
  counted: Set<number>,
): Promise<Taken> {
  const [first] = items as [InboxItem];
  if (!counted.has(first.seq)) {
    counted.add(first.seq);
    if ((await failed(deps, loaded, first, 'process_died')) === 'dead') return 'again';
  }
  const isSuspect = first.attempts > 0 && items.length > 1;
  const done = await takeTurn(deps, loaded, isSuspect ? [first] : items);
  return isSuspect && done === 'committed' ? 'again' : done;
}

type Items = readonly InboxItem[];

/** `again`: something is left to be tried at once. */
type Taken = 'committed' | 'stale' | 'again';

async function takeTurn(deps: ManagerDeps, loaded: Conversation, items: Items): Promise<Taken> {
  const started = performance.now();
  // Both of one version, and the same for the whole turn: a new one may come while the turn waits.
  const pin = pinOf(loaded);
  const library = { knowledge: deps.knowledge(pin), understander: deps.understander(pin) };
  const before = broughtTo(loaded, library.knowledge);
  let result: Turn;
  let parts: readonly OutboundPart[];
  let cases: readonly Case[];
  try {
    result = think(deps, library, before, items);
    cases = await casesOf(deps, result, items);
    const told = await withCases(deps, library.knowledge, result, cases);
    parts = told.map((reply) => render(reply, library.knowledge));
  } catch (error) {
    deps.onFailure?.(before.id, error);
    return giveUpOrRetry(deps, loaded, items);
  }
  const uncertain = uncertainWords(before, result, library.knowledge.version);
  const committed = await deps.store.commitTurn({
    conversation: { ...result.conversation, knowledge: library.knowledge.version },
    seqs: items.map(({ seq }) => seq),
    log: {
      ...logOf(library.knowledge.version, loaded, result, performance.now() - started),
      figures: figuresOf(result, parts, library.knowledge),
    },
    replies: parts,
    tasks: result.tasks,
    links: result.links,
    timers: result.timers,
    cases,
    ...(result.ratings.length === 0 ? {} : { ratings: result.ratings }),
    ...(uncertain === undefined ? {} : { uncertain }),
  });
  if (committed === 'committed') deps.onTurn?.(result, parts);
  return committed;
}

interface Library {
  readonly knowledge: Knowledge;
  readonly understander: Understander;
}

function think(deps: ManagerDeps, library: Library, before: Conversation, items: Items): Turn {
  return turn(
    before,
    items.map(({ content }) => content),
    {
      ...library,
      now: deps.clock.now(),
      random: (size) => deps.random.bytes(size),
      secureUrl: deps.secureUrl,
      elsewhere: deps.elsewhere,
    },
  );
}

/**
 * Our own fault: the oldest item is counted as failed. After the fifth time it is set aside, the
 * citizen gets an apology, and a person takes over, so that no conversation stays stuck behind it.
 */
async function giveUpOrRetry(deps: ManagerDeps, before: Conversation, items: Items): Promise<Taken> {
  const [first] = items as [InboxItem];
  if (items.length > 1) {
    const alone = await takeTurn(deps, before, [first]);
    return alone === 'committed' ? 'again' : alone;
  }
  await failed(deps, before, first, 'turn_failed');
  return 'again';
}

/** Counts a failure; of one that is dead the conversation hears. */
async function failed(deps: ManagerDeps, before: Conversation, item: InboxItem, code: string) {
  const outcome = await deps.store.failItem(before.id, item.seq, code);
  const isNews = item.content.kind !== 'office' || item.content.event !== 'turn_failed';
  if (outcome === 'dead' && isNews) {
    const id = `dead:${before.id}:${item.seq}`;
    await deps.store.receiveFor(before.id, id, { kind: 'office', event: 'turn_failed', params: {} });
  }
  return outcome;
}

async function casesOf(deps: ManagerDeps, result: Turn, items: Items): Promise<readonly Case[]> {
  if (result.cases.length === 0) return [];
  const { conversation } = result;
  const history = await deps.store.history(conversation.id, 0, Number.MAX_SAFE_INTEGER);
  const transcript = history
    .slice(-TRANSCRIPT_LINES)
    .map(({ who, part, at }) => ({ who, text: part.text, at }));
  const openedAt = new Date(deps.clock.now()).toISOString();
  const day = todayOf({ now: deps.clock.now() });
  const lines = [...transcript, ...newLines(items, history.length === 0)];
  return Promise.all(
    result.cases.map(async ({ id, reason, findings, symptom, reopens, previous }) => {
      const before = reopens === true ? await deps.store.caseById(id) : undefined;
      const { closed: _, ...kept } = before ?? {};
      return {
        ...kept,
        id,
        number: before?.number ?? (await deps.store.nextCaseNumber(day)),
        conversation: conversation.id,
        status: 'open' as const,
        reason,
        findings: findings.length > 0 ? findings : (before?.findings ?? []),
        transcript: lines,
        openedAt: before?.openedAt ?? openedAt,
        ...(conversation.profile.region === undefined ? {} : { region: conversation.profile.region }),
        ...(symptom === undefined ? {} : { symptom }),
        ...(previous === undefined ? {} : { previous }),
      };
    }),
  );
}

/** Words of this very turn are in the history already, unless the store shows them only when done. */
function newLines(items: Items, isHistoryEmpty: boolean): Case['transcript'] {
  if (!isHistoryEmpty) return [];
  return items.flatMap(({ content, receivedAt }) =>
    content.kind === 'text' ? [{ who: 'citizen' as const, text: content.text, at: receivedAt }] : [],
  );
}

/** Replies that speak of a case name its number, which only now exists, and say how long it may take. */
async function withCases(
  deps: ManagerDeps,
  knowledge: Knowledge,
  { replies, conversation }: Turn,
  cases: readonly Case[],
): Promise<readonly Reply[]> {
  return Promise.all(
    replies.map(async (reply) => {
      const { case: id } = reply.params;
      if (typeof id !== 'string') return reply;
      const number = cases.find((one) => one.id === id)?.number;
      const queue = await deps.store.queueOf(id as CaseId);
      const here = { knowledge, region: conversation.profile.region, now: deps.clock.now() };
      const named = number === undefined ? {} : { caseNumber: number };
      return { ...reply, params: { ...reply.params, ...named, ...outlook(here, queue) } };
    }),
  );
}

function logOf(knowledge: string, before: Conversation, result: Turn, costMs: number): TurnLog {
  const { understanding } = result;
  const understood: Json =
    understanding === undefined
      ? null
      : { intent: understanding.intent, confidence: understanding.confidence, action: understanding.action };
  return {
    events: result.events,
    from: before.stack.map(({ flow }) => flow),
    to: result.conversation.stack.map(({ flow }) => flow),
    effects: result.effects,
    understanding: understood,
    costMs,
    knowledge,
  };
}
