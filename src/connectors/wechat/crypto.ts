/**
 * Signatures and the envelope around messages, as Tencent's official accounts and WeCom use them.
 * AES-256-CBC with the key as its own start vector and no integrity check of its own: a body must never be
 * opened before its signature was compared, and all faults must look alike from outside.
 *
 * Inside the envelope: 16 random bytes, the length of the message (32 bits, big end first), the message, and
 * the id of the account it is meant for. Padded to blocks of 32 bytes, not of 16.
 */
import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../contracts/clock.ts';

const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;
const BLOCK_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/u;

/** During a change of keys Tencent may still use the older one; an answer is sealed as the question was. */
export type WhichKey = 'current' | 'previous';

export interface EnvelopeParts {
  readonly token: string;
  /** The appid of an official account, the corp id of WeCom. */
  readonly id: string;
  /** The 43 characters of the console (EncodingAESKey). */
  readonly aesKey: string;
  readonly previousAesKey?: string | undefined;
  readonly random: Random;
}

export interface Signed {
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
  /** What the signature covers besides: the encrypted message, or the encrypted `echostr` of WeCom. */
  readonly encrypted?: string;
}

export interface Envelope {
  isSigned(signed: Signed): boolean;
  sign(parts: Omit<Signed, 'signature'>): string;
  /** Undefined for whatever is not a whole message for our account; why, is nobody's business. */
  open(encrypted: string): { readonly message: string; readonly key: WhichKey } | undefined;
  seal(message: string, key?: WhichKey): string;
}

export function createEnvelope(parts: EnvelopeParts): Envelope {
  const current = keyOf(parts.aesKey);
  const previous = parts.previousAesKey === undefined ? undefined : keyOf(parts.previousAesKey);
  const sign: Envelope['sign'] = ({ timestamp, nonce, encrypted }) =>
    signatureOf([parts.token, timestamp, nonce, ...(encrypted === undefined ? [] : [encrypted])]);
  return {
    sign,
    isSigned: ({ signature, ...rest }) => isSame(signature, sign(rest)),
    open(encrypted) {
      const message = openWith(current, encrypted, parts.id);
      if (message !== undefined) return { message, key: 'current' };
      const older = previous === undefined ? undefined : openWith(previous, encrypted, parts.id);
      return older === undefined ? undefined : { message: older, key: 'previous' };
    },
    seal: (message, key = 'current') =>
      sealWith(key === 'previous' ? (previous ?? current) : current, message, parts),
  };
}

/** SHA-1 over the sorted values, in hex: the scheme is Tencent's, not our choice. */
export function signatureOf(values: readonly string[]): string {
  return createHash('sha1')
    .update([...values].sort().join(''))
    .digest('hex');
}

/** Compares in constant time, whatever the lengths. */
export function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Whether a string has the form of an EncodingAESKey. */
export function isAesKey(text: string): boolean {
  return /^[A-Za-z0-9]{43}$/u.test(text);
}

function keyOf(aesKey: string): Buffer {
  return Buffer.from(`${aesKey}=`, 'base64');
}

function openWith(key: Buffer, encrypted: string, id: string): string | undefined {
  const plain = decrypt(key, encrypted);
  const content = plain === undefined ? undefined : withoutPadding(plain);
  const start = RANDOM_BYTES + LENGTH_BYTES;
  if (content === undefined || content.length < start) return undefined;
  const end = start + content.readUInt32BE(RANDOM_BYTES);
  if (end > content.length || !isSame(content.toString('utf8', end), id)) return undefined;
  return content.toString('utf8', start, end);
}

function decrypt(key: Buffer, encrypted: string): Buffer | undefined {
  if (!BASE64.test(encrypted) || encrypted.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length === 0 || bytes.length % BLOCK_BYTES !== 0) return undefined;
  const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** Every byte of the padding must say how long it is; looking at the last one only lets changed bodies through. */
function withoutPadding(plain: Buffer): Buffer | undefined {
  const length = plain.at(-1) ?? 0;
  if (length < 1 || length > BLOCK_BYTES || length > plain.length) return undefined;
  const content = plain.subarray(0, plain.length - length);
  return plain.subarray(content.length).every((byte) => byte === length) ? content : undefined;
}

function sealWith(key: Buffer, message: string, { id, random }: EnvelopeParts): string {
  const bytes = Buffer.from(message, 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  const content = Buffer.concat([random.bytes(RANDOM_BYTES), length, bytes, Buffer.from(id, 'utf8')]);
  const padding = BLOCK_BYTES - (content.length % BLOCK_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(Buffer.concat([content, Buffer.alloc(padding, padding)])),
    cipher.final(),
  ]).toString('base64');
}
