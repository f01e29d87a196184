/** Opens the store of an installation for a command: that of the data folder, or the PostgreSQL of the environment. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { clock, random } from '../main.ts';
import { keyFileRing, readKeyFile } from '../store/key-file.ts';
import { type OpenedStore, openStore } from '../store/open.ts';

export interface Installation {
  readonly opened: OpenedStore;
  /** Where the keys lie; absent when they come from the environment. */
  readonly keyFile?: string;
}

/**
 * @param data the data folder, when it is not the one of the environment
 * @throws AppError `bad_input` when nobody has worked there, `store_locked` while a server has the file
 */
export async function openInstallation(data: string | undefined): Promise<Installation> {
  const config = readConfig();
  const dataDir = resolve(data ?? config.dataDir);
  const file = join(dataDir, 'gongji.sqlite');
  // A mistyped folder must not become an empty database with which all is well.
  if (config.databaseUrl === undefined && !existsSync(file)) {
    throw new AppError('bad_input', `There is no ${file}; --data takes the folder a server has worked in`);
  }
  const keyFile = join(dataDir, 'vault.key');
  if (config.vaultKey === undefined) readKeyFile(keyFile);
  const opened = await openStore({
    url: config.databaseUrl ?? pathToFileURL(file).href.replace('file:', 'sqlite:'),
    clock,
    random,
    vaultKey: config.vaultKey ?? keyFileRing(keyFile, random),
    isVisitor: true,
  });
  return { opened, ...(config.vaultKey === undefined ? { keyFile } : {}) };
}
