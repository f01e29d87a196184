/** A part of the talk as plain texts. Answers are numbered; a typed number or label chooses. */
import type { Choice, InboundContent, OutboundPart } from '../../domain/conversation.ts';

/** Characters of one message. The client takes more; a phone shows about this much without folding it up. */
export const TEXT_MAX = 1_500;

/** The address of a secure page is never among them: a group or a stranger would hold the key to it. */
export function renderPart(part: OutboundPart): readonly string[] {
  const choices = (part.choices ?? []).map(({ label }, index) => `${index + 1} ${label}`);
  return piecesOf([part.text.trim(), ...choices].filter((line) => line !== '').join('\n'));
}

/** Pieces that end with a line where one does, else with a sentence; no character is torn apart. */
function piecesOf(text: string): readonly string[] {
  const chars = [...text];
  if (chars.length <= TEXT_MAX) return text === '' ? [] : [text];
  const head = chars.slice(0, TEXT_MAX).join('');
  const end = Math.max(head.lastIndexOf('\n'), Math.max(head.lastIndexOf('。'), head.lastIndexOf('；')) + 1);
  const cut = end > head.length / 2 ? end : head.length;
  return [text.slice(0, cut).trim(), ...piecesOf(text.slice(cut).trim())];
}

/** A number or label of an offered answer chooses it; everything else stays as it is. */
export function chosenFrom(choices: readonly Choice[], content: InboundContent): InboundContent {
  if (content.kind !== 'text') return content;
  const typed = content.text.normalize('NFKC').replace(/[.、,，。\s]+$/u, '');
  const byNumber = /^\d{1,2}$/u.test(typed) ? choices[Number(typed) - 1] : undefined;
  const choice = byNumber ?? choices.find(({ label }) => label === content.text);
  return choice === undefined ? content : { kind: 'choice', value: choice.value };
}
