/** A server as `npm start` runs it, in a process of its own that may be killed and started again at its old address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Probe } from './load-probe.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const START_WITHIN_MS = 60_000;
const CODE = /验证码 (\d{6}) \((.+)\)/u;

export interface HouseSetting {
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** In front of the command, such as `ip netns exec …`. */
  readonly within?: readonly string[];
  /** Where it listens, when that is not this machine's loopback. */
  readonly host?: string;
  /** Told each code a person of the demonstration is sent. */
  readonly onCode: (person: string, code: string) => void;
}

export interface House {
  readonly url: string;
  /** Milliseconds until it answered. */
  readonly startMs: number;
  readonly pid: number;
  readonly isUp: boolean;
  /** The last lines it wrote to standard error. */
  complaints(): readonly string[];
  probe(): Promise<Probe>;
  /** From now on its clock is wrong by so much. */
  shiftClock(ms: number): void;
  /** Without a chance to clean up. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function openHouse(setting: HouseSetting): Promise<House> {
  const host = setting.host ?? '127.0.0.1';
  const url = `http://${host}:${setting.port}`;
  let child: ChildProcess | undefined;
  let startMs = 0;
  let complaints: string[] = [];

  async function start(): Promise<void> {
    const begun = performance.now();
    const [program = '', ...args] = [
      ...(setting.within ?? []),
      process.execPath,
      '--min-semi-space-size=8',
      '--max-semi-space-size=8',
      '--import',
      here('./load-probe.ts'),
      here('../bin/start.mjs'),
    ];
    const started = spawn(program, args, {
      env: {
        // The probe is loaded before the house: without kept code it would load the compiler of types first.
        NODE_COMPILE_CACHE: here('../dist/compiled'),
        ...process.env,
        ...setting.env,
        GONGJI_HOST: host,
        GONGJI_PORT: String(setting.port),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    createInterface({ input: started.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      complaints = [...complaints.slice(-50), line];
    });
    await ready(started, setting.onCode, () => complaints);
    startMs = performance.now() - begun;
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await gone;
  }

  await start();
  return {
    url,
    get startMs() {
      return startMs;
    },
    get pid() {
      return child?.pid ?? 0;
    },
    get isUp() {
      return child !== undefined && child.exitCode === null && child.signalCode === null;
    },
    complaints: () => complaints,
    probe: () =>
      new Promise((resolve, reject) => {
        child?.once('message', (probe) => resolve(probe as Probe));
        child?.once('exit', () => reject(new Error('The server ended')));
        child?.send('probe');
      }),
    shiftClock: (shiftMs) => void child?.send({ shiftMs }),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
  };
}

/** Resolves with the line that says it has started; every later line is read for codes. */
function ready(
  child: ChildProcess,
  onCode: HouseSetting['onCode'],
  complaints: () => readonly string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The server did not start in time')), START_WITHIN_MS);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`The server ended with ${code}: ${complaints().slice(-3).join(' ')}`));
    });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const [, code, person] = CODE.exec(line) ?? [];
      if (code !== undefined && person !== undefined) onCode(person, code);
      if (!line.startsWith('共济助手已启动')) return;
      clearTimeout(late);
      resolve();
    });
  });
}

export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}
