/**
 * The cipher of pushes, by two libraries that are not ours: WeCom's own `@wecom/crypto` and the old
 * `wechat-crypto`. What both read must be the same. Neither checks the padding or whom a message is
 * for, so that is done here, with the bare cipher.
 */
import { createDecipheriv, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { decrypt as decryptByWecom, encrypt as encryptByWecom, getSignature } from '@wecom/crypto';

interface OldCrypto {
  getSignature(timestamp: string, nonce: string, encrypted: string): string;
  decrypt(encrypted: string): { readonly message: string; readonly id: string };
}
const WXBizMsgCrypt = createRequire(import.meta.url)('wechat-crypto') as new (
  token: string,
  aesKey: string,
  id: string,
) => OldCrypto;

const BLOCK = 32;

export interface Keys {
  readonly token: string;
  readonly aesKey: string;
  /** Whom messages are for: the app id, or the id of the corporation. */
  readonly id: string;
}

export function encrypt({ aesKey, id }: Keys, message: string, random: Buffer = randomBytes(16)): string {
  return encryptByWecom(aesKey, message, id, random);
}

export function sign({ token }: Keys, timestamp: string, nonce: string, encrypted: string): string {
  return getSignature(token, timestamp, nonce, encrypted);
}

/** The signature over the address only: it says nothing about the body. */
export function signAddress(token: string, timestamp: string, nonce: string): string {
  return getSignature(token, timestamp, nonce, '');
}

export type Opened =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly why: string };

/** Verifies and opens what the other side encrypted; the first thing that is wrong is named. */
export function open(
  keys: Keys,
  sealed: {
    readonly encrypted: string;
    readonly signature: string;
    readonly timestamp: string;
    readonly nonce: string;
  },
): Opened {
  const { encrypted, signature, timestamp, nonce } = sealed;
  const old = new WXBizMsgCrypt(keys.token, keys.aesKey, keys.id);
  const expected = sign(keys, timestamp, nonce, encrypted);
  if (expected !== old.getSignature(timestamp, nonce, encrypted))
    return wrong('the libraries sign differently');
  if (signature !== expected) return wrong('signature');
  if (!/^[A-Za-z0-9+/]+={0,2}$/u.test(encrypted)) return wrong('base64');
  const padding = paddingProblem(keys.aesKey, encrypted);
  if (padding !== undefined) return wrong(padding);
  const { message, id } = decryptByWecom(keys.aesKey, encrypted);
  const second = old.decrypt(encrypted);
  if (second.message !== message || second.id !== id) return wrong('the libraries read differently');
  return id === keys.id ? { ok: true, message } : wrong('id');
}

function paddingProblem(aesKey: string, encrypted: string): string | undefined {
  const key = Buffer.from(`${aesKey}=`, 'base64');
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length === 0 || bytes.length % BLOCK !== 0) return 'length';
  const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const pad = plain.at(-1) ?? 0;
  if (pad < 1 || pad > BLOCK || !plain.subarray(-pad).every((byte) => byte === pad)) return 'padding';
  return plain.readUInt32BE(16) + 20 > plain.length - pad ? 'length of the message' : undefined;
}

const wrong = (why: string): Opened => ({ ok: false, why });
