/** A process that hangs over a turn is ended, started again, and the message goes to a person while neighbours are answered. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { citizen, type Running, startServer } from './running.ts';

const HOOK = pathToFileURL(join(import.meta.dirname, 'hanging-turn.ts')).href;
const WATCHDOG = pathToFileURL(join(import.meta.dirname, '../../src/watchdog.ts')).href;
/** Above what a start on a busy machine may block. */
const HANG_SECONDS = '4';
const SOON = { timeout: 30_000, interval: 100 };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gongji-hang-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const hasShell = existsSync('/bin/sh') && existsSync('/proc/self/stat');
if (!hasShell) console.warn('No shell or no /proc here: nobody watches a process, and it is not tried.');

describe.skipIf(!hasShell)('the watcher', () => {
  /** A process that does what is said after it has begun to be watched. */
  async function live(body: string, limitMs = 1_500) {
    const file = join(dir, 'working');
    const code = `import { startWatchdog } from '${WATCHDOG}';
      const dog = startWatchdog({ limitMs: ${limitMs}, file: ${JSON.stringify(file)} });
      const pause = (ms) => new Promise((done) => setTimeout(done, ms));
      ${body}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    const [status, signal] = await once(child, 'exit');
    return { status, signal, said };
  }
  const watchers = () => spawnSync('pgrep', ['-f', `gongji-watchdog .* ${dir}`]).stdout.toString();

  test('ends a process in an endless loop, and says what it worked on', async () => {
    const { signal, said } = await live(
      `await dog.during('turn:c_done', async () => {});
       void dog.during('turn:c_other', () => pause(60_000));
       void dog.during('turn:c_ill', async () => { for (;;); });`,
    );
    expect(signal).toBe('SIGKILL');
    expect(JSON.parse(said)).toEqual({
      level: 60,
      event: 'process.hung',
      seconds: 1.5,
      working: expect.stringMatching(/^ ?(?:turn:c_other turn:c_ill|turn:c_ill turn:c_other) ?$/u),
    });
  });

  test('leaves alone whoever only waits long, and goes when it is stopped', async () => {
    const lived = await live(`await dog.during('turn:c_1', () => pause(4_000)); dog.stop();`);
    expect(lived).toEqual({ status: 0, signal: null, said: '' });
    await vi.waitFor(() => expect(watchers()).toBe(''), SOON);
  });

  test('leaves alone a process that was halted for a while', async () => {
    const lived = await live(
      `const { spawn } = await import('node:child_process');
       spawn('/bin/sh', ['-c', 'kill -STOP ' + process.pid + '; sleep 0.7; kill -CONT ' + process.pid]);
       await pause(2_500); dog.stop();`,
      3_000,
    );
    expect(lived).toEqual({ status: 0, signal: null, said: '' });
  });

  test('outlives nobody: it goes with the process that was killed', async () => {
    const { signal } = await live(`await pause(300); process.kill(process.pid, 'SIGKILL');`);
    expect(signal).toBe('SIGKILL');
    await vi.waitFor(() => expect(watchers()).toBe(''), SOON);
  });

  test('is not there when it is not wanted', async () => {
    const lived = await live(
      `const end = performance.now() + 2_500; while (performance.now() < end); dog.stop();`,
      0,
    );
    expect(lived).toEqual({ status: 0, signal: null, said: '' });
  });
});

test.skipIf(!hasShell)(
  'a turn that never ends: the process is ended and started again until a person has the talk, and neighbours are answered',
  async () => {
    await buildPages({ force: false });
    const env = {
      GONGJI_DATA: dir,
      GONGJI_LOG: 'info',
      GONGJI_HANG_SECONDS: HANG_SECONDS,
      NODE_OPTIONS: `--import=${HOOK}`,
    };
    let server: Running | undefined = await startServer(env);
    const [ill, well] = [citizen(server.url), citizen(server.url)];
    await ill.open();
    await well.open();
    // Written down; whether the answer to the post still gets out before the turn begins is chance.
    await ill.say({ text: '这句话永远想不完' }).catch(() => {});
    const ends: string[] = [];
    await server.ended;
    ends.push(server.logged());
    // As systemd or compose would: again, as often as it ends.
    server = undefined;
    while (server === undefined && ends.length < 8) {
      const next = await startServer(env).catch((error: Error) => error.message);
      if (typeof next === 'string') {
        ends.push(next);
        continue;
      }
      const died = next.ended.then(() => 'died' as const);
      const settled = vi.waitFor(async () => {
        expect(await (await fetch(`${next.url}/metrics`)).text()).toMatch(
          /gongji_cases_open\{age="under_1h"\} 1/u,
        );
        return 'settled' as const;
      }, SOON);
      settled.catch(() => {});
      if ((await Promise.race([died, settled])) === 'died') ends.push(next.logged());
      else server = next;
    }
    // The first time nobody knew yet; then each was counted before it was tried.
    expect(ends.length).toBeGreaterThanOrEqual(4);
    expect(ends.length).toBeLessThanOrEqual(6);
    for (const said of ends) expect(said).toMatch(/"event":"process.hung","seconds":4,"working":" ?turn:c_/u);
    if (server === undefined) throw new Error('It never came to rest');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/gongji_inbox_dead 1\n/u);
    const next = citizen(server.url);
    await next.open();
    expect((await next.say({ text: '家庭共济是什么' })).status).toBe(202);
    await next.page('"who":"bot"');
    expect(await server.stop()).toBe(0);
  },
  240_000,
);
