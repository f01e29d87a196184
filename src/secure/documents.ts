/**
 * Names and document numbers as typed on the page: read into their one form, or a fault with the
 * reply that explains it. Resident IDs are checked by GB 11643; of the other documents only the
 * form of the number is known (forms checked 2026-11-24 against the documents' public descriptions).
 */
import { ageOn, parseIdNumber } from '../domain/id-number.ts';
import type { Day, DocumentType } from '../domain/insurance.ts';
import type { Params } from './wording.ts';

export const DOCUMENT_TYPES = [
  'resident_id',
  'hk_macao_permit',
  'taiwan_permit',
  'foreign_permanent_id',
  'passport',
] as const satisfies readonly DocumentType[];

/** What is wrong with a field: the reply that says it, and its parameters. */
export interface Fault {
  readonly reply: string;
  readonly params?: Params;
  /** A further reply whose words fill `{hint}`. */
  readonly hint?: string;
}

export type Read<T> = ({ readonly ok: true } & T) | ({ readonly ok: false } & Fault);

const FORMS: Record<Exclude<DocumentType, 'resident_id'>, RegExp> = {
  hk_macao_permit: /^[HM]\d{8}(?:\d{2})?$/u,
  taiwan_permit: /^(?:\d{8}|\d{10}[A-Z]?)$/u,
  foreign_permanent_id: /^(?:9\d{16}[\dX]|[A-Z]{3}\d{12})$/u,
  passport: /^(?=.*\d)[A-Z0-9]{5,17}$/u,
};

// Input methods offer many dots for the one between the parts of a name; the documents use U+00B7.
const DOTS = /[\u2022\u2027\u30fb\uff0e\uff65\u2e33.]/gu;
const CHINESE_NAME = /^\p{Script=Han}+(?:\u00b7\p{Script=Han}+)*$/u;
const FOREIGN_NAME = /^[\p{Script=Han}\p{Script=Latin}](?:[\p{Script=Han}\p{Script=Latin}\u00b7' ,-])*$/u;
const CHINESE_NAME_MAX = 30;
const FOREIGN_NAME_MAX = 60;

export function isDocumentType(value: string): value is DocumentType {
  return (DOCUMENT_TYPES as readonly string[]).includes(value);
}

export function readName(typed: string, documentType: DocumentType): Read<{ readonly name: string }> {
  const foreign = documentType === 'passport' || documentType === 'foreign_permanent_id';
  const trimmed = typed.normalize('NFKC').trim();
  if (trimmed === '') return { ok: false, reply: 'secure.error.name_missing' };
  const name = foreign ? trimmed.replace(/\s+/gu, ' ') : trimmed.replace(/\s+/gu, '').replace(DOTS, '\u00b7');
  const length = [...name].length;
  const fits = foreign
    ? FOREIGN_NAME.test(name) && length <= FOREIGN_NAME_MAX
    : CHINESE_NAME.test(name) && length <= CHINESE_NAME_MAX;
  if (length >= 2 && fits) return { ok: true, name };
  return { ok: false, reply: foreign ? 'secure.error.name_form_foreign' : 'secure.error.name_form' };
}

const SALUTATION = /^[\p{Script=Han}\p{Script=Latin}\u00b7 ]{0,10}$/u;

/** How somebody wants to be called: a few letters, or nothing to take it back. */
export function readSalutation(typed: string): Read<{ readonly salutation: string }> {
  const salutation = typed.normalize('NFKC').trim();
  return SALUTATION.test(salutation)
    ? { ok: true, salutation }
    : { ok: false, reply: 'secure.error.salutation_form' };
}

/** The number in its one form, and the age on `today` where the number tells the birthday. */
export function readDocumentNumber(
  typed: string,
  documentType: DocumentType,
  today: Day,
): Read<{ readonly number: string; readonly age: number | null }> {
  const number = typed.normalize('NFKC').replace(/[\s-]/gu, '').toUpperCase();
  if (number === '') return { ok: false, reply: 'secure.error.number_missing' };
  if (documentType !== 'resident_id') {
    if (FORMS[documentType].test(number)) return { ok: true, number, age: null };
    return {
      ok: false,
      reply: 'secure.error.document_form',
      hint: `secure.document.${documentType}.hint`,
    };
  }
  const parsed = parseIdNumber(number, today);
  if (!parsed.ok) {
    return { ok: false, reply: `secure.error.id_${parsed.fault}`, params: { count: [...number].length } };
  }
  return { ok: true, number: parsed.number, age: ageOn(parsed.birthday, today) };
}
