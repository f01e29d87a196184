/** The chat's line to the server: posts go up, events come down. */
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
}

export type LinkState = 'connecting' | 'online' | 'lost' | 'offline';
export type Message =
  | { readonly id: string; readonly text: string }
  | { readonly id: string; readonly choose: string };
export type Posted = 'ok' | 'slow_down' | 'too_long' | 'failed';

const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;

// `crypto.randomUUID` exists on HTTPS only; a house may be tried over plain HTTP in its own network.
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

export async function post(message: Message): Promise<Posted> {
  const status = await send('messages', message);
  if (status === 429) return 'slow_down';
  if (status === 413) return 'too_long';
  return status === 200 || status === 202 ? 'ok' : 'failed';
}

async function send(path: 'open' | 'messages', body: object): Promise<number> {
  try {
    const answer = await fetch(`/api/chat/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.status;
  } catch {
    return 0;
  }
}

/**
 * Opens the talk and keeps listening until `close`. A hidden page lets go of its connection, since
 * browsers allow only a few to one host, and resumes after the last line when it is seen again.
 */
export function listen(on: { line(line: Line): void; state(state: LinkState): void }): () => void {
  let events: EventSource | undefined;
  let after = 0;
  let retryMs = RETRY_FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  function drop(): void {
    clearTimeout(timer);
    events?.close();
    events = undefined;
  }

  function later(): void {
    drop();
    on.state(navigator.onLine ? 'lost' : 'offline');
    timer = setTimeout(begin, retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MOST_MS);
  }

  async function begin(): Promise<void> {
    drop();
    const status = await send('open', {});
    if (isClosed || document.hidden) return;
    if (status !== 200 && status !== 202) return later();
    events = new EventSource(`/api/chat/events?after=${after}`);
    events.onopen = () => {
      retryMs = RETRY_FIRST_MS;
      on.state('online');
    };
    events.onerror = () => {
      // The browser tries again by itself unless the server refused.
      if (events?.readyState === EventSource.CLOSED) later();
      else on.state(navigator.onLine ? 'lost' : 'offline');
    };
    events.addEventListener('line', (event) => {
      const line = JSON.parse((event as MessageEvent<string>).data) as Line;
      if (line.position <= after) return;
      after = line.position;
      on.line(line);
    });
  }

  const look = () => (document.hidden ? drop() : void begin());
  const away = () => on.state('offline');
  const back = () => void begin();
  document.addEventListener('visibilitychange', look);
  addEventListener('offline', away);
  addEventListener('online', back);
  void begin();
  return () => {
    isClosed = true;
    drop();
    document.removeEventListener('visibilitychange', look);
    removeEventListener('offline', away);
    removeEventListener('online', back);
  };
}
