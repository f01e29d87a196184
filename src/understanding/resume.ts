/**
 * Sentences that lean on the last answer: 那我妈呢 asks the last question anew about somebody else,
 * 怎么弄 how to do what was just explained.
 */
import type { Intent } from '../domain/taxonomy.ts';
import type { Scored } from '../domain/understanding.ts';
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import type { Judgement } from './judge.ts';
import { anyOf } from './patterns.ts';
import type { Sentence } from './read.ts';
import type { Listening } from './understander.ts';

export type Resume = (sentence: Sentence, judged: Judgement, listening: Listening) => Judgement;

/** A follow-up is short; what is longer says itself what it is about. */
const LONGEST = 14;
const SURE = 0.97;
/** Stands for a relative or a place in the patterns of follow-ups. */
const SOMEBODY = '\ue000';

/** What "how" means after an answer about something else than a way. */
const HOW: Partial<Record<Intent, Intent>> = {
  'ask.what': 'ask.how_bind',
  'ask.eligibility': 'ask.how_bind',
  'ask.materials': 'ask.how_bind',
  'ask.cross_region': 'ask.how_bind',
  'ask.timing': 'ask.how_bind',
  'ask.how_bind': 'ask.how_bind',
  'ask.how_unbind': 'ask.how_unbind',
  'ask.how_use': 'ask.how_use',
  'ask.scope': 'ask.how_use',
  'ask.how_pay': 'ask.how_pay',
  'ask.how_query': 'ask.how_query',
  'ask.order': 'ask.order',
};

export function createResume({ follow_up, vague_how }: Lexicon['patterns']): Resume {
  const again = anyOf(follow_up.map((pattern) => pattern.replaceAll('R', SOMEBODY)));
  const how = vague_how.length === 0 ? undefined : anyOf(vague_how);
  return (sentence, judged, { lastIntent }) => {
    if (lastIntent === undefined || sentence.text.length > LONGEST) return judged;
    if (isAboutSomebodyElse(sentence, again)) return meaning(lastIntent, judged);
    const way = HOW[lastIntent];
    const isVague = how?.test(sentence.text.replaceAll(' ', '')) ?? false;
    return way !== undefined && isVague ? meaning(way, judged) : judged;
  };
}

function isAboutSomebodyElse({ entities, original }: Sentence, again: RegExp): boolean {
  const other = entities.find(({ type }) => type === 'relation' || type === 'region');
  if (other === undefined) return false;
  const words = `${original.slice(0, other.start)}${SOMEBODY}${original.slice(other.end)}`;
  return again.test(words.replace(/[^\p{L}\ue000]/gu, ''));
}

function meaning(intent: Intent, judged: Judgement): Judgement {
  return { ...judged, gate: { ...judged.gate, ours: 1 }, intents: raised(judged.intents, intent) };
}

/** The intents with one of them as good as certain. */
export function raised(intents: readonly Scored<Intent>[], wish: Intent): readonly Scored<Intent>[] {
  const rest = intents.filter(({ id }) => id !== wish).map(({ id, p }) => ({ id, p: p * (1 - SURE) }));
  return [{ id: wish, p: SURE }, ...rest];
}
