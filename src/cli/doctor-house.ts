/** The store and the knowledge, as a running server or the files themselves show them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../library.ts';
import { CLOCK_SKEW_WARN_MS } from '../limits.ts';
import { codeOf } from '../log.ts';
import { clock } from '../main.ts';
import { askOps, opsSocketPath } from '../ops-socket.ts';
import type { Io } from './command.ts';
import type { Check } from './doctor-disk.ts';
import { openInstallation } from './installation.ts';
import { kbCheck } from './kb-check.ts';

export async function storeChecks(
  dataDir: string,
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
): Promise<readonly Check[]> {
  try {
    const state = (await askOps(opsSocketPath(dataDir), { call: 'ready' })) as RunningState | undefined;
    // The embedded store belongs to the server alone; a PostgreSQL can be asked beside it.
    if (state !== undefined) {
      return [...running(state), ...(databaseUrl === undefined ? [] : await opened(dataDir))];
    }
    if (databaseUrl === undefined && !existsSync(join(dataDir, 'gongji.sqlite'))) {
      return [{ state: 'warn', line: '还没有数据；服务没有在运行' }];
    }
    return await opened(dataDir);
  } catch (error) {
    const why = error instanceof Error ? error.message : codeOf(error);
    return [{ state: 'bad', line: `打不开（${codeOf(error)}）：${why}` }];
  }
}

interface RunningState {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
}

function running({ ready, reasons, warnings }: RunningState): readonly Check[] {
  return [
    ready
      ? { state: 'ok', line: '服务在运行，可以接活' }
      : { state: 'bad', line: `服务在运行，但不能接活：${reasons.join('、')}（含义见 docs/operations.md）` },
    ...warnings.map(
      (warning): Check => ({ state: 'warn', line: `要留意：${warning}（见 docs/operations.md）` }),
    ),
  ];
}

async function opened(dataDir: string): Promise<readonly Check[]> {
  const { opened: store } = await openInstallation(dataDir);
  try {
    const found = await store.store.figures();
    const { keys, dataKeys } = await store.store.keyStatus();
    const missing = keys.filter(({ isKnown }) => !isKnown);
    const skewMs = await store.clockSkewMs?.();
    return [
      { state: 'ok', line: store.store.describe() },
      found.migrations === 'current'
        ? { state: 'ok', line: '表是这个版本的' }
        : { state: 'warn', line: '表是更新的版本建的；请更新程序' },
      missing.length === 0
        ? { state: 'ok', line: `钥匙齐全，${dataKeys} 份数据都打得开` }
        : { state: 'bad', line: `少了钥匙 ${missing.map(({ id }) => id).join('、')}，一部分人的数据打不开` },
      ...dead(found.inbox.dead, '条消息没能处理，已搁下'),
      ...dead(found.outbox.dead, '条答复没送到，已搁下'),
      ...skewCheck(skewMs),
    ];
  } finally {
    await store.close();
  }
}

const dead = (n: number, line: string): readonly Check[] =>
  n === 0 ? [] : [{ state: 'warn', line: `${n} ${line}` }];

function skewCheck(skewMs: number | undefined): readonly Check[] {
  if (skewMs === undefined) return [];
  const shown = `${Math.round(skewMs)} 毫秒`;
  return Math.abs(skewMs) > CLOCK_SKEW_WARN_MS
    ? [
        {
          state: 'bad',
          line: `与数据库的时钟差 ${shown}；请在每台机器上打开时间同步（chrony、systemd-timesyncd）`,
        },
      ]
    : [{ state: 'ok', line: `与数据库的时钟差 ${shown}` }];
}

/** Days from today on which the calendar of next year must be there. */
const AHEAD_DAYS = 45;

export async function knowledgeChecks({ input }: Pick<Io, 'input'>): Promise<readonly Check[]> {
  try {
    const knowledge = loadKnowledge(KNOWLEDGE_DIR);
    const status = await kbCheck([], { input, print: () => {}, warn: () => {} });
    const ahead = new Date(clock.now() + AHEAD_DAYS * 86_400_000).toISOString().slice(0, 4);
    return [
      status === 0
        ? { state: 'ok', line: `版本 ${knowledge.version}，没有错误` }
        : { state: 'bad', line: '有错误：gongji kb check 逐条列出' },
      knowledge.calendar.has(ahead)
        ? { state: 'ok', line: `有 ${ahead} 年的放假安排` }
        : {
            state: 'warn',
            line: `没有 ${ahead} 年的放假安排；国务院办公厅的通知一出，就补 knowledge/calendar/${ahead}.yaml`,
          },
    ];
  } catch (error) {
    return [{ state: 'bad', line: `读不进来（${codeOf(error)}）：gongji kb check 逐条列出` }];
  }
}
