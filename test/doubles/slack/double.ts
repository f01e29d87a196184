/**
 * A small Slack on loopback: its Web API, its signed requests, its sockets. It is stricter than Slack's
 * emulators: unknown arguments, missing scopes, stale triggers and blocks over a limit are refused, as
 * Slack does, and every such refusal stands in `faults` unless a test expected it.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { faultsOfBlocks, faultsOfView } from './limits.ts';
import { argumentFault, METHODS } from './methods.ts';
import { BOT_USER, type Body } from './payloads.ts';

export const BOT_TOKEN = 'xoxb-secret-bot-token';
export const APP_TOKEN = 'xapp-secret-app-token';
export const SIGNING_SECRET = 'signing-secret-of-the-double';
export const CHANNEL = 'C0TRIAGE1';
/** A press opens a view for so long. */
const TRIGGER_MS = 3000;

export interface Posted {
  readonly channel: string;
  readonly ts: string;
  readonly thread?: string;
  readonly isBroadcast: boolean;
  text: string;
  blocks: Body[];
  updates: number;
  readonly metadata?: Body;
}

export interface Call {
  readonly method: string;
  readonly args: Record<string, unknown>;
}

/** How calls fail: by Slack's code, by an HTTP status, or by a pause. */
export interface Failure {
  readonly error?: string;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** The work is done all the same; only the answer is lost. */
  readonly isDone?: true;
  /** So many calls go well first. */
  after: number;
  times: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Body | undefined;
  readonly ms: number;
}

export class SlackDouble {
  readonly calls: Call[] = [];
  readonly faults: string[] = [];
  readonly posted: Posted[] = [];
  readonly hints: { user: string; channel: string; thread?: string; text: string; blocks: Body[] }[] = [];
  readonly responses: { text: string; blocks: Body[] }[] = [];
  readonly views = new Map<string, Body>();
  readonly homes = new Map<string, Body>();
  readonly members: string[] = [BOT_USER];
  readonly groups = new Map<string, readonly string[]>();
  scopes: ReadonlySet<string> = new Set([
    'chat:write',
    'commands',
    'users:read',
    'groups:read',
    'groups:history',
  ]);
  isMember = true;
  /** Of messages in one page of a channel's history. */
  pageLimit = 200;
  isArchived = false;
  botToken = BOT_TOKEN;
  appToken = APP_TOKEN;
  /** Where requests go; without it they go down the socket. */
  target: string | undefined;

  readonly #failures = new Map<string, Failure>();
  readonly #triggers = new Map<string, { readonly at: number; isUsed: boolean }>();
  readonly #sockets = new Set<WebSocket>();
  readonly #acks = new Map<string, (payload: Body | undefined) => void>();
  #server: Server | undefined;
  #socketServer: WebSocketServer | undefined;
  #url = '';
  #n = 0;
  connections = 0;

  get apiUrl(): string {
    return `${this.#url}/api/`;
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#socketServer = new WebSocketServer({ server: this.#server, path: '/link' });
    this.#socketServer.on('connection', (socket) => this.#link(socket));
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#socketServer?.close();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  fail(
    method: string,
    how: Omit<Failure, 'times' | 'after'> & { readonly times?: number; readonly after?: number },
  ): void {
    this.#failures.set(method, { times: 1, after: 0, ...how });
  }

  next(prefix: string): string {
    this.#n += 1;
    return `${prefix}${String(this.#n).padStart(6, '0')}`;
  }

  trigger(at = Date.now()): string {
    const id = this.next('1700000.2000.');
    this.#triggers.set(id, { at, isUsed: false });
    return id;
  }

  respondUrl(): string {
    return `${this.#url}/commands/${this.next('r')}`;
  }

