/**
 * Slack as a view of the desk. It reads what changed after its cursor, draws each case that changed from
 * the desk as it is now, and moves the cursor; a burst of changes is one drawing. The desk keeps where
 * a case is shown (anchor `slack`), how far its thread has been told (`slack.thread`), and where each
 * reply stands (`slack.reply:<key>`); what was begun when a process died is looked for before it is said again.
 *
 * When Slack is away or asks for a pause, the cursor stays and the drawing goes on later. A case that
 * Slack refuses for its own sake is left out and reported, so that it does not hold up the others.
 */
import type { Advice } from '../../contracts/advice.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { CaseEvent, CaseView, Desk, StaffReply } from '../../contracts/desk.ts';
import type { CaseId } from '../../domain/ids.ts';
import { type Message, message, spoken } from './blocks.ts';
import { cardOf } from './card.ts';
import { type Place, type SlackApi, SlackError } from './client.ts';
import { placeOf, placeText, VIEW } from './hands.ts';
import type { Lease } from './lease.ts';
import { createOnce } from './once.ts';
import type { OwnNotes } from './own-notes.ts';
import type { Pace } from './pace.ts';
import { draftsMessage, eventsMessage, failureMessage, replyMessage } from './thread.ts';
import { words } from './words.ts';
import { codeOf } from './worker.ts';

const BATCH = 200;
/** Several changes usually come together. */
const GATHER_MS = 150;
/** Changes made by another process do not ring here. */
const LOOK_MS = 3000;
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;
/** Closed longer ago than this, a case gets no new card; one it has is still kept right. */
const OLD_MS = 24 * 3600 * 1000;
const REPLIES_LOOKED_AT = 10;

const THREAD = `${VIEW}.thread`;
/** Up to which event drafts were offered. */
const DRAFTS = `${VIEW}.drafts`;
const replyView = ({ key }: StaffReply): string => `${VIEW}.reply:${key}`;
/** Nothing can be shown until somebody does something about the channel. */
const CHANNEL_TROUBLE = new Set(['not_in_channel', 'channel_not_found', 'is_archived', 'missing_scope']);
const GONE = new Set(['message_not_found', 'cant_update_message']);
const OF_REPLIES: ReadonlySet<string> = new Set(['replied', 'reply_sent', 'reply_waits', 'reply_failed']);

export interface FollowerParts {
  readonly api: SlackApi;
  readonly desk: Desk;
  readonly advice?: Advice | undefined;
  readonly clock: Clock;
  readonly channel: string;
  readonly pace: Pace;
  readonly own: OwnNotes;
  readonly lease: Lease;
  readonly onFailure: (id: string, code: string) => void;
  /** After each drawing, with whom it may concern. */
  readonly onDrawn: () => void;
}

export interface Follower {
  start(): void;
  /** Draws what changed until nothing is left; rejects when Slack is away. */
  drain(): Promise<void>;
  /** Goes on, after calls had been refused. */
  resume(): void;
  /** Everything is drawn anew, in place where it still stands. */
  rebuild(): Promise<void>;
  stop(): Promise<void>;
}

