/**
 * Keys that wrap keys, from a file or the environment. Several may be known at once: the last one is
 * active, the others can still unwrap. An id is derived from the key, so that it needs no naming and a
 * wrong key is noticed; it tells nothing about the key.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Random } from '../contracts/clock.ts';
import type { KeyProvider } from '../contracts/keys.ts';
import { AppError } from '../errors.ts';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** @param read the keys, oldest first, 32 bytes each; asked again whenever a key is not known yet */
export function keyRing(read: () => readonly Uint8Array[], random: Random): KeyProvider {
  let ring = ringOf(read());
  /** Keys are derived anew only when the list has changed. */
  function refresh(): void {
    const bare = read();
    const isSame =
      bare.length === ring.keys.length &&
      ring.keys.every((key, at) => Buffer.compare(key.bare, bare[at] ?? key.wrapping) === 0);
    if (!isSame) ring = ringOf(bare);
  }
  const find = (id: string): Ring['keys'][number] | undefined => ring.keys.find((key) => key.id === id);
  /** Another process may have rotated meanwhile. */
  function look(id: string): Ring['keys'][number] {
    if (find(id) === undefined) refresh();
    const found = find(id);
    if (found !== undefined) return found;
    throw new AppError(
      'vault_key_missing',
      `Key ${id} is needed to read this database and is not among the keys given (${ring.keys.map((key) => key.id).join(', ')}); give it as well.`,
    );
  }
  return {
    active() {
      refresh();
      return ring.active;
    },
    ids: () => ring.keys.map(({ id }) => id),
    async wrap(dataKey, owner) {
      refresh();
      const { id, wrapping } = look(ring.active);
      return { kek: id, wrapped: encrypt(wrapping, dataKey, { random, bind: bound(id, owner) }) };
    },
    async unwrap({ kek, wrapped }, owner) {
      return decrypt(look(kek).wrapping, wrapped, bound(kek, owner));
    },
    bare: (id) => find(id)?.bare,
  };
}

interface Ring {
  readonly active: string;
  readonly keys: readonly { readonly id: string; readonly bare: Uint8Array; readonly wrapping: Buffer }[];
}

function ringOf(keys: readonly Uint8Array[]): Ring {
  const known = keys.map((bare) => ({ id: keyId(bare), bare, wrapping: derive(bare, 'wrap') }));
  const active = known.at(-1)?.id;
  if (active === undefined) throw new AppError('vault_key_missing', 'No vault key is given');
  return { active, keys: known };
}

const bound = (kek: string, owner: string): string => `person_keys.wrapped:${kek}:${owner}`;

/** Tells keys apart without telling anything about them. */
export function keyId(key: Uint8Array): string {
  return createHmac('sha256', derive(key, 'mark')).update('vault').digest('hex').slice(0, 16);
}

/** A key for one use, from a key for many. */
export function derive(key: Uint8Array, use: string): Buffer {
  if (key.length !== KEY_BYTES) {
    throw new Error(`The vault key must have ${KEY_BYTES} bytes; this one has ${key.length}`);
  }
  return Buffer.from(hkdfSync('sha256', key, 'gongji', use, KEY_BYTES));
}

/** AES-256-GCM with a fresh nonce; `bind` is not hidden but must be the same when it is opened. */
export function encrypt(
  key: Uint8Array,
  plain: Uint8Array,
  { random, bind }: { readonly random: Random; readonly bind: string },
): string {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(bind));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

/** @throws when it was sealed with another key or bound to something else, or was changed */
export function decrypt(key: Uint8Array, sealed: string, bind: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(bind));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}
