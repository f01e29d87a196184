/**
 * `gongji portal serve`: the simulated office behind the HTTP contract, for another process whose
 * `GONGJI_PORTAL` names it. Prints one line with its address and, when it made one, its secret; then
 * reads what happens at the office, `{"event": …}` or `{"fault": …}` a line, and runs until it is told to stop.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isThisMachine } from '../config/variable.ts';
import { AppError } from '../errors.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import type { Seen } from '../portals/http/gateway.ts';
import { hostInUrl, type Served, type ServerTls, serveOffice } from '../portals/http/serve.ts';
import { readFixture } from '../portals/simulated/fixture.ts';
import { knowledgeRules } from '../portals/simulated/knowledge-rules.ts';
import { openSimulatedOffice, type SimulatedOffice } from '../portals/simulated/office.ts';
import { type Command, eachLine, type Io } from './command.ts';
import { OWN_KNOWLEDGE } from './rules.ts';

const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => new Uint8Array(randomBytes(size)) };

/** The secret of an office that has a data folder, so that a restart does not lock its assistants out. */
const SECRET_FILE = 'portal.secret';

const OPTIONS = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
  fixture: { type: 'string' },
  data: { type: 'string' },
  memory: { type: 'boolean' },
  'key-id': { type: 'string', default: 'assistant' },
  secret: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  'client-ca': { type: 'string' },
} as const;

export const portal: Command = async ([verb, ...args], io) => {
  if (verb !== 'serve') throw new AppError('bad_input', "gongji portal takes 'serve'");
  const { values } = parseArgs({ args, options: OPTIONS });
  if (!/^\d{1,5}$/u.test(values.port) || Number(values.port) > 65_535) {
    throw new AppError('bad_input', `--port takes a number from 0 to 65535, not '${values.port}'`);
  }
  const tls = tlsFrom(values);
  if (tls === undefined && !isThisMachine(`http://${hostInUrl(values.host)}`)) {
    throw new AppError(
      'bad_input',
      'Beyond this machine an office is served with --cert, --key and --client-ca only',
    );
  }
  const secret = values.secret ?? ownSecret(values.data);
  if (secret.length < 32) throw new AppError('bad_input', '--secret takes at least 32 characters');
  const office = openOffice(values);
  const served = await serveOffice({
    portal: office,
    clock,
    host: values.host,
    port: Number(values.port),
    secretOf: (keyId) => (keyId === values['key-id'] ? secret : undefined),
    onRequest: (seen) => tellTrouble(io, seen),
    ...(tls === undefined ? {} : { tls }),
  });
  io.print(
    JSON.stringify({
      url: served.url,
      keyId: values['key-id'],
      ...(values.secret === undefined ? { secret } : {}),
    }),
  );
  await untilToldToStop(io, office);
  await close(served, office);
  return 0;
};

interface Values {
  readonly fixture?: string | undefined;
  readonly data?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly 'client-ca'?: string | undefined;
}

function openOffice({ fixture, data }: Values): SimulatedOffice {
  if (data !== undefined) mkdirSync(data, { recursive: true });
  return openSimulatedOffice({
    file: data === undefined ? ':memory:' : join(data, 'office.sqlite'),
    rules: knowledgeRules(loadKnowledge(OWN_KNOWLEDGE)),
    clock,
    random,
    ...(fixture === undefined ? {} : { fixture: readFixture(fixture) }),
  });
}

function ownSecret(data: string | undefined): string {
  const made = randomBytes(32).toString('hex');
  if (data === undefined) return made;
  const file = join(data, SECRET_FILE);
  mkdirSync(data, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, made, { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}

function tlsFrom({ cert, key, 'client-ca': clientCa }: Values): ServerTls | undefined {
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined || key === undefined || clientCa === undefined) {
    throw new AppError('bad_input', 'Mutual TLS takes --cert, --key and --client-ca together');
  }
  return {
    cert: readFileSync(cert, 'utf8'),
    key: readFileSync(key, 'utf8'),
    clientCa: readFileSync(clientCa, 'utf8'),
  };
}

/** Codes only; refusals are everyday and not told. */
function tellTrouble(io: Io, { operation, status, code }: Seen): void {
  if (code !== 'ok' && code !== 'refused') io.warn(`portal: ${operation} ${status} ${code}`);
}

/** Lines come and end when they like; only a signal ends the office. */
async function untilToldToStop(io: Io, office: SimulatedOffice): Promise<void> {
  const told = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  void eachLine(io, async (line) => {
    const given = JSON.parse(line) as { readonly fault?: object };
    if (given.fault === undefined) await office.happen(given as never);
    else office.setFault(given.fault as never);
    return [{ ok: true }];
  });
  await told;
  // Waiting for another line would keep the process alive.
  if ('destroy' in io.input && typeof io.input.destroy === 'function') io.input.destroy();
}

async function close(served: Served, office: SimulatedOffice): Promise<void> {
  await served.close();
  await office.stop();
}
