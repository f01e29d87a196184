/**
 * `gongji kb withdraw ID --reason … --by …` and `gongji kb restore ID --by …`. On PostgreSQL the row is
 * written at once. The embedded store belongs to the server alone, so an intent is left in the data
 * folder, which a running server takes up within seconds and a stopped one before its first word.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { kindOf } from '../knowledge/withdrawn.ts';
import { clock, random } from '../main.ts';
import { openStore } from '../store/open.ts';
import { type Intent, intentsDir, leaveIntent } from '../withdrawals.ts';
import type { Command, Io } from './command.ts';
import { OWN_KNOWLEDGE } from './rules.ts';

/** A running server looks every two seconds. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 100;

export const kbWithdraw: Command = async (args, io) => {
  const { id, by, reason, dir, data } = options(args);
  if (reason === undefined)
    throw new AppError('bad_input', 'kb withdraw takes --reason "…": why, for colleagues');
  const kind = kindOf(loadKnowledge(dir), id);
  if (kind === undefined) {
    throw new AppError(
      'bad_input',
      `'${id}' is no answer, cause or rule; a rule is named CODE/rule_id, the ways of an operation CODE/entry.bind`,
    );
  }
  return carryOut(io, { act: 'withdraw', id, kind, reason, by }, data);
};

export const kbRestore: Command = async (args, io) => {
  const { id, by, data } = options(args);
  return carryOut(io, { act: 'restore', id, by }, data);
};

function options(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      data: { type: 'string' },
      reason: { type: 'string' },
      by: { type: 'string' },
    },
  });
  const [id] = positionals;
  const { by, reason, knowledge: dir, data } = values;
  if (id === undefined)
    throw new AppError('bad_input', 'name the entry, such as: kb withdraw bind-somewhere');
  if (by === undefined) throw new AppError('bad_input', '--by NAME: who answers for it');
  return { id, by, reason, dir, data };
}

async function carryOut(io: Io, intent: Intent, data: string | undefined): Promise<number> {
  const config = readConfig();
  if (config.databaseUrl !== undefined) return writeRow(io, intent, config, config.databaseUrl);
  const file = leaveIntent(intentsDir(resolve(data ?? config.dataDir)), intent, clock.now());
  for (let waited = 0; existsSync(file) && waited < WAIT_MS; waited += LOOK_EVERY_MS)
    await wait(LOOK_EVERY_MS);
  if (!existsSync(file)) io.print(`${WORDS[intent.act]}已生效：${intent.id}`);
  else io.print(`已写下：${file}\n现在没有服务在用这个数据目录；下次启动时，在说第一句话之前生效。`);
  return 0;
}

const WORDS = { withdraw: '撤回', restore: '恢复' } as const;

async function writeRow(io: Io, intent: Intent, config: Config, url: string): Promise<number> {
  if (config.vaultKey === undefined) {
    throw new AppError(
      'bad_config',
      'GONGJI_VAULT_KEY is missing; the store opens only with the key it was made with',
    );
  }
  const { store, close } = await openStore({
    url,
    clock,
    random,
    vaultKey: config.vaultKey,
    isVisitor: true,
  });
  try {
    const { act, ...rest } = intent;
    const done =
      act === 'withdraw'
        ? await store.withdraw(rest as Parameters<typeof store.withdraw>[0])
        : await store.restore(rest);
    const isNew = done === 'withdrawn' || done === 'restored';
    io.print(
      isNew
        ? `${WORDS[act]}已写入，各进程 5 秒内生效：${intent.id}`
        : `没有改动：${intent.id} 已经是这个状态`,
    );
    return 0;
  } finally {
    await close();
  }
}
