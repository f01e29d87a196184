/**
 * What the crowd of a bench says: every example of what can be asked and answered, in the manners people put
 * things. A few sentences said over and over would be answered from whatever remembers the last ones.
 */
import type { Knowledge } from '../src/knowledge/knowledge.ts';

const OPENINGS = ['', '请问', '您好，', '想问一下，', '麻烦问下'];
const CLOSINGS = ['', '？', '，谢谢', '啊'];
/** Not asked for a person, an act or a deletion: those end in rows of others than a turn. */
const isAsked = (id: string): boolean => id.startsWith('ask.') || id === 'chat.greet' || id === 'diagnose';
/** Coprime to any number of sentences that does not divide by it: neighbours come from different intents. */
const STRIDE = 7_919;

export function sentencesOf({ intents }: Pick<Knowledge, 'intents'>): readonly string[] {
  const examples = [...intents.values()].flatMap(({ id, examples: said }) => (isAsked(id) ? said : []));
  const all = OPENINGS.flatMap((opening) =>
    CLOSINGS.flatMap((closing) => examples.map((text) => `${opening}${text}${closing}`)),
  );
  return all.map((_, n) => all[(n * STRIDE) % all.length] as string);
}
