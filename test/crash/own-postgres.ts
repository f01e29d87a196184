/** A PostgreSQL of a test's own, which it may kill. There is none where the server's programs are not installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface OwnPostgres {
  readonly url: string;
  /** Ends it and all its connections at once, as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';

export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

export async function ownPostgres(bin: string): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'gongji-own-pg-'));
  const isRoot = userInfo().uid === 0;
  // PostgreSQL refuses to run as root.
  if (isRoot) execFileSync('chown', ['postgres', folder]);
  const run = (program: string, args: readonly string[]): boolean => {
    const [file, rest] = isRoot
      ? ['runuser', ['-u', 'postgres', '--', join(bin, program), ...args]]
      : [join(bin, program), [...args]];
    return spawnSync(file, rest, { cwd: '/', stdio: 'ignore' }).status === 0;
  };
  const data = join(folder, 'data');
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c max_connections=60`;
  const start = async (): Promise<void> => {
    // The backends of one that was killed take a moment to see it, and until then another does not start.
    for (let tries = 0; tries < 60; tries += 1) {
      if (run('pg_ctl', ['-D', data, '-w', '-t', '20', '-l', join(folder, 'log'), '-o', options, 'start']))
        return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`PostgreSQL did not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-2_000)}`);
  };
  if (!run('initdb', ['-D', data, '-U', 'gongji', '-A', 'trust', '-E', 'UTF8', '--locale=C'])) {
    throw new Error('initdb failed');
  }
  await start();
  run('createdb', ['-h', '127.0.0.1', '-p', String(port), '-U', 'gongji', 'several']);
  return {
    url: `postgres://gongji@127.0.0.1:${port}/several`,
    async kill() {
      const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
    },
    start,
    async remove() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}
