/** What to do about a sentence: answer, act, diagnose, ask back, decline or own up. */
import type { Intent } from '../domain/taxonomy.ts';
import type { Action, Scored } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { IntentEntry } from '../knowledge/schema/intent.ts';
import type { Judgement } from './judge.ts';
import { MOST_ALTERNATIVES, THRESHOLDS } from './thresholds.ts';
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

export function decide(
  { gate, intents }: Pick<Judgement, 'gate' | 'intents'>,
  listening: Pick<Listening, 'inFlow' | 'asking'>,
  entries: Knowledge['intents'],
): Verdict {
  const isBusy = listening.inFlow || listening.asking !== undefined;
  if (gate.ours < (isBusy ? THRESHOLDS.gateInFlow : THRESHOLDS.gate)) return foreign(gate, intents);
  const [best] = intents;
  if (best === undefined) return { action: 'fallback', intent: 'oos', confidence: 0, alternatives: [] };
  const { sure, ahead } = certainty(best, intents, entries);
  const leadsTo = entries.get(best.id)?.leads_to ?? 'answer';
  const isOurs = isBusy || gate.ours >= THRESHOLDS.gateToAct;
  const action =
    isOurs && sure >= THRESHOLDS.act && ahead >= THRESHOLDS.margin
      ? ACTION[leadsTo]
      : best.p >= THRESHOLDS.askBack
        ? 'ask_back'
        : 'fallback';
  return {
    action,
    intent: best.id,
    confidence: best.p,
    alternatives: intents.slice(0, MOST_ALTERNATIVES),
  };
}

function foreign(gate: Judgement['gate'], intents: Judgement['intents']): Verdict {
  const confidence = 1 - gate.ours;
  return {
    action: 'out_of_scope',
    intent: gate.foreign,
    confidence,
    alternatives: [
      { id: gate.foreign, p: confidence },
      ...intents.slice(0, MOST_ALTERNATIVES - 1).map(({ id, p }) => ({ id, p: p * gate.ours })),
    ],
  };
}

/** Intents that start the same flow count as one: the flow itself asks which of them is meant. */
function certainty(
  best: Scored<Intent>,
  intents: readonly Scored<Intent>[],
  entries: Knowledge['intents'],
): { readonly sure: number; readonly ahead: number } {
  const flow = entries.get(best.id)?.flow;
  const isSame = (id: Intent) => id === best.id || (flow !== undefined && entries.get(id)?.flow === flow);
  const sure = intents.reduce((sum, { id, p }) => sum + (isSame(id) ? p : 0), 0);
  const next = intents.find(({ id }) => !isSame(id))?.p ?? 0;
  return { sure, ahead: sure - next };
}
