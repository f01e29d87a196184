/**
 * A place apart for a program that listens on all interfaces and cannot be told not to: a network namespace
 * with nothing in it but loopback. Whatever is started in it sees the others in it and nobody else.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** With a user namespace this needs no rights; where those are switched off, root can do without. */
const WAYS = [['--user', '--map-root-user', '--net'], ['--net']] as const;
const LOOPBACK = 'ip link set lo up && exec "$@"';

/** How to begin a command that is to run apart; undefined where this machine does not allow it. */
export function apart(): readonly [string, ...string[]] | undefined {
  const way = WAYS.find(
    (flags) => spawnSync('unshare', [...flags, 'sh', '-c', LOOPBACK, 'sh', 'true']).status === 0,
  );
  return way === undefined ? undefined : ['unshare', ...way, 'sh', '-c', LOOPBACK, 'sh'];
}

export interface ToldApart {
  /** What the script told, one JSON line each. */
  readonly facts: readonly Readonly<Record<string, unknown>>[];
  readonly status: number | null;
  readonly complaints: string;
}

/** Runs a script of ours apart until it ends by itself, or for so long. It must end what it starts. */
export async function runApart(
  [command, ...flags]: readonly [string, ...string[]],
  script: string,
  {
    args,
    env = {},
    withinMs,
  }: { readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv; readonly withinMs: number },
): Promise<ToldApart> {
  // All of it is one process: unshare and the shell become the script.
  const child = spawn(command, [...flags, process.execPath, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const facts: Record<string, unknown>[] = [];
  let complaints = '';
  createInterface(child.stdout).on('line', (line) => facts.push(JSON.parse(line) as Record<string, unknown>));
  child.stderr.on('data', (data) => {
    complaints += String(data);
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), withinMs);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { facts, status, complaints };
}
