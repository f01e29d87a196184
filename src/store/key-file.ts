/**
 * Vault keys in a file: one a line, 64 hexadecimal digits, oldest first, the last one active. A file with one
 * line is what every installation begins with. Written whole and put in place, so that no crash leaves half a key.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Random } from '../contracts/clock.ts';
import type { KeyProvider } from '../contracts/keys.ts';
import { AppError } from '../errors.ts';
import { KEY_BYTES, keyId, keyRing } from './keys.ts';

const LINE = /^[0-9a-f]{64}$/iu;

/** @throws AppError `vault_key_missing` when there is no such file, or it holds anything but keys */
export function readKeyFile(file: string): readonly Uint8Array[] {
  if (!existsSync(file)) throw new AppError('vault_key_missing', `There is no ${file}, nor GONGJI_VAULT_KEY`);
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > 0 && lines.every((line) => LINE.test(line))) {
    return lines.map((line) => new Uint8Array(Buffer.from(line, 'hex')));
  }
  throw new AppError('vault_key_missing', `${file} must hold keys of 64 hexadecimal digits, one a line`);
}

/** The keys of a file; read again whenever something is wrapped, so that a rotation is heard of. */
export function keyFileRing(file: string, random: Random): KeyProvider {
  return keyRing(() => readKeyFile(file), random);
}

/** @throws when the file is there already: a key that was written over would be lost with all it sealed */
export function createKeyFile(file: string, random: Random): void {
  writeFileSync(file, `${Buffer.from(random.bytes(KEY_BYTES)).toString('hex')}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
}

/** A new key that is active from now on; the others stay. Gives its id. */
export function addKey(file: string, random: Random): string {
  const fresh = random.bytes(KEY_BYTES);
  writeKeys(file, [...readKeyFile(file), fresh]);
  return keyId(fresh);
}

/** False when there is no such key in the file. The last key is never removed. */
export function removeKey(file: string, id: string): boolean {
  const keys = readKeyFile(file);
  const kept = keys.filter((key) => keyId(key) !== id);
  if (kept.length === keys.length || kept.length === 0) return false;
  writeKeys(file, kept);
  return true;
}

function writeKeys(file: string, keys: readonly Uint8Array[]): void {
  const draft = `${file}.new`;
  const lines = keys.map((key) => `${Buffer.from(key).toString('hex')}\n`).join('');
  const handle = openSync(draft, 'w', 0o600);
  writeSync(handle, lines);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, file);
  // The name is on disk only once the folder is.
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
