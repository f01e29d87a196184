import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { kb } from '../../src/cli/kb.ts';
import { rules } from '../../src/cli/rules.ts';
import { RULE_IDS } from '../../src/knowledge/schema/region.ts';
import { dated, folder, regionFile, SOURCES } from './folder.ts';

const dir = folder({
  'sources.yaml': SOURCES,
  ...regionFile({ code: '000000', rules: `  max_at_once: [${dated('5', '2024-01-01')}]` }),
  ...regionFile({
    code: '320000',
    entries:
      '  bind: [{ platform: farm_app, client: app, path: [打开], from: 2024-01-01, source: farm, checked: 2026-11-22, status: unverified }]',
  }),
});

async function run(command: Command, ...args: string[]) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const io = {
    input: Readable.from([]),
    print: (line: string) => void lines.push(line),
    warn: (line: string) => void warnings.push(line),
  };
  const status = await command([...args, '--knowledge', dir], io);
  return { status, lines: lines.map((line) => JSON.parse(line)), warnings };
}

describe('gongji rules', () => {
  test('prints every rule, then every way, the doubtful ones with their status', async () => {
    const { status, lines } = await run(rules, '--region', '320000', '--as-of', '2026-11-22');
    expect(status).toBe(0);
    expect(lines.map(({ rule }) => rule)).toEqual([...RULE_IDS, 'entry.bind']);
    expect(lines.find(({ rule }) => rule === 'max_at_once')).toMatchObject({
      value: 5,
      level: 'nation',
      from: '2024-01-01',
      source: 'gov',
      grade: 'A',
      checked: '2026-11-22',
      status: 'current',
    });
    expect(lines.find(({ rule }) => rule === 'refund_to')).toMatchObject({ value: null, status: 'unknown' });
    expect(lines.at(-1)).toMatchObject({ value: { platform: 'farm_app' }, status: 'unverified', grade: 'D' });
  });

  test.each([[[]], [['--region', '江苏']], [['--region', '320000', '--as-of', '2026-13-01']]])(
    '%j is refused with one clear sentence',
    async (args) => {
      await expect(run(rules, ...args)).rejects.toMatchObject({ code: 'bad_input' });
    },
  );
});

describe('gongji kb', () => {
  test('check prints each problem as one line and fails', async () => {
    const { status, lines, warnings } = await run(kb, 'check', '--as-of', '2026-11-22');
    expect(status).toBe(1);
    expect(lines[0]).toMatchObject({
      severity: 'error',
      file: expect.any(String),
      message: expect.any(String),
    });
    expect(warnings).toHaveLength(1);
  });
  test('stats counts regions, values and grades', async () => {
    const { lines } = await run(kb, 'stats', '--as-of', '2026-11-22');
    expect(lines).toEqual([
      expect.objectContaining({
        regions: 2,
        ruleValues: 1,
        channelEntries: 1,
        entries: 0,
        shareWithGradeABM: 0.5,
      }),
    ]);
  });
  test('anything else is refused', async () => {
    await expect(run(kb, 'mend')).rejects.toMatchObject({ code: 'bad_input' });
  });
});
