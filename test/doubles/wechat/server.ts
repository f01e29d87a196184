/** The API's HTTP: a real server on a loopback port, with the faults that were ordered. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiError, apiError, bodyOf, isApiError } from './errors.ts';
import type { Fault } from './faults.ts';
import { remember, type World } from './world.ts';

/** What serving needs to know; customer service of WeCom has a world of its own. */
export type ApiWorld = Pick<
  World,
  'clock' | 'secondMs' | 'tokens' | 'faults' | 'calls' | 'today' | 'nextNumber'
> & {
  readonly account: Pick<World['account'], 'ipWhiteList' | 'daily'>;
};

export interface Request {
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The body as a JSON object; `undefined` when it is none. */
  readonly json: Record<string, unknown> | undefined;
  readonly ip: string;
}

/** JSON text where numbers are too long for `JSON.stringify`. */
export interface RawJson {
  readonly raw: string;
}
export interface Bytes {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly name: string;
}
export interface Redirect {
  readonly location: string;
}
export interface Page {
  readonly page: string;
}
export type Answer = object | ApiError | RawJson | Bytes | Redirect | Page;

export interface Endpoint {
  /** `token`: an access token is asked for in the query, and the calls of a day are counted. */
  readonly needs: 'token' | 'nothing';
  run(request: Request): Answer | Promise<Answer>;
}
/** By method and path, such as `POST /cgi-bin/menu/create`. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

export interface ApiServer {
  readonly url: string;
  close(): Promise<void>;
}

const BODY_MAX = 32 * 1024 * 1024;
/** Of a new account, by day; checked 2026-11-22 in the docs. */
const DAILY: Readonly<Record<string, number>> = {
  '/cgi-bin/message/custom/send': 500_000,
  '/cgi-bin/media/upload': 100_000,
  '/cgi-bin/media/get': 200_000,
  '/cgi-bin/menu/create': 1_000,
  '/cgi-bin/qrcode/create': 100_000,
  '/cgi-bin/message/template/send': 100_000,
};
const DAY = 86_400_000;

export async function serveApi(world: ApiWorld, endpoints: Endpoints): Promise<ApiServer> {
  const server = createServer((request, response) => {
    handle(world, endpoints, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(world: ApiWorld, endpoints: Endpoints, raw: IncomingMessage, response: ServerResponse) {
  const url = new URL(raw.url ?? '/', 'http://wechat');
  const path = url.pathname;
  const faults = world.faults.take(path);
  const body = await read(raw);
  const late = faultOf(faults, 'delay');
  if (late !== undefined) await pause(late.seconds * world.secondMs);
  if (faultOf(faults, 'break') !== undefined) return void response.destroy();
  const status = faultOf(faults, 'status');
  if (status !== undefined)
    return send(response, status.status, 'text/html', '<html><body>Bad Gateway</body></html>');

  const ordered = faultOf(faults, 'errcode');
  const request = {
    query: url.searchParams,
    headers: raw.headers,
    body,
    json: jsonOf(body),
    ip: '127.0.0.1',
  };
  const endpoint = endpoints[`${raw.method} ${path}`];
  const answer =
    ordered !== undefined ? apiError(ordered.errcode) : await answerOf(world, endpoint, path, request);
  remember(world, { path, body: request.json, errcode: isApiError(answer) ? answer.errcode : 0 });
  if (faultOf(faults, 'drop_answer') !== undefined) return void response.destroy();
  write(response, answer, `${world.nextNumber().toString(16).padStart(8, '0')}-55b1f0d2-2f8a7c31`);
}

async function answerOf(
  world: ApiWorld,
  endpoint: Endpoint | undefined,
  path: string,
  request: Request,
): Promise<Answer> {
  if (endpoint === undefined) return { errcode: 40066, errmsg: 'invalid url' };
  if (endpoint.needs === 'token') {
    const problem = world.tokens.problem(request.query.get('access_token')) ?? foreignIp(world, request);
    if (problem !== undefined) return problem;
    if (isOverToday(world, path)) return apiError(45009);
  }
  return endpoint.run(request);
}

export function foreignIp({ account }: ApiWorld, { ip }: Request): ApiError | undefined {
  const isKnown = account.ipWhiteList?.includes(ip) ?? true;
  return isKnown ? undefined : apiError(40164, `invalid ip ${ip}, not in whitelist`);
}

function isOverToday({ account, clock, today }: ApiWorld, path: string): boolean {
  const day = Math.floor(clock.now() / DAY);
  if (today.day !== day) {
    today.day = day;
    today.counts.clear();
  }
  const count = (today.counts.get(path) ?? 0) + 1;
  today.counts.set(path, count);
  return count > (account.daily[path] ?? DAILY[path] ?? Number.POSITIVE_INFINITY);
}

function faultOf<Kind extends Fault['kind']>(
  faults: readonly Fault[],
  kind: Kind,
): Extract<Fault, { kind: Kind }> | undefined {
  return faults.find((fault): fault is Extract<Fault, { kind: Kind }> => fault.kind === kind);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) throw new Error('The body is too large for anything that is sent to WeChat');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function write(response: ServerResponse, answer: Answer, rid: string): void {
  if ('location' in answer) {
    response.writeHead(302, { Location: answer.location as string }).end();
  } else if ('bytes' in answer) {
    const { bytes, contentType, name } = answer as Bytes;
    response.writeHead(200, {
      'Content-Type': contentType,
      'Content-Disposition': `attachment; filename="${name}"`,
    });
    response.end(bytes);
  } else if ('page' in answer) {
    send(response, 200, 'text/html; charset=utf-8', answer.page as string);
  } else {
    // Real WeChat says text/plain now and then: nobody may rely on the type.
    const text = isApiError(answer)
      ? JSON.stringify(bodyOf(answer, rid))
      : 'raw' in answer
        ? (answer.raw as string)
        : JSON.stringify(answer);
    send(response, 200, 'application/json; encoding=utf-8', text);
  }
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'Content-Type': type }).end(text);
}
