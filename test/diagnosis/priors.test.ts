import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priors } from '../../src/cli/priors.ts';
import { priorWeight } from '../../src/diagnosis/model.ts';
import { estimatePriors, type SolvedCase } from '../../src/diagnosis/priors.ts';
import { CAUSES, SYMPTOMS } from '../../src/domain/taxonomy.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../../src/library.ts';
import { clock, keyFile, random } from '../../src/main.ts';
import { openStore } from '../../src/store/open.ts';
import { begun, commitOf } from '../store/world.ts';
import { knowledge } from './knowledge.ts';

const { causes } = knowledge;
const many = (count: number, one: SolvedCase): readonly SolvedCase[] =>
  Array.from({ length: count }, () => one);
const PORTAL: SolvedCase = { symptom: 'not_shown', cause: 'wrong_portal' };

describe('priors estimated from closed cases', () => {
  it('rise for what was found often and fall for what was not', () => {
    const { changes } = estimatePriors(causes, many(200, PORTAL));
    const found = changes.find(({ cause }) => cause === 'wrong_portal');
    expect(found?.to).toBeGreaterThan(found?.from ?? 0);
    expect(changes.filter(({ cause, to, from }) => cause !== 'wrong_portal' && to > from)).toEqual([]);
  });

  it('never more than double or halve in one run, and say when the cases would have gone further', () => {
    const { changes } = estimatePriors(causes, many(5_000, PORTAL));
    for (const { from, to } of changes) {
      expect(to / from).toBeLessThanOrEqual(2.05);
      expect(to / from).toBeGreaterThanOrEqual(0.475);
    }
    expect(changes.find(({ cause }) => cause === 'wrong_portal')?.isBounded).toBe(true);
  });

  it('stay as they are where the cases are as was thought', () => {
    const listed = CAUSES.flatMap((cause): SolvedCase[] => {
      const prior = causes.get(cause)?.symptoms.cant_use;
      return prior === undefined ? [] : [...many(priorWeight(prior) * 10, { symptom: 'cant_use', cause })];
    });
    expect(estimatePriors(causes, listed).changes).toEqual([]);
  });

  it('stay as they are where too few cases are closed', () => {
    const estimate = estimatePriors(causes, many(19, PORTAL));
    expect(estimate).toEqual({ changes: [], tooFew: [{ symptom: 'not_shown', cases: 19 }], unlisted: [] });
  });

  it('leave it to a person whether a cause explains a complaint it does not list', () => {
    const stray: SolvedCase = { symptom: 'cant_unbind', cause: 'zero_balance' };
    const { changes, unlisted } = estimatePriors(causes, many(30, stray));
    expect(unlisted).toEqual([{ ...stray, hits: 30 }]);
    expect(changes.filter(({ cause }) => cause === 'zero_balance')).toEqual([]);
  });

  it('are positive and change only listed weights, whatever was closed', () => {
    const solved = fc.array(
      fc.record({ symptom: fc.constantFrom(...SYMPTOMS), cause: fc.constantFrom(...CAUSES) }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(solved, (cases) => {
        for (const { cause, symptom, to } of estimatePriors(causes, cases).changes) {
          expect(to).toBeGreaterThan(0);
          expect(causes.get(cause)?.symptoms[symptom]).toBeDefined();
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('gongji priors estimate', () => {
  async function run(args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    const printed: string[] = [];
    const io = {
      input: Readable.from([]),
      print: (line: string) => printed.push(line),
      warn: () => undefined,
    };
    expect(await priors(['estimate', ...args], io)).toBe(0);
    return printed.map((line) => JSON.parse(line));
  }

  function place(): { readonly dir: string; readonly file: string; readonly from: string } {
    const root = mkdtempSync(join(tmpdir(), 'gongji-'));
    const dir = join(root, 'knowledge');
    cpSync(KNOWLEDGE_DIR, dir, { recursive: true });
    const from = join(root, 'closed.jsonl');
    const lines = many(200, PORTAL).map(({ symptom, cause }) =>
      JSON.stringify({ symptom, trueCause: cause }),
    );
    writeFileSync(from, [...lines, '{"symptom":"hurts"}'].join('\n'));
    return { dir, from, file: join(dir, 'causes', 'wrong_portal.yaml') };
  }

  it('shows the lines before and after, and writes nothing unless told', async () => {
    const { dir, file, from } = place();
    const before = readFileSync(file, 'utf8');
    const lines = await run(['--from', from, '--knowledge', dir]);
    expect(lines[0]).toMatchObject({ error: { code: expect.any(String) }, line: 201 });
    const edit = lines.find((line) => line.file === file);
    expect(before).toContain(String(edit?.before));
    expect(edit?.after).not.toBe(edit?.before);
    expect(lines.at(-1)).toMatchObject({ cases: 200, written: false });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('changes nothing but the weights, and the knowledge still loads', async () => {
    const { dir, file, from } = place();
    const before = readFileSync(file, 'utf8');
    const edit = (await run(['--from', from, '--knowledge', dir, '--yes'])).find(
      (line) => line.file === file,
    );
    expect(readFileSync(file, 'utf8')).toBe(before.replace(String(edit?.before), String(edit?.after)));
    const weight = loadKnowledge(dir).causes.get('wrong_portal')?.symptoms.not_shown;
    expect(weight).toBeGreaterThan(priorWeight(causes.get('wrong_portal')?.symptoms.not_shown ?? 'rare'));
  });

  it('reads the closed cases of a data folder', async () => {
    const data = mkdtempSync(join(tmpdir(), 'gongji-'));
    const opened = await openStore({
      url: `sqlite://${join(data, 'gongji.sqlite')}`,
      clock,
      random,
      vaultKey: keyFile(join(data, 'vault.key')),
    });
    const conversation = await begun(opened);
    const opening = {
      id: 'k_1' as never,
      number: '261124-0001',
      conversation: conversation.id,
      status: 'open',
      reason: 'not_found_out',
      findings: [],
      transcript: [],
      openedAt: '2026-11-24T08:00:00.000Z',
      symptom: 'not_shown',
    } as const;
    await opened.store.commitTurn(commitOf(conversation, [], { cases: [opening] }));
    await opened.store.closeCase('k_1' as never, { by: 'clerk-1', trueCause: 'wrong_portal' });
    await opened.close();
    expect(await run(['--data', data])).toEqual([
      { left: 'too few closed cases', symptom: 'not_shown', cases: 1 },
      { cases: 1, files: 0, written: false },
    ]);
  });
});
