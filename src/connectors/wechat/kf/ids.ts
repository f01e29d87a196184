/**
 * Message ids we choose, so that WeCom shows nothing twice. At most 32 characters of 0-9a-zA-Z_-; a digest
 * of the part's key, and where in its conversation the part stands: from a failure that comes later, without any
 * memory of ours, the part is found again.
 */
import { createHash } from 'node:crypto';

/** 72 bits: no two parts of a corporation will ever share them. */
const DIGEST_CHARS = 12;
/** `<conversation>:<turn>:<index>`, as the store makes keys. */
const KEY = /^(.+):(\d{1,9}):(\d{1,2})$/u;

/** @param isAgain after WeCom said that it was not delivered: under the same id it would be dropped for ever */
export function msgidOf(key: string, piece: number, isAgain = false): string {
  const [, , turn, index] = KEY.exec(key) ?? [];
  const place = turn === undefined ? '' : `-${turn}-${index}`;
  return `${digestOf(key)}${place}-${piece}${isAgain ? 'r' : ''}`;
}

/** The key behind an id, among the parts of a conversation; undefined when it is none of them. */
export function keyOf(msgid: string, conversation: string): string | undefined {
  const [, digest, turn, index] = /^(.{12})-(\d+)-(\d+)-\d+r?$/u.exec(msgid) ?? [];
  const key = `${conversation}:${turn}:${index}`;
  return digest === digestOf(key) ? key : undefined;
}

function digestOf(key: string): string {
  return createHash('sha256').update(`wecom-kf/${key}`).digest('base64url').slice(0, DIGEST_CHARS);
}
