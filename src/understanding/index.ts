/** The understanding room: text to meaning. Pure; what it knows comes from `knowledge/`. */
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Reaction, Scored, Understanding } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { createCommander } from './commands.ts';
import { type Learnt, learn } from './heads.ts';
import { createJudge, type Judgement } from './judge.ts';
import { decide, type Verdict } from './policy.ts';
import type { Sentence } from './read.ts';
import { createResume, raised } from './resume.ts';
import { THRESHOLDS } from './thresholds.ts';
import type { Listening, ModelCache, Understander } from './understander.ts';

/** Reactions that are a wish by themselves, whatever the classifier makes of the few words. */
const WISHES: Partial<Record<Reaction, Intent>> = {
  hand_off: 'case.handoff',
  greet: 'chat.greet',
  thanks: 'chat.greet',
};

type Source = Pick<Knowledge, 'intents' | 'lexicon' | 'regions' | 'faq'>;

/** Trains on the sentences of `knowledge/`, or takes the weights from the cache when they fit them. */
export function createUnderstanding(knowledge: Source, cache?: ModelCache): Understander {
  return assemble(knowledge, learn(knowledge, cache));
}

/**
 * As `createUnderstanding`, in steps with a pause between them, for a process that answers people
 * meanwhile. With a cache that fits, no step takes longer than some 100 ms.
 */
export async function createUnderstandingInSteps(
  knowledge: Source,
  cache: ModelCache,
  pause: () => Promise<void>,
): Promise<Understander> {
  const learnt = learn(knowledge, cache);
  await pause();
  return assemble(knowledge, learnt);
}

function assemble(knowledge: Source, { reader, heads }: Learnt): Understander {
  const judge = createJudge(heads, reader, knowledge.lexicon);
  const commander = createCommander(knowledge);
  const resume = createResume(knowledge.lexicon.patterns);
  return {
    understand(text, listening) {
      const sentence = reader.read(text, listening);
      const judged = resume(sentence, judge(sentence), listening);
      return understanding(sentence, judged, verdictOf(sentence, judged, listening, knowledge.intents));
    },
    commands: commander,
  };
}

function verdictOf(
  { reaction, text }: Sentence,
  judged: Judgement,
  listening: Listening,
  entries: Knowledge['intents'],
): Verdict {
  const wish = reaction === undefined ? undefined : WISHES[reaction];
  if (text === '') return { action: 'fallback', intent: 'oos', confidence: 0, alternatives: [] };
  if (wish === undefined) return decide(judged, listening, entries);
  return decide(
    { gate: { ...judged.gate, ours: 1 }, intents: raised(judged.intents, wish) },
    listening,
    entries,
  );
}

function understanding(sentence: Sentence, judged: Judgement, verdict: Verdict): Understanding {
  let causes: readonly Scored<CauseId>[] | undefined;
  return {
    text: sentence.original,
    normalized: sentence.text,
    action: verdict.action,
    intent: verdict.intent,
    confidence: verdict.confidence,
    alternatives: verdict.alternatives,
    ...(verdict.intent === 'diagnose' ? { symptom: symptomOf(judged) } : {}),
    // Read where a complaint begins, and nowhere else in a talk.
    get causes() {
      causes ??= verdict.action === 'out_of_scope' ? [] : judged.causes();
      return causes;
    },
    entities: sentence.entities,
    ...(sentence.reaction === undefined ? {} : { reaction: sentence.reaction }),
    ...(sentence.repaired.length === 0 ? {} : { repairedAs: sentence.repaired.join('\u3001') }),
  };
}

function symptomOf(judged: Judgement): Symptom {
  const [symptom] = judged.symptoms();
  return symptom !== undefined && symptom.p >= THRESHOLDS.symptom ? symptom.id : 'other';
}
