import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { understand } from './room.ts';

const rows = readFileSync(new URL('../utterances/reactions.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly text: string; readonly reaction?: string });

test.each(rows)('$text is read as the reaction $reaction', ({ text, reaction }) => {
  expect(understand(text).reaction).toBe(reaction);
});
