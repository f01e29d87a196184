/**
 * Numbers that identify a person must never be written down from chat. `maskNumbers` finds and hides
 * them before the first write; `maskName` makes the form of a name that chat may show.
 */
import { createHash } from 'node:crypto';
import type { MaskedKind } from './conversation.ts';
import type { DocumentType } from './insurance.ts';

// An ID number may be typed with spaces or dashes; 18 or 15 digits, the last one possibly X.
const ID_NUMBER = /(?<![0-9A-Za-z])[1-9](?:[\s-]?\d){13,16}[\s-]?[\dXx](?![0-9A-Za-z])/gu;
// Mobile: 1, then 3 to 9, then nine digits, with the spaces people put in.
const PHONE = /(?<!\d)(?:\+?86[\s-]?)?1[\s-]?[3-9](?:[\s-]?\d){9}(?!\d)/gu;
// Bank and social-security cards: 12 to 19 digits in groups.
const CARD_NUMBER = /(?<!\d)\d(?:[\s-]?\d){11,18}(?!\d)/gu;
// Full-width digits are what input methods produce; they must not slip through.
const FULL_WIDTH = /[\uff10-\uff19\uff38\uff58]/gu;

const STEPS: readonly { readonly kind: MaskedKind; readonly pattern: RegExp; readonly shown: string }[] = [
  { kind: 'id_number', pattern: ID_NUMBER, shown: '[证件号已隐藏]' },
  { kind: 'phone', pattern: PHONE, shown: '[手机号已隐藏]' },
  { kind: 'card_number', pattern: CARD_NUMBER, shown: '[卡号已隐藏]' },
];

/** The text with identifying numbers replaced, and which kinds there were. */
export function maskNumbers(text: string): { readonly text: string; readonly masked: readonly MaskedKind[] } {
  const kinds: MaskedKind[] = [];
  let masked = text.replace(FULL_WIDTH, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) - 0xfee0));
  for (const { kind, pattern, shown } of STEPS) {
    const next = masked.replace(pattern, shown);
    if (next !== masked) kinds.push(kind);
    masked = next;
  }
  return kinds.length === 0 ? { text, masked: [] } : { text: masked, masked: kinds };
}

/** The text without the words that stand for hidden numbers: they say nothing of what is meant. */
export function withoutMasks(text: string): string {
  return STEPS.reduce((left, { shown }) => left.replaceAll(shown, ''), text);
}

/** 张三 -> 张*, 欧阳明明 -> 欧**明: first character and, from three on, the last one stay. */
export function maskName(name: string): string {
  const chars = [...name.trim()];
  if (chars.length <= 1) return '*';
  if (chars.length === 2) return `${chars[0]}*`;
  return `${chars[0]}${'*'.repeat(chars.length - 2)}${chars.at(-1)}`;
}

/**
 * Stable digest of a document, by which store and office recognise the same person without exchanging
 * the number. Not a secret in itself: numbers can be tried out, so it is kept like personal data.
 */
export function personDigest(documentType: DocumentType, documentNumber: string): string {
  return createHash('sha256').update(`${documentType}:${documentNumber.trim().toUpperCase()}`).digest('hex');
}
