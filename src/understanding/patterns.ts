/** Words and `/regular expressions/` of the lexicon, made into matchers. */

/** One pattern as the source of a regular expression: plain words match themselves. */
export function sourceOf(pattern: string): string {
  const isRegExp = pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/');
  return isRegExp ? pattern.slice(1, -1) : pattern.replace(/[.*+?^${}()|[\]\\/]/gu, '\\$&');
}

/** One expression for a whole list; longer words are tried first so that they win. */
export function anyOf(patterns: readonly string[], flags = 'u'): RegExp {
  const sorted = [...patterns].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map((pattern) => `(?:${sourceOf(pattern)})`).join('|'), flags);
}

export function isExpression(pattern: string): boolean {
  return pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/');
}
