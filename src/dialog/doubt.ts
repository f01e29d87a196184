/** Which words of a turn are worth a look by people: those nobody was sure of. Pure. */
import type { UncertainWords } from '../contracts/store.ts';
import type { Conversation } from '../domain/conversation.ts';
import { maskNumbers } from '../domain/masking.ts';
import type { Understanding } from '../domain/understanding.ts';
import type { Turn } from './turn.ts';

/** Said not to be ours, but less surely than this: the line runs nearby. */
const SURELY_FOREIGN = 0.75;
/** A single character teaches nothing. */
const SHORTEST = 2;
const GUESSES = 3;

/**
 * Undefined when the words were understood. An answer to an open question counts as understood when it
 * was taken, however little the words mean by themselves.
 */
export function uncertainWords(
  before: Conversation,
  { understanding, conversation }: Pick<Turn, 'understanding' | 'conversation'>,
  knowledge: string,
): UncertainWords | undefined {
  if (understanding === undefined) return undefined;
  const isMissed = conversation.misses > before.misses;
  const isFree = before.asking === undefined && before.stack.length === 0;
  if (!isMissed && !(isFree && isDoubtful(understanding))) return undefined;
  // Masked when it came in; normalising may have brought together digits that looked like something else.
  const { text } = maskNumbers(understanding.normalized);
  if ([...text].length < SHORTEST) return undefined;
  const { region } = conversation.profile;
  return {
    text,
    action: understanding.action,
    alternatives: understanding.alternatives.slice(0, GUESSES),
    knowledge,
    ...(region === undefined ? {} : { region }),
  };
}

function isDoubtful({ action, confidence, reaction }: Understanding): boolean {
  if (reaction !== undefined) return false;
  if (action === 'out_of_scope') return confidence < SURELY_FOREIGN;
  return action === 'ask_back' || action === 'fallback';
}