export function createFollower(parts: FollowerParts): Follower {
  const { api, desk, advice, clock, channel, pace, own, lease } = parts;
  /** What stands in Slack as far as we know: a card that would look the same is not sent again. */
  const standing = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let forget: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  let dueAt = 0;
  let failures = 0;
  let isStopped = false;
  const once = createOnce({ api, desk, clock, channel, paced });

  // === One case

  async function draw(id: CaseId, events: readonly CaseEvent[]): Promise<void> {
    const view = await desk.caseView(id);
    const anchor = await desk.anchor(VIEW, id);
    const place = anchor === undefined ? undefined : placeOf(anchor.place);
    const at = place?.channel === channel ? place : undefined;
    if (view === undefined) {
      if (at !== undefined) await put(id, at, message(words.erased, [spoken(words.erased)]));
      return;
    }
    if (at === undefined && isOld(view)) return;
    const card = await put(id, at, cardOf(view, { hasAdvice: advice !== undefined }), anchor?.place);
    await tell(view, card, events);
    if (events.some(({ kind }) => OF_REPLIES.has(kind))) await showReplies(view, card);
    await suggest(view, card, events);
  }

  function isOld({ closedAt }: CaseView): boolean {
    return closedAt !== undefined && Date.parse(closedAt) < clock.now() - OLD_MS;
  }

  /** The card where it is, or a new one where there is none any more. */
  async function put(
    id: CaseId,
    at: Place | undefined,
    card: Message,
    before?: string | undefined,
  ): Promise<Place> {
    const looks = JSON.stringify(card);
    if (at !== undefined) {
      if (standing.get(id) === looks) return at;
      try {
        await paced('update', () => api.update(at, card));
        standing.set(id, looks);
        return at;
      } catch (error) {
        if (!(error instanceof SlackError && GONE.has(error.slack))) throw error;
      }
    }
    // A card that was deleted, or stands in another channel, is not the one to look for.
    const { place } = await once.post(id, { what: before === undefined ? 'card' : `card:${before}` }, card);
    await desk.setAnchor({ case: id, view: VIEW, place: placeText(place) });
    // The old thread is gone with its card, or stays where it was: only what comes now is told.
    standing.set(id, looks);
    return place;
  }

  async function tell(view: CaseView, card: Place, events: readonly CaseEvent[]): Promise<void> {
    const told = await toldOf(THREAD, view.id);
    const fresh = events.filter(({ n }) => n > told);
    const last = fresh.at(-1);
    if (last === undefined) return;
    const said = eventsMessage(await worthSaying(fresh), view);
    if (said === undefined) return keepTold(THREAD, view.id, last.n);
    const { n = last.n } = await say(view.id, card, said, { what: `events:${told}`, n: last.n });
    await keepTold(THREAD, view.id, n);
    // What stood there already was said before a crash; what happened since is still to be told.
    if (n < last.n) await tell(view, card, events);
  }

  async function worthSaying(events: readonly CaseEvent[]): Promise<readonly CaseEvent[]> {
    const worth: CaseEvent[] = [];
    for (const event of events) {
      if (!OF_REPLIES.has(event.kind) && !(await isOwnNote(event))) worth.push(event);
    }
    return worth;
  }

  async function toldOf(what: string, id: CaseId): Promise<number> {
    return Number((await desk.anchor(what, id))?.place ?? 0);
  }

  async function keepTold(what: string, id: CaseId, n: number): Promise<void> {
    await desk.setAnchor({ case: id, view: what, place: String(n) });
  }

  async function isOwnNote({ kind, case: id, by, text, n }: CaseEvent): Promise<boolean> {
    return (
      kind === 'noted' && by !== undefined && text !== undefined && own.take({ case: id, by: by.id, text }, n)
    );
  }

  async function showReplies(view: CaseView, card: Place): Promise<void> {
    for (const reply of view.replies.slice(-REPLIES_LOOKED_AT)) {
      const shown = (await desk.anchor(replyView(reply), view.id))?.place;
      if (shown?.split('/')[2] !== reply.delivery.state) await showReply(view, card, reply, shown);
    }
  }

  async function showReply(view: CaseView, card: Place, reply: StaffReply, shown = ''): Promise<void> {
    const { id } = view;
    const drawn = replyMessage(reply, view);
    const keep = (at: Place, state: string) =>
      desk.setAnchor({ case: id, view: replyView(reply), place: `${placeText(at)}/${state}` });
    let place = placeOf(shown);
    if (place !== undefined) {
      const at = place;
      await paced('update', () => api.update(at, drawn));
    } else {
      ({ place } = await say(id, card, drawn, { what: `reply:${reply.key}` }));
      await keep(place, 'drawn');
    }
    if (reply.delivery.state === 'failed') {
      await say(id, card, failureMessage(reply, view), { what: `failed:${reply.key}`, broadcast: true });
    }
    await keep(place, reply.delivery.state);
  }

  /** Drafts for whoever has the floor; advice that fails is no reason to stop. */
  async function suggest(view: CaseView, card: Place, events: readonly CaseEvent[]): Promise<void> {
    if (advice === undefined || view.floor !== 'clerk') return;
    const asking = events.findLast(({ kind }) => kind === 'citizen_wrote' || kind === 'claimed');
    if (asking === undefined || asking.n <= (await toldOf(DRAFTS, view.id))) return;
    const drafts = await advice.drafts(view.id).catch((error: unknown) => {
      parts.onFailure(view.id, codeOf(error));
      return [];
    });
    const shown = draftsMessage(drafts, view);
    if (shown !== undefined) await say(view.id, card, shown, { what: `drafts:${asking.n}` });
    await keepTold(DRAFTS, view.id, asking.n);
  }

  const say = (
    id: CaseId,
    { ts }: Place,
    said: Message,
    how: { readonly what: string; readonly n?: number; readonly broadcast?: true },
  ) => once.post(id, { ...how, thread: ts }, said);

  async function paced<T>(kind: 'post' | 'update', call: () => Promise<T>): Promise<T> {
    await pace.turn(kind);
    try {
      return await call();
    } catch (error) {
      if (error instanceof SlackError && error.retryAfterMs !== undefined) {
        pace.pause(kind, error.retryAfterMs);
      }
      throw error;
    }
  }

  // === All that changed

  /** One at a time: two would say the same twice. */
  function drain(): Promise<void> {
    last = last.then(drawAll, drawAll);
    return last;
  }

  async function drawAll(): Promise<void> {
    while (!isStopped && (await lease.holds())) {
      const changes = await desk.changes(await desk.cursor(VIEW), BATCH);
      const newest = changes.at(-1);
      if (newest === undefined) return;
      for (const [id, events] of Map.groupBy(changes, (event) => event.case)) {
        if (isStopped || !(await lease.holds())) return;
        await drawOrReport(id, events);
      }
      await desk.moveCursor(VIEW, newest.n);
      parts.onDrawn();
    }
  }

  async function drawOrReport(id: CaseId, events: readonly CaseEvent[]): Promise<void> {
    try {
      await draw(id, events);
    } catch (error) {
      const isOfThisCase =
        error instanceof SlackError &&
        error.retry === 'never' &&
        !CHANNEL_TROUBLE.has(error.slack) &&
        api.refusedBy() === undefined;
      if (!isOfThisCase) throw error;
      standing.delete(id);
      parts.onFailure(id, codeOf(error));
    }
  }

  function wake(afterMs = GATHER_MS): void {
    if (isStopped || running !== undefined) return;
    // A later ring must not put off what is due already.
    if (timer !== undefined && dueAt <= clock.now() + afterMs) return;
    clearTimeout(timer);
    dueAt = clock.now() + afterMs;
    timer = setTimeout(look, afterMs).unref();
  }

  function look(): void {
    timer = undefined;
    running = drain().then(
      () => settle(LOOK_MS),
      (error: unknown) => {
        parts.onFailure('', codeOf(error));
        settle(restOf(error, failures), 'failed');
      },
    );
  }

  function settle(nextMs: number, how?: 'failed'): void {
    failures = how === 'failed' ? failures + 1 : 0;
    running = undefined;
    if (api.refusedBy() === undefined) wake(nextMs);
  }

  return {
    start() {
      // A ring brings the next look forward; while Slack is away it does not.
      forget = desk.onChange(() => failures === 0 && wake());
      wake();
    },
    drain,
    resume() {
      failures = 0;
      wake();
    },
    async rebuild() {
      standing.clear();
      await desk.moveCursor(VIEW, 0);
      wake();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      forget?.();
      await last.catch(() => {});
      await lease.release().catch(() => {});
    },
  };
}

function restOf(error: unknown, failures: number): number {
  const asked = error instanceof SlackError ? error.retryAfterMs : undefined;
  return asked ?? Math.min(FIRST_REST_MS * 2 ** failures, LONGEST_REST_MS);
}
