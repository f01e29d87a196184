/**
 * Resident ID numbers by GB 11643-1999: six digits of place, eight of birth, three in order, one check
 * character by ISO 7064 MOD 11-2.
 */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK = '10X98765432';

export type IdNumberFault = 'length' | 'characters' | 'place' | 'date' | 'checksum';
export type ParsedIdNumber =
  | { readonly ok: true; readonly number: string; readonly birthday: string; readonly sex: 'female' | 'male' }
  | { readonly ok: false; readonly fault: IdNumberFault };

/** First two digits of the place: provinces, and 81 to 83 for residence permits of Hong Kong, Macao and Taiwan. */
const PLACES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 99'.split(
    ' ',
  ),
);

/**
 * Reads a number as typed (spaces, dashes, full-width and lower-case x allowed).
 * Place 99 is accepted: GB 11643 never issues it, and the demo persons use it for that reason.
 * @param today births after it, or more than 130 years before it, are no dates of a living person
 */
export function parseIdNumber(typed: string, today: string): ParsedIdNumber {
  const number = typed.normalize('NFKC').replace(/[\s-]/gu, '').toUpperCase();
  if (number.length !== 18) return { ok: false, fault: 'length' };
  if (!/^\d{17}[\dX]$/u.test(number)) return { ok: false, fault: 'characters' };
  if (!PLACES.has(number.slice(0, 2))) return { ok: false, fault: 'place' };
  const birthday = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (!isLivingBirthday(birthday, today)) return { ok: false, fault: 'date' };
  if (checkCharacter(number) !== number[17]) return { ok: false, fault: 'checksum' };
  return { ok: true, number, birthday, sex: Number(number[16]) % 2 === 0 ? 'female' : 'male' };
}

/** The check character that belongs to the first 17 digits. */
export function checkCharacter(first17: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(first17[index]), 0);
  return CHECK[sum % 11] as string;
}

/** Full years between two days. */
export function ageOn(birthday: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birthday.slice(0, 4));
  return day.slice(5) < birthday.slice(5) ? years - 1 : years;
}

function isLivingBirthday(day: string, today: string): boolean {
  const parsed = new Date(`${day}T00:00:00Z`);
  const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().slice(0, 10) === day;
  return exists && day <= today && ageOn(day, today) <= 130;
}
