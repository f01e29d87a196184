/**
 * The chat's line to the server: posts go up, events come down. The stream is read by hand and not by an
 * `EventSource`, which can name neither a session nor notice that a line has died silently.
 */
import { onShown } from './frame.ts';
import { credentials, type Opened, open, send } from './session.ts';

export interface Line {
  readonly position: number;
  readonly who: 'citizen' | 'bot';
  readonly at: string;
  readonly reply: string;
  readonly text: string;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly secure?: { readonly purpose: string; readonly url: string };
  readonly sources?: readonly {
    readonly title: string;
    readonly publisher: string;
    readonly date: string;
    readonly url?: string;
  }[];
  readonly progress?: { readonly step: number; readonly of: number };
  readonly receipt?: string;
}

export type LinkState = 'connecting' | 'online' | 'lost' | 'offline';
export type Message =
  | { readonly id: string; readonly text: string }
  | { readonly id: string; readonly choose: string };
export type Posted = 'ok' | 'slow_down' | 'too_long' | 'later' | 'failed';

/** A process that died is behind a proxy for a moment; the same message under the same id is written down once. */
const SEND_AGAIN_MS = 1_500;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;
/** The server gives a sign of life every 15 s; without two of them the line is dead. */
const SILENCE_MS = 40_000;

// `crypto.randomUUID` exists on HTTPS only; a house may be tried over plain HTTP in its own network.
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

export async function post(message: Message): Promise<Posted> {
  let status = (await send('messages', message))?.status ?? 0;
  // The session was left in another tab, or its talk was deleted: this one begins anew.
  if (status === 401 && (await open()).status < 300) status = (await send('messages', message))?.status ?? 0;
  if (status === 0 || status === 502 || status === 504) {
    await new Promise((done) => setTimeout(done, SEND_AGAIN_MS));
    status = (await send('messages', message))?.status ?? 0;
  }
  if (status === 429) return 'slow_down';
  if (status === 413) return 'too_long';
  if (status === 503) return 'later';
  return status === 200 || status === 202 ? 'ok' : 'failed';
}

export interface Listener {
  line(line: Line): void;
  state(state: LinkState): void;
  opened(opened: Opened): void;
}

/**
 * Opens the talk and keeps listening until `close`. A hidden page lets go of its connection, since
 * browsers allow only a few to one host, and resumes after the last line when it is seen again.
 */
export function listen(on: Listener): () => void {
  let after = 0;
  let retryMs = RETRY_FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  let isPutAway = false;
  let isClosed = false;

  const isUnseen = () => isClosed || isPutAway || document.hidden;

  function drop(): void {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  }

  function later(): void {
    drop();
    on.state(navigator.onLine ? 'lost' : 'offline');
    timer = setTimeout(() => void begin(), retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MOST_MS);
  }

  async function begin(): Promise<void> {
    drop();
    const mine = new AbortController();
    running = mine;
    const opened = await open();
    if (running !== mine || isUnseen()) return;
    if (opened.status !== 200 && opened.status !== 202) return later();
    on.opened(opened);
    await stream(mine).catch(() => undefined);
    if (running === mine && !isUnseen()) later();
  }

  async function stream(mine: AbortController): Promise<void> {
    const answer = await fetch('/api/chat/events', {
      headers: { 'Last-Event-ID': String(after), ...credentials() },
      cache: 'no-store',
      signal: mine.signal,
    });
    if (!answer.ok || answer.body === null) return;
    on.state('online');
    retryMs = RETRY_FIRST_MS;
    await readEvents(
      answer.body,
      () => {
        clearTimeout(timer);
        timer = setTimeout(later, SILENCE_MS);
      },
      told,
    );
  }

  function told(data: string): void {
    const line = JSON.parse(data) as Line;
    if (line.position <= after) return;
    after = line.position;
    on.line(line);
  }

  const look = () => (isUnseen() ? drop() : void begin());
  const away = () => on.state('offline');
  const back = () => void begin();
  document.addEventListener('visibilitychange', look);
  addEventListener('offline', away);
  addEventListener('online', back);
  const forget = onShown((isShown) => {
    isPutAway = !isShown;
    look();
  });
  void begin();
  return () => {
    isClosed = true;
    drop();
    forget();
    document.removeEventListener('visibilitychange', look);
    removeEventListener('offline', away);
    removeEventListener('online', back);
  };
}

/** Reads server-sent events until they end: `alive` at every sign of life, `told` with the data of each event. */
async function readEvents(
  body: ReadableStream<Uint8Array>,
  alive: () => void,
  told: (data: string) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').flatMap((row) => (row.startsWith('data: ') ? [row.slice(6)] : []));
      if (data.length > 0) told(data.join('\n'));
    }
  }
}
