/** Toneless sound of single characters, looked up once each. */
import { pinyin } from 'pinyin-pro';

const HAN = /^\p{Script=Han}$/u;
/** There are about 21,000 common ideographs; a bound all the same, against odd input. */
const MOST_KEPT = 24_000;
const kept = new Map<string, string>();

/** `gong` for 共; the empty string for anything that is no ideograph. */
export function soundOf(char: string): string {
  const known = kept.get(char);
  if (known !== undefined) return known;
  const sound = HAN.test(char) ? pinyin(char, { toneType: 'none', v: true }) : '';
  if (kept.size < MOST_KEPT) kept.set(char, sound);
  return sound;
}

/** Sounds that many speakers and input methods do not keep apart are made one. */
export function blurred(sound: string): string {
  const known = blurs.get(sound);
  if (known !== undefined) return known;
  const blur = blurOf(sound);
  // Some 400 sounds without tone; `soundOf` gives no others.
  if (blurs.size < MOST_KEPT) blurs.set(sound, blur);
  return blur;
}

const blurs = new Map<string, string>();

function blurOf(sound: string): string {
  return sound
    .replace(/^([zcs])h/u, '$1')
    .replace(/^n(?=[aeiou])/u, 'l')
    .replace(/([aei])ng$/u, '$1n');
}
