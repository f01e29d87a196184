/** A signature: the strokes as a PNG from the page, or a short typed name where there is no page. */
import type { Read } from './documents.ts';

/** Bytes of the image. A full signature on a large phone is about 30 kB. */
const IMAGE_MAX_BYTES = 200_000;
const TYPED_MAX = 30;
const PNG_PREFIX = 'data:image/png;base64,';
const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/u;

export function readSignature(given: string): Read<{ readonly signature: string }> {
  const signature = given.trim();
  if (signature === '') return { ok: false, reply: 'secure.error.signature_missing' };
  const fits = signature.startsWith('data:')
    ? isPng(signature)
    : [...signature].length <= TYPED_MAX && !/[\p{Cc}<>]/u.test(signature);
  return fits ? { ok: true, signature } : { ok: false, reply: 'secure.error.signature_form' };
}

function isPng(url: string): boolean {
  const encoded = url.slice(PNG_PREFIX.length);
  if (!url.startsWith(PNG_PREFIX) || encoded.length > (IMAGE_MAX_BYTES * 4) / 3) return false;
  if (!BASE64.test(encoded)) return false;
  const bytes = Buffer.from(encoded.slice(0, 16), 'base64');
  return PNG_MAGIC.every((byte, index) => bytes[index] === byte);
}
