/**
 * For the operator's commands on the same machine: only the server can read its own embedded store, so it is the
 * server that writes the backup. One line of JSON there, one back, over a socket in the data folder that
 * only the user who runs the server can open.
 */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from './errors.ts';
import { codeOf } from './log.ts';

/** Systems cut longer names of sockets, some at 104 signs. */
const PATH_MAX = 100;
const LINE_MAX = 10_000;
/** A large database on a slow disk. */
const ANSWER_WITHIN_MS = 30 * 60_000;

export interface OpsCalls {
  backup(file: string): Promise<object>;
  ready(): Promise<object>;
}

export function opsSocketPath(dataDir: string): string {
  const path = join(resolve(dataDir), 'ops.sock');
  if (path.length <= PATH_MAX) return path;
  return join(tmpdir(), `gongji-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}

export interface OpsSocket {
  close(): Promise<void>;
}

export async function serveOps(calls: OpsCalls, path: string): Promise<OpsSocket> {
  // Left by a server that was killed.
  rmSync(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    firstLine(socket, async (line) => {
      const answer = await answerTo(calls, line);
      if (!socket.destroyed) socket.end(`${JSON.stringify(answer)}\n`);
    });
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

type Answer = { readonly value: object } | { readonly error: string; readonly message: string };

async function answerTo(calls: OpsCalls, line: string): Promise<Answer> {
  try {
    if (line.length > LINE_MAX) throw new AppError('bad_input', 'The line is too long');
    const asked = JSON.parse(line) as { readonly call?: unknown; readonly file?: unknown };
    if (asked.call === 'ready') return { value: await calls.ready() };
    if (asked.call === 'backup' && typeof asked.file === 'string' && isAbsolute(asked.file)) {
      return { value: await calls.backup(asked.file) };
    }
    throw new AppError('bad_input', 'There is no such call');
  } catch (error) {
    return { error: codeOf(error), message: error instanceof AppError ? error.message : 'see the log' };
  }
}

/**
 * @returns undefined when no server runs on this folder
 * @throws AppError `bad_input` when the server refused, `channel_unavailable` when it went away
 */
export function askOps(
  path: string,
  asked: { readonly call: 'ready' } | { readonly call: 'backup'; readonly file: string },
): Promise<object | undefined> {
  if (!existsSync(path)) return Promise.resolve(undefined);
  return new Promise((done, fail) => {
    const socket = createConnection(path);
    let isThere = false;
    socket.once('connect', () => {
      isThere = true;
      socket.write(`${JSON.stringify(asked)}\n`);
    });
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      // A socket left behind has nobody to connect to.
      if (isThere) fail(new AppError('channel_unavailable', `The server behind ${path} went away`));
      else done(undefined);
    });
    firstLine(socket, (line) => {
      const answer = JSON.parse(line) as Answer;
      if ('error' in answer) {
        fail(new AppError('bad_input', `The server could not do it: ${answer.message} (${answer.error})`));
      } else done(answer.value);
    });
  });
}

function firstLine(socket: Socket, take: (line: string) => void): void {
  const lines = createInterface({ input: socket });
  lines.once('line', take);
  // Told to the socket as well, where it is dealt with.
  lines.on('error', () => {});
}
