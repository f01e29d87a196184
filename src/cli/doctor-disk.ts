/** The data folder: rights, space, how fast it keeps what it is given, and whose disk it is. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { DISK_FREE_LEAST_BYTES, DISK_FREE_WARN_BYTES, FSYNC_WARN_MS } from '../limits.ts';
import { codeOf } from '../log.ts';
import { readKeyFile } from '../store/key-file.ts';
import { type Room, roomOn } from '../watch-disk.ts';

export interface Check {
  readonly state: 'ok' | 'warn' | 'bad';
  readonly line: string;
}

const SYNCS = 20;
const BLOCK_BYTES = 4_096;
/** Others may read or write. */
const OTHERS = 0o077;
/** Magic numbers of statfs(2): NFS, SMB, CIFS, SMB2. Locks and syncs over a network keep no promise. */
const NETWORK: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42]);

export function diskChecks(
  dataDir: string,
  config: Pick<Config, 'databaseUrl' | 'vaultKey'>,
): readonly Check[] {
  if (!existsSync(dataDir)) {
    return [{ state: 'warn', line: `${dataDir} 还没有；第一次启动时会建` }];
  }
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [{ state: 'bad', line: `${dataDir} 不能读写；请检查属主和权限` }];
  }
  const isEmbedded = config.databaseUrl === undefined;
  return [
    rights(dataDir),
    // With PostgreSQL next to nothing is kept here.
    ...(isEmbedded ? [space(dataDir, roomOn(dataDir)), network(dataDir), speed(dataDir)] : []),
    keys(join(dataDir, 'vault.key'), config),
  ];
}

function rights(dataDir: string): Check {
  return (statSync(dataDir).mode & OTHERS) === 0
    ? { state: 'ok', line: `${dataDir} 只有自己能进` }
    : { state: 'warn', line: `${dataDir} 别的用户也能进：chmod 700 ${dataDir}` };
}

/** @internal */
export function space(dataDir: string, room: Room | undefined): Check {
  if (room === undefined) return { state: 'warn', line: `不知道 ${dataDir} 所在的盘还剩多少` };
  const { freeBytes } = room;
  const shown = `${(freeBytes / 1024 ** 3).toFixed(freeBytes < DISK_FREE_WARN_BYTES ? 2 : 1)} GB`;
  if (freeBytes < DISK_FREE_LEAST_BYTES) {
    return {
      state: 'bad',
      line: `${dataDir} 所在的盘满了（剩 ${shown}），不再收新消息；腾出空间后自己恢复，不用重启`,
    };
  }
  return freeBytes < DISK_FREE_WARN_BYTES
    ? { state: 'warn', line: `${dataDir} 所在的盘只剩 ${shown}；写满时新消息会被退回，请清理或扩容` }
    : { state: 'ok', line: `${dataDir} 所在的盘还有 ${shown}` };
}

function network(dataDir: string): Check {
  return NETWORK.has(statfsSync(dataDir).type >>> 0)
    ? { state: 'bad', line: `${dataDir} 在网络磁盘上，断电时保不住数据；请换本机磁盘，或改用 PostgreSQL` }
    : { state: 'ok', line: '是本机磁盘' };
}

/** Half of the flushes take longer than this. */
function speed(dataDir: string): Check {
  const ms = fsyncMs(dataDir).toFixed(1);
  return Number(ms) > FSYNC_WARN_MS
    ? {
        state: 'warn',
        line: `一次落盘 ${ms} 毫秒（应在 ${FSYNC_WARN_MS} 毫秒内）；人多时会慢，请换固态盘，或改用 PostgreSQL`,
      }
    : { state: 'ok', line: `一次落盘 ${ms} 毫秒` };
}

export function fsyncMs(dir: string): number {
  const file = join(dir, `.doctor-${process.pid}`);
  const handle = openSync(file, 'w', 0o600);
  try {
    const block = Buffer.alloc(BLOCK_BYTES, 1);
    const times: number[] = [];
    for (let sync = 0; sync < SYNCS; sync += 1) {
      const from = performance.now();
      writeSync(handle, block);
      fsyncSync(handle);
      times.push(performance.now() - from);
    }
    return times.toSorted((a, b) => a - b)[SYNCS / 2] ?? 0;
  } finally {
    closeSync(handle);
    rmSync(file, { force: true });
  }
}

function keys(file: string, { vaultKey, databaseUrl }: Pick<Config, 'databaseUrl' | 'vaultKey'>): Check {
  if (vaultKey !== undefined)
    return { state: 'ok', line: `钥匙来自 GONGJI_VAULT_KEY，共 ${vaultKey.length} 把` };
  if (databaseUrl !== undefined) {
    return {
      state: 'warn',
      line: '用 PostgreSQL 而没有 GONGJI_VAULT_KEY：几个进程各有一把钥匙时，第二个起不来',
    };
  }
  if (!existsSync(file)) return { state: 'warn', line: `${file} 还没有；第一次启动时会生成，请马上另存一份` };
  try {
    const found = readKeyFile(file);
    return (statSync(file).mode & OTHERS) === 0
      ? { state: 'ok', line: `${file} 里有 ${found.length} 把钥匙；请确认别处还有一份` }
      : { state: 'bad', line: `${file} 别的用户也能读：chmod 600 ${file}` };
  } catch (error) {
    return { state: 'bad', line: `${file} 读不出钥匙（${codeOf(error)}）` };
  }
}
