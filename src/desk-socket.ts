/**
 * The desk for commands on the same machine. The embedded store belongs to the server alone, so a command
 * speaks to the server: one line of JSON there, one back, over a socket in the data folder that only the
 * user who runs the server can open. Whoever can open it could read the store as well.
 */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Advice } from './contracts/advice.ts';
import type { Desk, StaffRole } from './contracts/desk.ts';
import { AppError } from './errors.ts';
import { codeOf } from './log.ts';

/** Systems cut longer names of sockets, some at 104 signs. */
const PATH_MAX = 100;
const LINE_MAX = 100_000;
const ANSWER_WITHIN_MS = 30_000;

/** What a command may call: all but what only a view inside the server can use. */
export const DESK_METHODS = [
  'list',
  'caseView',
  'find',
  'eventsOf',
  'statsOf',
  'ratings',
  'staff',
  'causes',
  'claim',
  'release',
  'transfer',
  'reply',
  'note',
  'askFor',
  'dryRun',
  'startAct',
  'giveBack',
  'snooze',
  'setPriority',
  'close',
  'reopen',
  'acknowledge',
  'reveal',
  'changes',
  'drafts',
  'draftFigures',
  'triage',
  'openCase',
  'gaps',
  'proposeEntry',
  'approveEntry',
  'proposals',
] as const satisfies readonly (keyof Desk | keyof Advice)[];
/** Not of the contract: only who can open this socket may have one. */
const LINK = 'webLink';

export type DeskMethod = (typeof DESK_METHODS)[number];

/** Beside the store; in the folder for passing files where that name would be too long. */
export function deskSocketPath(dataDir: string): string {
  const path = join(resolve(dataDir), 'desk.sock');
  if (path.length <= PATH_MAX) return path;
  return join(tmpdir(), `gongji-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}

export interface DeskSocket {
  close(): Promise<void>;
}

/** Makes a one-time link to the web desk; `undefined` where staff log in otherwise. */
export type MakeLink = (who: {
  readonly name?: string;
  readonly roles?: StaffRole[];
}) => Promise<string | undefined>;

/** @param link absent where there is no web desk */
export async function serveDesk(
  desk: Desk & Partial<Advice>,
  path: string,
  link?: MakeLink,
): Promise<DeskSocket> {
  // Left by a server that was killed, or by another one in this folder: the one started last answers.
  rmSync(path, { force: true });
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    void serve({ desk, link }, socket);
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((done) => {
        for (const socket of open) socket.destroy();
        server.close(() => {
          rmSync(path, { force: true });
          done();
        });
      }),
  };
}

interface Served {
  readonly desk: Desk & Partial<Advice>;
  readonly link: MakeLink | undefined;
}

async function serve(served: Served, socket: Socket): Promise<void> {
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
  try {
    for await (const line of createInterface({ input: socket })) {
      socket.write(`${JSON.stringify(await answer(served, line))}\n`);
    }
  } catch {
    // The other side has gone; what it asked for is done or not, and the same key tells which.
    socket.destroy();
  }
}

type Answer = { readonly value: unknown } | { readonly error: string };

async function answer({ desk, link }: Served, line: string): Promise<Answer> {
  if (line.length > LINE_MAX) return { error: 'too_long' };
  try {
    const asked = JSON.parse(line) as { readonly method?: unknown; readonly args?: unknown };
    if (asked.method === LINK) return { value: (await link?.((asked.args as [object])[0])) ?? null };
    const method = DESK_METHODS.find((known) => known === asked.method);
    if (method === undefined || !Array.isArray(asked.args)) return { error: 'unknown_method' };
    const call = desk[method] as ((...args: readonly unknown[]) => Promise<unknown>) | undefined;
    if (call === undefined) return { error: 'unknown_method' };
    return { value: (await call(...asked.args)) ?? null };
  } catch (error) {
    return { error: codeOf(error) };
  }
}

/** Whether a server runs on this folder: one that was killed leaves its socket, and nobody behind it. */
export function canAskServer(path: string): Promise<boolean> {
  if (!existsSync(path)) return Promise.resolve(false);
  return new Promise((done) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

/** @throws AppError `bad_input` when the server refused the call, `channel_unavailable` when it does not answer */
export function askServer(
  path: string,
  method: DeskMethod | typeof LINK,
  args: readonly unknown[],
): Promise<unknown> {
  return new Promise((done, fail) => {
    const socket = createConnection(path);
    const gone = (): void =>
      fail(new AppError('channel_unavailable', `The server behind ${path} does not answer; is it running?`));
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
    socket.on('error', gone);
    socket.on('close', gone);
    createInterface({ input: socket }).once('line', (line) => {
      const reply = JSON.parse(line) as Answer;
      if ('error' in reply) fail(new AppError('bad_input', `The server could not do it: ${reply.error}`));
      else done(reply.value);
      socket.end();
    });
    socket.write(`${JSON.stringify({ method, args })}\n`);
  });
}
