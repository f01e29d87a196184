/** After an act: is the trouble gone by fresh records, what is still awaited, and what is mended next. */
import type { Frame } from '../domain/conversation.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Draft, say } from './draft.ts';
import { factsOf, frameData, judge } from './gather.ts';
import type { Thought } from './think.ts';

/** States in which a relation that was asked for does not count yet: somebody else, or a day, is awaited. */
const AWAITED = new Set(['pending_confirm', 'pending_review', 'not_yet_effective']);
/** Acts that set up a relation; only after them does its state answer the question. */
const SETS_UP = new Set(['bind', 'accept-invite']);

/**
 * Says how the cause that was to be mended stands, and which of the causes told with it remain. The
 * params name the next act, when one of those remaining has one.
 */
export function recheck(draft: Draft, frame: Frame): Thought {
  const data = frameData(frame);
  const { findings, told } = judge(draft, frame, factsOf(draft, frame));
  draft.findings = findings;
  const standing = findings.slice(0, told).map(({ cause }) => cause as string);
  const before = String(data.cause ?? '');
  const state = String(draft.profile.facts['binding.state']?.value ?? '');
  const isAwaited = SETS_UP.has(String(data.flow)) && AWAITED.has(state);
  say(draft, replyFor(draft, { before, state, isAwaited, still: standing.includes(before) }), {
    cause: before,
  });

  const remaining = namesIn(data.causes).filter((cause) => cause !== before && standing.includes(cause));
  if (remaining.length > 0) say(draft, 'diagnose.remaining', { titles: titlesOf(draft, remaining) });
  const [next, ...later] = actsIn(data.later).filter(({ cause }) => remaining.includes(String(cause)));
  return { advice: 'tell', params: { later, hasNext: next !== undefined, ...next } };
}

interface Outcome {
  readonly before: string;
  readonly state: string;
  readonly isAwaited: boolean;
  readonly still: boolean;
}

function replyFor(draft: Draft, { before, state, isAwaited, still }: Outcome): string {
  // A relation that waits for somebody is neither missing any more nor usable yet.
  if (isAwaited) return `diagnose.recheck.awaited.${state}`;
  if (still) return 'diagnose.recheck.still';
  const own = `diagnose.recheck.ok.${before}`;
  return draft.context.knowledge.replies.has(own) ? own : 'diagnose.recheck.ok';
}

function titlesOf(draft: Draft, causes: readonly string[]): readonly string[] {
  const { knowledge } = draft.context;
  return causes.flatMap((id) => [...knowledge.causes.values()].find((entry) => entry.id === id)?.title ?? []);
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function actsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}
