/** A citizen on the web page, by the API the page itself uses: one stream down, plain messages up. */

export interface Citizen {
  says(text: string): Promise<void>;
  /** Everything the stream brought since it was opened, as it stands on the page. */
  seen(): string;
  leave(): void;
}

export async function webCitizen(url: string): Promise<Citizen> {
  const headers = { 'content-type': 'application/json', origin: url };
  const opened = await fetch(`${url}/api/chat/open`, { method: 'POST', headers, body: '{}' });
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const leaving = new AbortController();
  let seen = '';
  const stream = await fetch(`${url}/api/chat/events?after=0`, {
    headers: { cookie },
    signal: leaving.signal,
  });
  const reading = (async () => {
    for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) seen += part;
  })().catch(() => undefined);
  let n = 0;
  return {
    async says(text) {
      n += 1;
      const answer = await fetch(`${url}/api/chat/messages`, {
        method: 'POST',
        headers: { ...headers, cookie },
        body: JSON.stringify({ id: `message-${n}`, text }),
      });
      if (answer.status !== 202) throw new Error(`What was said was answered with ${answer.status}`);
    },
    seen: () => seen,
    leave() {
      leaving.abort();
      void reading;
    },
  };
}
