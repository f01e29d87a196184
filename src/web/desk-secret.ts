/**
 * What the secret of the desk is used for. Sessions and one-time links are found by a keyed digest, so a row
 * written into the database by somebody else opens nothing; what the way out needs is sealed.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Random } from '../contracts/clock.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface DeskSecret {
  /** Different for each purpose, so that a digest of one kind is never one of another. */
  digest(purpose: 'session' | 'csrf' | 'link' | 'login', token: string): string;
  seal(text: string): string;
  /** Undefined when it was sealed with another secret or is damaged. */
  unseal(sealed: string): string | undefined;
}

export function createDeskSecret(secret: string, random: Random): DeskSecret {
  const derived = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `gongji desk ${use}`, 32));
  const [digesting, sealing] = [derived('digest'), derived('seal')];
  return {
    digest: (purpose, token) => createHmac('sha256', digesting).update(`${purpose}\0${token}`).digest('hex'),
    seal(text) {
      const iv = random.bytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    unseal(sealed) {
      try {
        const bytes = Buffer.from(sealed, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, IV_BYTES));
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        const body = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}

/** Takes equally long wherever the two differ. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
