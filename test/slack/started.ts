/** The house as a process of its own, as `npm start` begins it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, until, WORKSPACE } from './local-slack.ts';

/** Without a model that was built before, one is fitted at the start. */
const BOOT_MS = 40_000;
const ROOT = join(import.meta.dirname, '..', '..');

export interface Started {
  readonly url: string;
  /** What it said to the person at the machine, and its log. */
  said(): string;
  health(): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

/** `port` must be free. Resolves when the desk in Slack is ready. */
export async function startHouse(
  mode: 'http' | 'socket',
  { port, apiUrl }: { readonly port: number; readonly apiUrl: string },
): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-slack-'));
  const child = spawn(
    process.execPath,
    ['--min-semi-space-size=8', '--max-semi-space-size=8', 'bin/start.mjs'],
    {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        GONGJI_DATA: dir,
        GONGJI_PORT: String(port),
        GONGJI_SLACK_MODE: mode,
        GONGJI_SLACK_BOT_TOKEN: WORKSPACE.botToken,
        ...(mode === 'http'
          ? { GONGJI_SLACK_SIGNING_SECRET: WORKSPACE.signingSecret }
          : { GONGJI_SLACK_APP_TOKEN: WORKSPACE.appToken }),
        GONGJI_SLACK_CHANNEL: WORKSPACE.channel,
        GONGJI_SLACK_API_URL: apiUrl,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += String(data);
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await ended(child);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await until(
      'the house is up',
      () => {
        if (child.exitCode !== null) throw new Error('The house ended');
        return said.includes('共济助手已启动') && said.includes('Slack 客服台已就绪');
      },
      BOOT_MS,
    );
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${said}`);
  }
  return {
    url,
    said: () => said,
    health: async () => (await (await fetch(`${url}/healthz`)).json()) as Record<string, unknown>,
    stop,
  };
}
