/** A part of the talk as lines of a terminal. The text names its sources itself. */
import type { OutboundPart } from '../../domain/conversation.ts';

export function renderPart(part: OutboundPart): readonly string[] {
  const choices = part.choices ?? [];
  return [
    ...part.text.split('\n'),
    ...choices.map(({ label }, index) => `  ${index + 1}. ${label}`),
    ...(part.secure?.url === undefined ? [] : [`  -> ${part.secure.url}`]),
  ];
}
