/** What staff see of an act before it is done, and whether the record of acts is whole. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { audit } from '../../src/cli/audit.ts';
import type { Command } from '../../src/cli/command.ts';
import { dryRun } from '../../src/cli/dry-run.ts';
import { startGongji } from '../../src/main.ts';
import { demoFixture } from '../../src/portals/simulated/fixture.ts';

async function run(command: Command, args: readonly string[], lines: readonly object[] = []) {
  const printed: Record<string, unknown>[] = [];
  const status = await command(args, {
    input: Readable.from(lines.map((line) => `${JSON.stringify(line)}\n`)),
    print: (line) => printed.push(JSON.parse(line) as Record<string, unknown>),
    warn: () => {},
  });
  return { status, printed };
}

const rehearsed = async (act: object) =>
  (await run(dryRun, ['--as-of', '2026-11-24'], [{ act }])).printed[0] as Record<string, unknown>;

const bindMother = {
  kind: 'bind',
  payer: 'zheng-kai',
  dependent: 'yang-shufen',
  relation: 'parent',
  region: '130100',
};

describe('a dry run', () => {
  it('shows rules first, then the checks of the office, and the command', async () => {
    const shown = await rehearsed(bindMother);
    expect(shown).toMatchObject({
      act: 'bind',
      would: 'done',
      undo: { bind: { by: 'task', task: 'unbind' } },
      command: { kind: 'bind', request: { payer: { name: '郑*' }, relation: 'parent', region: '130100' } },
    });
    const checks = shown.checks as { readonly by: string }[];
    expect(checks[0]).toMatchObject({ by: 'rules', check: 'bind', ok: true });
    expect(checks.slice(1).every(({ by }) => by === 'office')).toBe(true);
  });

  it('shows no document number', async () => {
    const shown = JSON.stringify(await rehearsed(bindMother));
    for (const { document } of Object.values(demoFixture().people)) {
      expect(shown).not.toContain(document.number);
    }
  });

  it('names the check that stops it', async () => {
    const lapsed = await rehearsed({
      ...bindMother,
      payer: 'wang-lei',
      dependent: 'wang-xiaoyu',
      relation: 'child',
    });
    expect(lapsed).toMatchObject({ would: 'refused', code: 'dependent_uninsured' });
    expect((lapsed.checks as object[]).at(-1)).toMatchObject({ check: 'dependent', ok: false });
    const noPool = { kind: 'allocate', person: 'liu-yang', region: '210200', amountFen: 1_000 };
    expect(await rehearsed(noPool)).toMatchObject({ would: 'stop_before_asking' });
  });

  it('goes on after a bad line', async () => {
    const { status, printed } = await run(
      dryRun,
      ['--as-of', '2026-11-24'],
      [{ act: { kind: 'jump' } }, { act: bindMother }],
    );
    expect(status).toBe(0);
    expect(printed).toMatchObject([{ error: { code: 'bad_input' }, line: 1 }, { would: 'done' }]);
  });
});

describe('verifying the audit', () => {
  it('of a folder a server has worked in finds it whole', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'gongji-audit-'));
    try {
      const config = {
        dataDir,
        host: '127.0.0.1',
        port: 0,
        logLevel: 'silent' as const,
        isBehindProxy: false,
        desk: { idleMs: 60_000, maxMs: 60_000 },
      };
      const running = await startGongji(config, () => {});
      const receivedAt = '2026-11-24T02:00:00.000Z';
      const address = { channel: 'web', account: 'main', user: 'u' } as const;
      const content = { kind: 'text', text: '你好', masked: [] } as const;
      await running.app.receive({ address, messageId: 'm1', receivedAt, content });
      await running.app.idle();
      await running.stop();
      const { status, printed } = await run(audit, ['verify', '--data', dataDir]);
      expect(status).toBe(0);
      expect(printed).toMatchObject([{ rows: 2, broken: [], intact: true }]);
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });

  it('takes no mistyped folder for a whole record', async () => {
    await expect(run(audit, ['verify', '--data', '/nowhere/at/all'])).rejects.toMatchObject({
      code: 'bad_input',
    });
  });
});
