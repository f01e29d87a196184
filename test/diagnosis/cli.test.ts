import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { diagnose } from '../../src/cli/diagnose.ts';
import { facts } from '../../src/cli/facts.ts';
import { FACT_IDS } from '../../src/diagnosis/facts.ts';

async function run(command: Command, lines: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const printed: string[] = [];
  const io = {
    input: Readable.from(lines.map((line) => `${line}\n`)),
    print: (line: string) => printed.push(line),
    warn: () => undefined,
  };
  expect(await command(['--as-of', '2026-11-22'], io)).toBe(0);
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
