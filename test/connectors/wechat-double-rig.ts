/** What the tests of the double share: a clock set by hand, calls of the API, and a server of ours that says what it is told. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect } from 'vitest';
import { open } from '../doubles/wechat/crypto.ts';
import { openWechat, type Wechat, type WechatOptions } from '../doubles/wechat/index.ts';
import { keysOf } from '../doubles/wechat/reply.ts';
import { readXml } from '../doubles/wechat/xml.ts';

export const START = Date.parse('2026-11-25T02:00:00Z');
export const HOUR = 3_600_000;

export function handClock() {
  let time = START;
  return {
    now: () => time,
    pass(ms: number) {
      time += ms;
    },
  };
}

export const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

export async function wechatWith(options: Partial<WechatOptions> = {}) {
  const clock = handClock();
  const wechat = await openWechat({ clock, ...options });
  closing.push(wechat.close);
  const token = async () => String((await call(wechat, 'stable_token', credentials(wechat))).access_token);
  return { clock, wechat, token };
}

export type Json = Record<string, unknown>;
export const credentials = ({ account: { appid, secret } }: Wechat) => ({
  grant_type: 'client_credential',
  appid,
  secret,
});

export async function call(wechat: Wechat, path: string, body: object, token?: string): Promise<Json> {
  const query = token === undefined ? '' : `?access_token=${token}`;
  const response = await fetch(`${wechat.url}/cgi-bin/${path}${query}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Json;
}

export interface Received {
  readonly message: string;
  readonly query: URLSearchParams;
}

/** A server of ours that says what it is told; `hang` says nothing at all. */
export async function bureau(wechat: Wechat, answer: (received: Received, count: number) => string | 'hang') {
  const received: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    const query = new URL(request.url ?? '', 'http://us').searchParams;
    if (request.method === 'GET') return void response.end(query.get('echostr') ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const envelope = readXml(Buffer.concat(chunks).toString());
    const opened = open(keysOf(wechat.world), {
      encrypted: String(envelope?.Encrypt),
      signature: query.get('msg_signature') ?? '',
      timestamp: query.get('timestamp') ?? '',
      nonce: query.get('nonce') ?? '',
    });
    received.push({ message: opened.ok ? opened.message : '', query });
    const said = answer(received.at(-1) as Received, received.length);
    if (said !== 'hang') response.end(said);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  wechat.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat/oa`);
  return received;
}
