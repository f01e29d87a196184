/** The desk from the command line: through a running server, and on the store when none runs. */
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { desk } from '../../src/cli/desk.ts';
import { askServer, deskSocketPath, serveDesk } from '../../src/desk-socket.ts';
import { VAULT_KEY } from '../store/world.ts';
import { type DeskWorld, openDesk } from './world.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gongji-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<DeskWorld> => openDesk({ storeUrl: `sqlite://${join(folder, 'gongji.sqlite')}` });

async function run(
  ...args: string[]
): Promise<{ readonly status: number; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const io = { input: Readable.from([]), print: (line: string) => lines.push(line), warn: () => {} };
  const status = await desk([...args, '--data', folder], io);
  return { status, lines };
}

/** A case of somebody who asked for a person; its number. */
async function opened(world: DeskWorld): Promise<string> {
  await world.says('lin', '家庭共济是什么');
  await world.says('lin', '转人工');
  return (await world.app.desk.find(await world.caseOf('lin')))?.number ?? '';
}

describe('while a server runs', () => {
  test('a case is listed, claimed, answered and closed, and the citizen hears it', async () => {
    const world = await open();
    const socket = await serveDesk(world.app.desk, deskSocketPath(folder));
    try {
      const number = await opened(world);
      expect((await run('list')).lines[0]).toContain(number);
      expect(await run('claim', number, '--as', 'li')).toMatchObject({ status: 0 });
      const late = await run('claim', number, '--as', 'wang');
      expect(late.status).toBe(1);
      expect(JSON.parse(late.lines[0] ?? '{}')).toMatchObject({ reason: 'owned', owner: { id: 'cli:li' } });
      await run('note', number, '--as', 'li', '--text', '等材料');
      await run('reply', number, '--as', 'li', '--text', '请到窗口办理');
      await world.settle();
      expect(world.heard('lin').map(({ text }) => text)).toContain('请到窗口办理');
      const card = (await run('show', number)).lines.join('\n');
      expect(card).toContain('请到窗口办理（已送达）');
      expect(card).not.toContain('undefined');
      expect((await run('list', '--show', 'mine', '--as', 'li')).lines.at(-1)).toBe('共 1 件');
      await run('close', number, '--as', 'li', '--cause', 'concept_confusion');
      expect((await run('list', '--show', 'closed')).lines[0]).toContain(number);
      expect(JSON.parse((await run('stats', '--day', '2026-11-25')).lines[0] ?? '{}')).toMatchObject({
        closed: 1,
      });
    } finally {
      await socket.close();
      await world.end();
    }
  });

  test('nobody but the user of the server can open the door, which goes with the server', async () => {
    const world = await open();
    const path = deskSocketPath(folder);
    await writeFile(path, 'left by a server that was killed');
    const socket = await serveDesk(world.app.desk, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(askServer(path, 'sweep' as never, [])).rejects.toMatchObject({ code: 'bad_input' });
    await expect(askServer(path, 'find', ['k_none'])).resolves.toBeNull();
    await socket.close();
    await world.end();
    expect(existsSync(path)).toBe(false);
  });

  test('a long name of the folder gets a short door elsewhere', () => {
    expect(deskSocketPath(join('/data', 'x'.repeat(200))).length).toBeLessThan(100);
  });
});

describe('while none runs', () => {
  test('the store is worked on itself, and the reply goes out at the next start', async () => {
    let world = await open();
    const number = await opened(world);
    await world.end();
    await writeFile(join(folder, 'vault.key'), Buffer.from(VAULT_KEY).toString('hex'), { mode: 0o600 });
    // What a server leaves that was killed must not keep anybody from working.
    await writeFile(deskSocketPath(folder), '');
    expect(await run('claim', number, '--as', 'li')).toMatchObject({ status: 0 });
    expect(await run('reply', number, '--as', 'li', '--text', '您好')).toMatchObject({ status: 0 });
    world = await open();
    await world.settle();
    expect(world.heard('lin').map(({ id }) => id)).toEqual(['staff.claimed', 'staff.replied']);
    await world.end();
  });

  test.each([
    [['claim', '261125-0001'], /--as/u],
    [['show'], /number of a case/u],
    [['reply', '261125-0001', '--as', 'li'], /--text/u],
    [['fly', '261125-0001', '--as', 'li'], /no 'fly'/u],
    [['claim', '999999-0001', '--as', 'li'], /no case/u],
    [['claim', '261125-0001', '--as', 'li', '--role', 'king'], /clerk or lead/u],
  ])('%s is refused with one clear sentence', async (args, sentence) => {
    const world = await open();
    await opened(world);
    await world.end();
    await writeFile(join(folder, 'vault.key'), Buffer.from(VAULT_KEY).toString('hex'), { mode: 0o600 });
    await expect(run(...args)).rejects.toThrow(sentence);
  });
});
