/**
 * Encryption of what is personal: AES-256-GCM with a fresh nonce, bound to the row it belongs to, so
 * that a sealed value moved to another row does not open. Keys are derived from the vault key, one for
 * each use.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Random } from '../contracts/clock.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export interface Seal {
  /** @param owner id of the row; needed again to open */
  seal(owner: string, plain: string): string;
  /** @throws when the value was sealed with another key, for another row, or changed */
  open(owner: string, sealed: string): string;
  /** Finds the same person again; without the key it cannot be tried out. */
  digest(text: string): string;
  /** Tells keys apart without telling anything about them. */
  readonly keyMark: string;
}

/** @param vaultKey 32 random bytes; who loses them loses all persons */
export function createSeal(vaultKey: Uint8Array, random: Random): Seal {
  if (vaultKey.length !== KEY_BYTES) {
    throw new Error(`The vault key must have ${KEY_BYTES} bytes; this one has ${vaultKey.length}`);
  }
  const key = derive(vaultKey, 'seal');
  const digestKey = derive(vaultKey, 'digest');
  return {
    seal(owner, plain) {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(owner, sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(owner));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
    digest: (text) => createHmac('sha256', digestKey).update(text).digest('hex'),
    keyMark: createHmac('sha256', derive(vaultKey, 'mark')).update('vault').digest('hex').slice(0, 16),
  };
}

function derive(vaultKey: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', vaultKey, 'gongji', use, KEY_BYTES));
}
