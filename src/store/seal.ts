/**
 * Sealing of what is personal. Each person has a data key of their own; a sealed value is bound to its
 * column and row, so that moved to another it does not open. Whoever destroys the data key has destroyed
 * everything that was sealed with it, also where a copy of the row lies.
 */
import { createHmac } from 'node:crypto';
import type { Random } from '../contracts/clock.ts';
import { decrypt, derive, encrypt, KEY_BYTES } from './keys.ts';

/** Stands before values sealed with a person's own key; base64 has no full stop. */
const MARK = 'p1.';

/** `table.column:row` */
export type Place = `${string}.${string}:${string}`;

export function newDataKey(random: Random): Uint8Array {
  return random.bytes(KEY_BYTES);
}

export function sealFor(dataKey: Uint8Array, place: Place, plain: string, random: Random): string {
  return MARK + encrypt(dataKey, Buffer.from(plain, 'utf8'), { random, bind: place });
}

/** @throws when the value was sealed with another key, for another place, or changed */
export function openFor(dataKey: Uint8Array, place: Place, sealed: string): string {
  if (!sealed.startsWith(MARK)) throw new Error(`The value at ${place} was not sealed with a key of its own`);
  return decrypt(dataKey, sealed.slice(MARK.length), place).toString('utf8');
}

/** Finds the same person again; without the key it cannot be tried out. */
export type Digest = (text: string) => string;

export function digestWith(indexKey: Uint8Array): Digest {
  return (text) => createHmac('sha256', indexKey).update(text).digest('hex');
}

/** How values were sealed when one key served for everybody. Only to read them once more. */
export interface OldSeal {
  isOld(sealed: string): boolean;
  open(row: string, sealed: string): string;
  readonly indexKey: Uint8Array;
}

export function oldSeal(vaultKey: Uint8Array): OldSeal {
  const key = derive(vaultKey, 'seal');
  return {
    isOld: (sealed) => sealed !== '' && !sealed.startsWith(MARK),
    open: (row, sealed) => decrypt(key, sealed, row).toString('utf8'),
    indexKey: derive(vaultKey, 'digest'),
  };
}
