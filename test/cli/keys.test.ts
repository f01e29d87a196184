/** The commands about keys and retention, over the files of an installation. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { keys } from '../../src/cli/keys.ts';
import { retention } from '../../src/cli/retention.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import { keyFile } from '../../src/main.ts';
import { openStore } from '../../src/store/open.ts';
import { begun, countedRandom } from '../store/world.ts';

const CHEN = { name: '陈示例', documentType: 'passport', documentNumber: 'E99900017' } as const;
const DAY_MS = 24 * 3_600_000;

describe('an installation', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'gongji-keys-cli-'));
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  /** Works in the store as a server does, and lets go of it. */
  async function lived<T>(
    work: (opened: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
    now = Date.now(),
  ): Promise<T> {
    const opened = await openStore({
      url: `sqlite://${join(data, 'gongji.sqlite')}`,
      clock: { now: () => now },
      random: countedRandom('cli'),
      vaultKey: keyFile(join(data, 'vault.key')),
    });
    return work(opened).finally(() => opened.close());
  }

  async function run(command: Command, ...args: string[]) {
    const [printed, warned]: [string[], string[]] = [[], []];
    const io = {
      input: process.stdin,
      print: (line: string) => printed.push(line),
      warn: (line: string) => warned.push(line),
    };
    const status = await command([...args, '--data', data], io as never);
    return { status, printed, warned };
  }
  const told = (lines: readonly string[]) => JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;

  it('changes its key, reads everything with the new one, and gives the old one up', async () => {
    const person = await lived(({ store }) => store.remember(CHEN));
    const before = told((await run(keys, 'status')).printed);
    const rotated = await run(keys, 'rotate');
    expect(rotated.status).toBe(0);
    expect(told(rotated.printed)).toMatchObject({ rewrapped: 2, dataKeys: 2, verified: 2, whole: true });
    expect((await readFile(join(data, 'vault.key'), 'utf8')).trim().split('\n')).toHaveLength(2);
    await expect(run(keys, 'retire', String(told(rotated.printed).active))).rejects.toMatchObject({
      code: 'bad_input',
    });
    expect((await run(keys, 'retire', String(before.active))).status).toBe(0);
    expect(told((await run(keys, 'status')).printed)).toMatchObject({ pending: 0, dataKeys: 2 });
    expect(await lived(({ store }) => store.reveal(person))).toMatchObject(CHEN);
  });

  it('proves that nothing is older than its class, and fails until it is so', async () => {
    await lived((opened) => begun(opened), Date.now() - 400 * DAY_MS);
    await lived(({ store }) => store.remember(CHEN), Date.now() - 1_200 * DAY_MS);
    const late = await run(retention, 'proof');
    expect(late.status).toBe(1);
    expect(late.warned.join()).toContain('identity');
    expect((await run(retention, 'run', '--dry-run')).printed.join()).toContain('"would_remove":1');
    expect((await run(retention, 'proof')).status).toBe(1);
    expect((await run(retention, 'run')).printed.join()).toContain('{"class":"identity","removed":1}');
    const proof = await run(retention, 'proof');
    expect(proof.status).toBe(0);
    expect(proof.printed.every((line) => JSON.parse(line).holds === true)).toBe(true);
  });

  it('knows its receipts, and no others', async () => {
    const done = await lived(async ({ store }) =>
      store.eraseData(await store.remember(CHEN), { task: 't_1' as TaskId }),
    );
    if (done === 'busy') throw new Error('busy');
    const known = await run(retention, 'receipt', done.receipt.toLowerCase());
    expect(known.status).toBe(0);
    expect(told(known.printed)).toMatchObject({ receipt: done.receipt, holds: true });
    expect((await run(retention, 'receipt', 'SC-0000-0000')).status).toBe(1);
  });

  it('is not made by a mistyped folder', async () => {
    await expect(run(keys, 'status')).rejects.toMatchObject({ code: 'bad_input' });
    await expect(run(retention, 'proof')).rejects.toMatchObject({ code: 'bad_input' });
  });
});
