/**
 * `gongji doctor [--data DIR] [--offline]`: what a new installation, or one that behaves strangely, is asked first.
 * One line a check, with what to do; exit status 1 when something keeps citizens from being served.
 */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import type { Command, Io } from './command.ts';
import { channelChecks } from './doctor-channels.ts';
import { type Check, diskChecks } from './doctor-disk.ts';
import { knowledgeChecks, storeChecks } from './doctor-house.ts';

const MARKS = { ok: '✓', warn: '！', bad: '✗' } as const;

export const doctor: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' }, offline: { type: 'boolean', default: false } },
  });
  const config = configOf(io);
  if (config === undefined) return 1;
  const dataDir = resolve(values.data ?? config.dataDir);
  const groups: readonly (readonly [string, () => Promise<readonly Check[]>])[] = [
    ['数据目录', async () => diskChecks(dataDir, config)],
    ['存储', () => storeChecks(dataDir, config)],
    ['资料', () => knowledgeChecks(io)],
    ['渠道与经办', () => (values.offline ? Promise.resolve([]) : channelChecks(config))],
  ];
  let bad = 0;
  let warnings = 0;
  for (const [title, run] of groups) {
    io.print(title);
    for (const { state, line } of await run()) {
      io.print(`  ${MARKS[state]} ${line}`);
      if (state === 'bad') bad += 1;
      if (state === 'warn') warnings += 1;
    }
  }
  io.print(bad === 0 ? `可以服务，${warnings} 处要留意。` : `${bad} 处不对，${warnings} 处要留意。`);
  return bad === 0 ? 0 : 1;
};

function configOf(io: Io): Config | undefined {
  io.print('配置');
  try {
    const config = readConfig();
    io.print('  ✓ 变量都认得，格式都对');
    return config;
  } catch (error) {
    // The configuration names variables and what they must be, never what they are.
    io.print(`  ✗ ${error instanceof Error ? error.message.replaceAll('\n', '\n  ') : String(error)}`);
    return undefined;
  }
}
