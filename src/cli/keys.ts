/**
 * `gongji keys status | rotate | retire ID [--data DIR]`: the keys that wrap the persons' own keys.
 *
 * `rotate` adds a key to the key file and wraps everything anew with it. Interrupted, it goes on where it
 * was when called again, without another new key. The key before stays in the file until it is retired:
 * backups made before the rotation can be read with it, and with nothing else.
 */
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { random } from '../main.ts';
import { addKey, removeKey } from '../store/key-file.ts';
import type { Command, Io } from './command.ts';
import { type Installation, openInstallation } from './installation.ts';

export const keys: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' } },
    allowPositionals: true,
  });
  const [verb, id] = positionals;
  if (verb === undefined || !['status', 'rotate', 'retire'].includes(verb)) {
    throw new AppError('bad_input', "gongji keys takes 'status', 'rotate' or 'retire ID'");
  }
  const installation = await openInstallation(values.data);
  try {
    if (verb === 'status') return await status(installation, io);
    if (verb === 'rotate') return await rotate(installation, io);
    return await retire(installation, id, io);
  } finally {
    await installation.opened.close();
  }
};

async function status({ opened, keyFile }: Installation, io: Io): Promise<number> {
  const found = await opened.store.keyStatus();
  io.print(JSON.stringify({ ...found, from: keyFile ?? 'GONGJI_VAULT_KEY' }));
  return found.keys.every(({ isKnown }) => isKnown) ? 0 : 1;
}

async function rotate({ opened: { store }, keyFile }: Installation, io: Io): Promise<number> {
  const before = await store.keyStatus();
  if (before.pending === 0) {
    if (keyFile === undefined) {
      throw new AppError(
        'bad_input',
        'Everything is wrapped with the active key; to rotate, give GONGJI_VAULT_KEY another key behind it, with a comma between, in every process, and call this again.',
      );
    }
    addKey(keyFile, random);
  }
  const done = await store.rotateKeys();
  const isWhole = done.dataKeys >= before.dataKeys && done.verified === done.dataKeys;
  io.print(JSON.stringify({ ...done, before: before.dataKeys, whole: isWhole }));
  return isWhole ? 0 : 1;
}

async function retire({ opened: { store }, keyFile }: Installation, id: string | undefined, io: Io) {
  if (id === undefined)
    throw new AppError('bad_input', "gongji keys retire takes the id of a key; see 'status'");
  await store.retireKey(id);
  if (keyFile === undefined) {
    io.print(`钥匙 ${id} 已不再包裹任何数据；请从 GONGJI_VAULT_KEY 里去掉它，并销毁其他副本。`);
    return 0;
  }
  if (!removeKey(keyFile, id)) throw new AppError('bad_input', `There is no key ${id} in ${keyFile}`);
  io.print(`钥匙 ${id} 已从 ${keyFile} 去掉。只能用它打开的旧备份，从现在起谁也打不开。`);
  return 0;
}
