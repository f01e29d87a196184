/** `gongji audit verify [--data DIR]`: whether the record of who did what is as it was written. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { clock, random } from '../main.ts';
import { openStore } from '../store/open.ts';
import type { Command } from './command.ts';

export const audit: Command = async ([verb, ...args], io) => {
  if (verb !== 'verify') throw new AppError('bad_input', "gongji audit takes 'verify'");
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, memory: { type: 'boolean' } },
  });
  const config = readConfig();
  const dataDir = values.data ?? config.dataDir;
  const file = join(dataDir, 'gongji.sqlite');
  // A mistyped folder must not become an empty database whose chain holds.
  if (config.databaseUrl === undefined && !existsSync(file)) {
    throw new AppError('bad_input', `There is no ${file}; --data takes the folder a server has worked in`);
  }
  const opened = await openStore({
    url: config.databaseUrl ?? pathToFileURL(file).href.replace('file:', 'sqlite:'),
    clock,
    random,
    vaultKey: config.vaultKey ?? keyIn(dataDir),
    isVisitor: true,
  });
  try {
    const report = await opened.verifyAudit();
    io.print(JSON.stringify({ ...report, intact: report.broken.length === 0 }));
    return report.broken.length === 0 ? 0 : 1;
  } finally {
    await opened.close();
  }
};

function keyIn(dataDir: string): Uint8Array {
  const file = join(dataDir, 'vault.key');
  if (!existsSync(file)) throw new AppError('vault_key_missing', `There is no ${file}, nor GONGJI_VAULT_KEY`);
  return new Uint8Array(Buffer.from(readFileSync(file, 'utf8').trim(), 'hex'));
}
