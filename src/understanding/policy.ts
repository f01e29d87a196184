/** What to do about a sentence: answer, act, diagnose, ask back, decline or own up. */
import type { Intent } from '../domain/taxonomy.ts';
import type { Action, Scored } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { IntentEntry } from '../knowledge/schema/intent.ts';
import { FITTED } from './fitted.ts';
import type { Judgement } from './judge.ts';
import { MOST_ALTERNATIVES, THRESHOLDS } from './thresholds.ts';
import { type Fitted, type Signs, trustIn } from './trust.ts';
import type { Listening } from './understander.ts';

export interface Verdict {
  readonly action: Action;
  readonly intent: Intent;
  readonly confidence: number;
  readonly alternatives: readonly Scored<Intent>[];
}

const ACTION: Record<IntentEntry['leads_to'], Action> = {
  answer: 'answer',
  task: 'task',
  diagnose: 'diagnose',
  chat: 'answer',
  out_of_scope: 'out_of_scope',
};

type Seen = Pick<Judgement, 'gate' | 'intents'>;

export function decide(
  judged: Seen,
  listening: Pick<Listening, 'inFlow' | 'asking'>,
  entries: Knowledge['intents'],
  fitted: Fitted = FITTED,
): Verdict {
  const { gate, intents } = judged;
  const isBusy = listening.inFlow || listening.asking !== undefined;
  if (gate.ours < (isBusy ? THRESHOLDS.gateInFlow : fitted.gate)) return foreign(judged);
  const [best] = intents;
  if (best === undefined) return { action: 'fallback', intent: 'oos', confidence: 0, alternatives: [] };
  const signs = signsOf(judged, entries);
  const ours = isBusy ? Math.max(signs.ours, THRESHOLDS.oursInFlow) : signs.ours;
  const trust = trustIn({ ...signs, ours }, fitted.trust);
  const leadsTo = ACTION[entries.get(best.id)?.leads_to ?? 'answer'];
  const isWorthAsking = best.p >= THRESHOLDS.askBack && trust >= THRESHOLDS.askBackTrust;
  const unsure = isWorthAsking ? 'ask_back' : 'fallback';
  return {
    action: trust >= fitted.act ? leadsTo : unsure,
    intent: best.id,
    confidence: trust,
    alternatives: shared(judged, trust),
  };
}

/** The first at the probability it was given, the others and what is foreign sharing what is left. */
function shared({ intents, gate }: Seen, first: number): readonly Scored<Intent>[] {
  const [best, ...others] = intents;
  if (best === undefined) return [];
  const rest = [...others.map(({ id, p }) => ({ id, p: p * gate.ours })), ...gate.foreign].sort(
    (a, b) => b.p - a.p,
  );
  const left = rest.reduce((sum, { p }) => sum + p, Number.EPSILON);
  const most = Math.min(1, first);
  const scaled = rest.map(({ id, p }) => ({ id, p: Math.min(most, (p / left) * (1 - most)) }));
  return [{ id: best.id, p: most }, ...scaled.slice(0, MOST_ALTERNATIVES - 1)];
}

function foreign({ gate, intents }: Seen): Verdict {
  const [first, ...others] = gate.foreign;
  const confidence = 1 - gate.ours;
  const rest = [...others, ...intents.map(({ id, p }) => ({ id, p: p * gate.ours }))].sort(
    (a, b) => b.p - a.p,
  );
  const intent = first?.id ?? 'oos';
  return {
    action: 'out_of_scope',
    intent,
    confidence,
    alternatives: [{ id: intent, p: confidence }, ...rest.slice(0, MOST_ALTERNATIVES - 1)],
  };
}

/** Intents that start the same flow count as one: the flow itself asks which of them is meant. */
export function signsOf({ gate, intents }: Seen, entries: Knowledge['intents']): Signs {
  const best = intents[0]?.id;
  const flow = best === undefined ? undefined : entries.get(best)?.flow;
  const isSame = (id: Intent) => id === best || (flow !== undefined && entries.get(id)?.flow === flow);
  const sure = intents.reduce((sum, { id, p }) => sum + (isSame(id) ? p : 0), 0);
  const next = intents.find(({ id }) => !isSame(id))?.p ?? 0;
  return { ours: gate.ours, sure, ahead: sure - next };
}

/** Acted on at once, whether rightly or not. */
export function isSure({ action }: { readonly action: Action }): boolean {
  return action === 'answer' || action === 'task' || action === 'diagnose';
}