  /** Calls of a method, oldest first. */
  of(method: string): readonly Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  // === What we are asked

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '';
    if (path.startsWith('/commands/')) {
      const failure = this.#take('response_url');
      if (failure !== undefined) return this.#refuse(response, failure);
      const { text: words, blocks } = JSON.parse(text) as { text: string; blocks: Body[] };
      this.#check(faultsOfBlocks(blocks, 'message'), 'response_url');
      this.responses.push({ text: words, blocks });
      response.end('ok');
      return;
    }
    const method = path.replace('/api/', '');
    const args = Object.fromEntries(
      [...new URLSearchParams(text)].map(([name, value]) => [name, readArgument(name, value)]),
    );
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    delete args.token;
    this.calls.push({ method, args });
    const failure = this.#take(method);
    if (failure?.isDone === true) this.#answer(method, args, token);
    if (failure !== undefined) return this.#refuse(response, failure);
    const answer = this.#answer(method, args, token);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }

  #take(method: string): Failure | undefined {
    const failure = this.#failures.get(method);
    if (failure === undefined) return undefined;
    failure.after -= 1;
    if (failure.after >= 0) return undefined;
    failure.times -= 1;
    if (failure.times <= 0) this.#failures.delete(method);
    return failure;
  }

  #refuse(response: ServerResponse, { error, status, retryAfterSeconds }: Failure): void {
    if (retryAfterSeconds !== undefined) {
      response.writeHead(429, { 'retry-after': String(retryAfterSeconds) }).end();
    } else if (status !== undefined) {
      response.writeHead(status).end('trouble');
    } else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error }));
    }
  }

  #check(faults: readonly string[], where: string): boolean {
    this.faults.push(...faults.map((fault) => `${where}: ${fault}`));
    return faults.length === 0;
  }

  #answer(method: string, args: Record<string, unknown>, token: string): Body {
    if (token !== (method === 'apps.connections.open' ? this.appToken : this.botToken)) {
      return refusal('invalid_auth');
    }
    const fault = argumentFault(method, args);
    if (fault !== undefined) {
      this.faults.push(fault);
      return refusal('invalid_arguments');
    }
    const wanted = METHODS[method]?.scopes ?? [];
    if (wanted.length > 0 && !wanted.some((scope) => this.scopes.has(scope))) {
      this.faults.push(`${method}: missing_scope`);
      return refusal('missing_scope');
    }
    return this.#do(method, args);
  }

  #do(method: string, args: Record<string, unknown>): Body {
    const text = (name: string): string => String(args[name] ?? '');
    switch (method) {
      case 'auth.test':
        return {
          ok: true,
          url: 'https://example-team.slack.com/',
          team: '示例团队',
          user: 'gongji',
          user_id: BOT_USER,
        };
      case 'apps.connections.open':
        return { ok: true, url: `${this.#url.replace('http', 'ws')}/link?ticket=${this.next('k')}` };
      case 'conversations.info':
        if (text('channel') !== CHANNEL) return refusal('channel_not_found');
        return { ok: true, channel: { id: CHANNEL, is_member: this.isMember, is_archived: this.isArchived } };
      case 'conversations.members':
        return { ok: true, members: this.members, response_metadata: { next_cursor: '' } };
      case 'usergroups.users.list':
        return { ok: true, users: this.groups.get(text('usergroup')) ?? [] };
      case 'users.info':
        return {
          ok: true,
          user: {
            id: text('user'),
            name: text('user').toLowerCase(),
            profile: { display_name: `客服${text('user').slice(-1)}` },
          },
        };
      case 'chat.postMessage':
        return this.#post(args);
      case 'chat.update':
        return this.#update(text('channel'), text('ts'), args);
      case 'conversations.history':
        return this.#page(args, ({ thread, isBroadcast }) => thread === undefined || isBroadcast);
      case 'conversations.replies':
        return this.#page(args, ({ thread, ts }) => thread === text('ts') || ts === text('ts'));
      case 'chat.postEphemeral':
        return this.#hint(args);
      case 'views.open':
        return this.#open(text('trigger_id'), args.view as Body);
      case 'views.update':
        return this.#updateView(text('view_id'), args.view as Body);
      case 'views.publish':
        this.#check(faultsOfView(args.view as Body), method);
        this.homes.set(text('user_id'), args.view as Body);
        return { ok: true, view: args.view };
      default:
        return refusal('unknown_method');
    }
  }

  #post(args: Record<string, unknown>): Body {
    const { channel, text, blocks = [], thread_ts: thread } = args;
    if (channel !== CHANNEL) return refusal('channel_not_found');
    if (!this.isMember) return refusal('not_in_channel');
    if (!this.#check(faultsOfBlocks(blocks, 'message'), 'chat.postMessage')) return refusal('invalid_blocks');
    const ts = `1700000000.${this.next('')}`;
    this.posted.push({
      channel: CHANNEL,
      ts,
      ...(thread === undefined ? {} : { thread: String(thread) }),
      isBroadcast: args.reply_broadcast === 'true',
      text: String(text),
      blocks: blocks as Body[],
      updates: 0,
      ...(args.metadata === undefined ? {} : { metadata: args.metadata as Body }),
    });
    return { ok: true, channel, ts };
  }

  /** Newest first, at most `limit`, and metadata only for who asks. */
  #page(args: Record<string, unknown>, isThere: (message: Posted) => boolean): Body {
    const start = Number(args.cursor ?? 0);
    const limit = Math.min(Number(args.limit ?? 100), this.pageLimit);
    const all = this.posted.filter(isThere).toReversed();
    const next = start + limit < all.length ? String(start + limit) : '';
    return {
      ok: true,
      messages: all.slice(start, start + limit).map(({ ts, text, metadata }) => ({
        type: 'message',
        ts,
        text,
        ...(metadata !== undefined && args.include_all_metadata === 'true' ? { metadata } : {}),
      })),
      response_metadata: { next_cursor: next },
    };
  }

  #update(channel: string, ts: string, args: Record<string, unknown>): Body {
    const found = this.posted.find((message) => message.ts === ts && message.channel === channel);
    if (found === undefined) return refusal('message_not_found');
    const blocks = (args.blocks ?? []) as Body[];
    if (!this.#check(faultsOfBlocks(blocks, 'message'), 'chat.update')) return refusal('invalid_blocks');
    found.text = String(args.text);
    found.blocks = blocks;
    found.updates += 1;
    return { ok: true, channel, ts };
  }

  #hint(args: Record<string, unknown>): Body {
    const { channel, user, text, blocks = [], thread_ts: thread } = args;
    if (!this.#check(faultsOfBlocks(blocks, 'message'), 'chat.postEphemeral'))
      return refusal('invalid_blocks');
    this.hints.push({
      user: String(user),
      channel: String(channel),
      ...(thread === undefined ? {} : { thread: String(thread) }),
      text: String(text),
      blocks: blocks as Body[],
    });
    return { ok: true, message_ts: '1700000000.999999' };
  }

  #open(trigger: string, view: Body): Body {
    const known = this.#triggers.get(trigger);
    if (known === undefined) return refusal('invalid_trigger_id');
    if (known.isUsed) return refusal('exchanged_trigger_id');
    if (Date.now() - known.at > TRIGGER_MS) return refusal('expired_trigger_id');
    if (!this.#check(faultsOfView(view), 'views.open')) return refusal('invalid_arguments');
    known.isUsed = true;
    const id = this.next('V');
    this.views.set(id, { ...view, id, hash: this.next('h') });
    return { ok: true, view: this.views.get(id) };
  }

  #updateView(id: string, view: Body): Body {
    if (!this.views.has(id)) return refusal('not_found');
    if (!this.#check(faultsOfView(view), 'views.update')) return refusal('invalid_arguments');
    this.views.set(id, { ...view, id, hash: this.next('h') });
    return { ok: true, view: this.views.get(id) };
  }

  /** What an acknowledgement does to a view that was sent. */
  applyAck(id: string, ack: Body | undefined): void {
    if (ack?.response_action === 'errors') return;
    if (ack?.response_action === 'update') {
      this.#check(faultsOfView(ack.view as Body), 'ack');
      this.views.set(id, { ...(ack.view as Body), id, hash: this.next('h') });
    } else this.views.delete(id);
  }

  // === What we send

  /** One try; over HTTP signed as Slack does, down the socket otherwise. */
  async deliver(
    body: Body,
    how: {
      readonly type: 'events_api' | 'interactive' | 'slash_commands';
      readonly retry?: number;
    } & Signing,
  ): Promise<Answer> {
    return this.target === undefined
      ? this.#throughSocket(body, how)
      : this.#overHttp(this.target, body, how);
  }

  async #overHttp(
    target: string,
    body: Body,
    {
      type,
      retry,
      secret = SIGNING_SECRET,
      at = Date.now(),
    }: { readonly type: string; readonly retry?: number } & Signing,
  ): Promise<Answer> {
    const isJson = type === 'events_api';
    const text = isJson
      ? JSON.stringify(body)
      : new URLSearchParams(
          type === 'interactive' ? { payload: JSON.stringify(body) } : (body as Record<string, string>),
        ).toString();
    const stamp = String(Math.floor(at / 1000));
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${text}`).digest('hex')}`;
    const begun = performance.now();
    const answer = await fetch(target, {
      method: 'POST',
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': stamp,
        'x-slack-signature': signature,
        ...(retry === undefined
          ? {}
          : { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' }),
      },
      body: text,
    });
    const said = await answer.text();
    return {
      status: answer.status,
      body: said.startsWith('{') ? (JSON.parse(said) as Body) : undefined,
      ms: performance.now() - begun,
    };
  }

  #throughSocket(
    body: Body,
    { type, retry }: { readonly type: string; readonly retry?: number },
  ): Promise<Answer> {
    const socket = [...this.#sockets].find(({ readyState }) => readyState === WebSocket.OPEN);
    if (socket === undefined) return Promise.resolve({ status: 503, body: undefined, ms: 0 });
    const envelope = this.next('env-');
    const begun = performance.now();
    const acked = new Promise<Answer>((resolve) => {
      this.#acks.set(envelope, (payload) =>
        resolve({ status: 200, body: payload, ms: performance.now() - begun }),
      );
      socket.once('close', () => resolve({ status: 503, body: undefined, ms: performance.now() - begun }));
    });
    socket.send(
      JSON.stringify({
        envelope_id: envelope,
        type,
        payload: body,
        accepts_response_payload: type !== 'events_api',
        ...(retry === undefined ? {} : { retry_attempt: retry, retry_reason: 'timeout' }),
      }),
    );
    return acked;
  }

  #link(socket: WebSocket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('message', (data) => {
      const { envelope_id: id, payload } = JSON.parse(String(data)) as {
        envelope_id: string;
        payload?: Body;
      };
      const acked = this.#acks.get(id);
      if (acked === undefined) this.faults.push('an acknowledgement nobody waits for');
      this.#acks.delete(id);
      acked?.(payload);
    });
    socket.send(
      JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0APP0001' } }),
    );
  }

  /** The cable is cut, or Slack says that it wants to renew the link. */
  drop(how: 'cut' | 'refresh'): void {
    for (const socket of this.#sockets) {
      if (how === 'cut') socket.terminate();
      else socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
    }
  }

  openSockets(): number {
    return [...this.#sockets].filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }
}

/** For requests that are not what they seem. */
export interface Signing {
  readonly secret?: string;
  readonly at?: number;
}

const refusal = (error: string): Body => ({ ok: false, error });

function readArgument(name: string, value: string): unknown {
  return name === 'blocks' || name === 'view' || name === 'metadata' ? JSON.parse(value) : value;
}
