/** `npm start` as a process of its own, with what it says on both of its outputs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../bin/start.mjs', import.meta.url));

export interface Running {
  readonly url: string;
  /** For the person at the machine; the demonstration tells its codes there. */
  told(): string;
  /** The log and whatever else reached standard error. */
  logged(): string;
  /** Sends SIGTERM and gives the exit status. */
  stop(): Promise<number | null>;
  terminate(): void;
  readonly ended: Promise<number | null>;
}

export async function startServer(env: Readonly<Record<string, string>>): Promise<Running> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('GONGJI_'));
  const child: ChildProcess = spawn(
    process.execPath,
    ['--min-semi-space-size=8', '--max-semi-space-size=8', START],
    {
      env: { ...Object.fromEntries(clean), GONGJI_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let err = '';
  const ended = once(child, 'exit').then(([status]) => status as number | null);
  child.stderr?.on('data', (chunk) => {
    err += String(chunk);
  });
  await new Promise<void>((ready, fail) => {
    child.stdout?.on('data', (chunk) => {
      out += String(chunk);
      if (out.includes('按 Ctrl-C 结束')) ready();
    });
    void ended.then((status) => fail(new Error(`The server ended with ${status}: ${err}`)));
  });
  const url = /(http:\/\/[^\s/]+)\//u.exec(out)?.[1] ?? '';
  return {
    url,
    told: () => out,
    logged: () => err,
    ended,
    terminate: () => void child.kill('SIGTERM'),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** A citizen on the web page: one session, with its cookies. */
export function citizen(url: string) {
  const cookies = new Map<string, string>();
  let said = 0;
  async function ask(path: string, body?: object) {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'Content-Type': 'application/json',
        Origin: url,
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const given of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(given) ?? [];
      cookies.set(name, value);
    }
    return { status: response.status, text: await response.text() };
  }
  return {
    ask,
    cookies,
    open: () => ask('/api/chat/open', {}),
    say: (words: { readonly text: string } | { readonly choose: string }, id?: string) => {
      said += 1;
      return ask('/api/chat/messages', { id: id ?? `message-${said}`, ...words });
    },
    /** All that stands on the page once it says what is looked for. */
    async page(looksFor: string): Promise<string> {
      const leave = new AbortController();
      const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const late = setTimeout(() => leave.abort(), PATIENCE_MS);
      const stream = await fetch(`${url}/api/chat/events?after=0`, {
        headers: { Cookie },
        signal: leave.signal,
      });
      let seen = '';
      try {
        for await (const chunk of stream.body ?? []) {
          seen += Buffer.from(chunk).toString();
          if (seen.includes(looksFor)) break;
        }
      } catch (error) {
        throw new Error(`The page never said ${looksFor}; it says: ${seen.slice(-500)}`, { cause: error });
      } finally {
        clearTimeout(late);
        leave.abort();
      }
      return seen;
    },
  };
}

const PATIENCE_MS = 30_000;
