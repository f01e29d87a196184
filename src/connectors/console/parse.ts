/** A typed line, read into what was meant: the number of an offered answer chooses it. */
import type { Choice, InboundContent } from '../../domain/conversation.ts';
import { maskNumbers } from '../../domain/masking.ts';

const TEXT_MAX = 500;

/** Undefined for a line without words. Longer lines are cut: a terminal has nowhere to refuse them. */
export function parseLine(line: string, choices: readonly Choice[]): InboundContent | undefined {
  const text = [...line.trim()].slice(0, TEXT_MAX).join('');
  if (text === '') return undefined;
  const number = /^\d{1,2}$/u.test(text.normalize('NFKC')) ? Number(text.normalize('NFKC')) : 0;
  const choice = choices[number - 1];
  if (choice !== undefined) return { kind: 'choice', value: choice.value };
  return { kind: 'text', ...maskNumbers(text) };
}
