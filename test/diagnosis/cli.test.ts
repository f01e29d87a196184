import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { diagnose } from '../../src/cli/diagnose.ts';
import { facts } from '../../src/cli/facts.ts';
import { FACT_IDS } from '../../src/diagnosis/facts.ts';
import { HELD, TUNED } from '../situations/play.ts';

async function run(
  command: Command,
  lines: readonly string[],
  args: readonly string[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const printed: string[] = [];
  const io = {
    input: Readable.from(lines.map((line) => `${line}\n`)),
    print: (line: string) => printed.push(line),
    warn: () => undefined,
  };
  expect(await command(['--as-of', '2026-11-22', ...args], io)).toBe(0);
  return printed.map((line) => JSON.parse(line));
}

describe('gongji diagnose', () => {
  it('gives findings with remedy, or the next question', async () => {
    const [found, asked] = await run(diagnose, [
      '{"region":"320000","symptom":"cant_use","facts":{"binding.state":"none","account.balance_fen":0}}',
      '{"region":"320000","symptom":"not_shown","facts":{}}',
    ]);
    expect(found).toMatchObject({
      settled: true,
      findings: [
        { cause: 'not_bound', remedy: { kind: 'act', flow: 'bind' } },
        { cause: 'zero_balance', remedy: { kind: 'guide' } },
      ],
    });
    expect(asked).toMatchObject({ settled: false, nextQuestion: { fact: 'page.used' } });
  });

  it('takes an answer as typed, and 不知道', async () => {
    const [line] = await run(diagnose, [
      '{"region":"320000","symptom":"cant_use","facts":{"account.balance_fen":"0","ecert.active":"yes","page.used":"unknown"}}',
    ]);
    expect(line).toMatchObject({ findings: [{ cause: 'zero_balance' }] });
  });

  it('reports a bad line clearly and goes on', async () => {
    const lines = await run(diagnose, [
      '{"region":"320000","symptom":"cant_use","facts":{"moon.phase":1}}',
      '{"region":"320000","symptom":"cant_use","facts":{"visit.card":"mine"}}',
      '{"region":"320000","symptom":"hurts"}',
      'nonsense',
      '{"region":"320000","symptom":"cant_use","facts":{"visit.card":"payer"}}',
    ]);
    const messages = lines.map((line) => (line.error as { message: string } | undefined)?.message ?? '');
    expect(messages[0]).toBe("There is no fact 'moon.phase'; 'gongji facts' lists them all");
    expect(messages[1]).toBe("Fact 'visit.card' takes patient | payer, not 'mine'");
    expect(messages[2]).toMatch(/^symptom: /u);
    expect(lines.map(({ line }) => line)).toEqual([1, 2, 3, 4, undefined]);
    expect(lines[4]).toMatchObject({ findings: [{ cause: 'wrong_card_used' }] });
  });
});

describe('gongji diagnose --what-if', () => {
  const line =
    '{"region":"350000","symptom":"cant_use","facts":{"binding.state":"active","pool.allocated_fen":0}';

  it('shows what follows when one fact were another, and what moved', async () => {
    const [same, other] = await run(
      diagnose,
      [`${line},"change":{"pool.allocated_fen":0}}`, `${line},"change":{"pool.allocated_fen":50000}}`],
      ['--what-if'],
    );
    expect(same).toMatchObject({ moved: [], before: { findings: [{ cause: 'pool_not_funded' }] } });
    expect(other).toMatchObject({
      before: { settled: true, findings: [{ cause: 'pool_not_funded' }] },
      after: { settled: false },
    });
    expect(other?.moved).toContainEqual({
      cause: 'pool_not_funded',
      from: { p: expect.any(Number), told: true },
      to: { p: 0, told: false },
    });
  });

  it('can suppose another rule, or that a fact were not known', async () => {
    const [rule, forgotten] = await run(
      diagnose,
      [`${line},"change":{"rule.fund_model":"F1"}}`, `${line},"change":{"pool.allocated_fen":null}}`],
      ['--what-if'],
    );
    for (const one of [rule, forgotten]) expect(one).toMatchObject({ after: { settled: false } });
  });

  it('wants a change that can be', async () => {
    const lines = await run(diagnose, [`${line}}`, `${line},"change":{"moon.phase":1}}`], ['--what-if']);
    const messages = lines.map(({ error }) => (error as { message: string }).message);
    expect(messages[0]).toMatch(/^change: /u);
    expect(messages[1]).toMatch(/^There is no fact 'moon.phase'/u);
  });
});

describe('gongji diagnose --measure', () => {
  it('prints the figures of the folder, then those of each complaint', async () => {
    const [total, ...rest] = await run(diagnose, [], ['--measure', HELD]);
    expect(total).toMatchObject({
      dir: HELD,
      situations: expect.any(Number),
      medianQuestions: expect.any(Number),
    });
    const complaints = rest.filter(({ symptom }) => symptom !== undefined);
    expect(complaints.reduce((sum, { situations }) => sum + Number(situations), 0)).toBe(total?.situations);
  });

  it('draws a picture and writes the numbers beside it', async () => {
    const draw = join(mkdtempSync(join(tmpdir(), 'gongji-')), 'report');
    await run(diagnose, [], ['--measure', TUNED, '--measure', HELD, '--draw', draw]);
    expect(readFileSync(`${draw}.svg`, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/u);
    expect(readFileSync(`${draw}.md`, 'utf8')).toContain('![Questions and hits](report.svg)');
  });

  it('says when a folder holds no situations', async () => {
    await expect(run(diagnose, [], ['--measure', mkdtempSync(join(tmpdir(), 'gongji-'))])).rejects.toThrow(
      /no situations/u,
    );
  });
});

describe('gongji facts', () => {
  it('lists every fact once with type and choices', async () => {
    const lines = await run(facts, []);
    expect(lines.map(({ fact }) => fact)).toEqual([...FACT_IDS]);
    expect(lines.find(({ fact }) => fact === 'visit.card')).toMatchObject({
      type: 'choice',
      choices: ['patient', 'payer'],
      asked: true,
    });
  });
});
