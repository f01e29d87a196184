/**
 * Short reactions: yes, no, cancel, back and so on, read by the ordered patterns of
 * lexicon/patterns.yaml. Plain words must be the whole message; expressions may be a part of it.
 */
import type { Reaction } from '../domain/understanding.ts';
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import { isExpression, sourceOf } from './patterns.ts';

export type FindReaction = (text: string) => Reaction | undefined;

export function createReactions(patterns: Lexicon['patterns']): FindReaction {
  const rules = patterns.reactions.map(({ is, longest, words }) => ({
    is,
    longest,
    whole: new Set(words.filter((word) => !isExpression(word)).map(squeezed)),
    parts: words.filter(isExpression).map((word) => new RegExp(sourceOf(word), 'u')),
  }));
  return (text) => {
    const short = squeezed(text);
    if (short === '') return undefined;
    return rules.find(
      ({ longest, whole, parts }) =>
        short.length <= longest && (whole.has(short) || parts.some((part) => part.test(short))),
    )?.is;
  };
}

function squeezed(text: string): string {
  return text.replaceAll(' ', '');
}
