/** What the chat page posts, read into what the citizen meant; numbers are masked before anybody writes them down. */
import { z } from 'zod';
import type { InboundContent } from '../../domain/conversation.ts';
import { maskNumbers } from '../../domain/masking.ts';

/** Characters of one message: three times the longest question seen in help lines. */
export const TEXT_MAX = 500;
const CHOICE_MAX = 200;

const messageId = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/u);
const messageSchema = z.union([
  z.strictObject({ id: messageId, text: z.string() }),
  z.strictObject({ id: messageId, choose: z.string().min(1).max(CHOICE_MAX) }),
]);

export type ParsedMessage =
  | { readonly ok: true; readonly id: string; readonly content: InboundContent }
  | { readonly ok: false; readonly reason: 'bad_message' | 'empty' | 'too_long' };

// Control and direction characters change how a line looks without being seen; line breaks are kept.
const INVISIBLE = /(?![\n])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

export function parseMessage(body: unknown): ParsedMessage {
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success) return { ok: false, reason: 'bad_message' };
  const { data } = parsed;
  if ('choose' in data) return { ok: true, id: data.id, content: { kind: 'choice', value: data.choose } };
  const text = data.text.replace(/\r\n?/gu, '\n').replace(INVISIBLE, '').trim();
  if (text === '') return { ok: false, reason: 'empty' };
  if ([...text].length > TEXT_MAX) return { ok: false, reason: 'too_long' };
  return { ok: true, id: data.id, content: { kind: 'text', ...maskNumbers(text) } };
}
