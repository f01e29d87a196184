import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/cli/evaluate.ts';
import { understand } from '../../src/cli/understand.ts';

async function run(command: typeof understand, args: readonly string[], input = '') {
  const printed: string[] = [];
  const io = { input: Readable.from([input]), print: (line: string) => printed.push(line), warn: () => {} };
  const status = await command(args, io);
  return { status, lines: printed.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('understand takes objects and bare lines, keeps their order and survives a bad one', async () => {
  const input = ['{"id":"a","text":"怎么解绑","asOf":"2026-11-22"}', '{"text":5}', '绑了怎么没显示'].join(
    '\n',
  );
  const { status, lines } = await run(understand, [], input);
  expect(status).toBe(0);
  expect(lines).toMatchObject([
    { id: 'a', action: 'answer', intent: 'ask.how_unbind', faq: expect.any(String) },
    { error: { code: 'bad_input' }, line: 2 },
    { id: 3, action: 'diagnose', intent: 'diagnose', symptom: 'not_shown' },
  ]);
  expect(lines[0]).toMatchObject({
    ms: expect.any(Number),
    causes: expect.any(Array),
    entities: expect.any(Array),
  });
});

test('evaluate tells accuracy with its interval, one line an intent, calibration and confusion', async () => {
  const file = fileURLToPath(new URL('../utterances/questions.jsonl', import.meta.url));
  const { status, lines } = await run(evaluate, [file]);
  expect(status).toBe(0);
  expect(lines[0]).toMatchObject({
    top1: { n: 198, low: expect.any(Number) },
    macro: { f1: expect.any(Number) },
  });
  expect(lines.some(({ intent }) => intent === 'diagnose')).toBe(true);
  expect(lines.at(-2)).toHaveProperty('calibration');
  expect(lines.at(-1)).toHaveProperty('confusion');
});

test('evaluate spoils the sentences on demand, and cuts them by style', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-evaluate-'));
  const file = join(dir, 'rows.jsonl');
  const rows = [
    { text: '怎么解绑家庭共济', intent: 'ask.how_unbind', style: 'short' },
    { text: '帮我给我妈绑定共济账户', intent: 'bind', style: 'wish' },
    { text: '今天天气怎么样', intent: 'oos', style: 'short' },
  ];
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  const plain = await run(evaluate, [file]);
  expect(plain.lines).toContainEqual(
    expect.objectContaining({ style: 'short', top1: expect.objectContaining({ n: 2 }) }),
  );
  const spoilt = await run(evaluate, [file, '--noise', 'traditional', '--report', dir]);
  expect(spoilt.lines[0]).toMatchObject({ top1: { share: 1 }, calibrationError: expect.any(Number) });
  expect(readFileSync(join(dir, 'understanding-report.md'), 'utf8')).toContain('right intent first');
  expect(readFileSync(join(dir, 'understanding-report.svg'), 'utf8')).toMatch(/^<svg /u);
  await expect(run(evaluate, [file, '--noise', 'loud'])).rejects.toMatchObject({ code: 'bad_input' });
  rmSync(dir, { recursive: true });
});

test('thresholds are fitted to the examples alone: no file is taken, and no code that fits reads one', async () => {
  await expect(run(evaluate, ['--fit', 'rows.jsonl'])).rejects.toMatchObject({ code: 'bad_input' });
  await expect(run(evaluate, ['--cross-validate', 'rows.jsonl'])).rejects.toMatchObject({
    code: 'bad_input',
  });
  const room = new URL('../../src/understanding/', import.meta.url);
  for (const file of readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const code = readFileSync(new URL(file, room), 'utf8');
    expect(code, file).not.toMatch(/utterances|node:fs|readFile|node:child_process|fetch\(/u);
  }
});

test('evaluate without a file says what it wants', async () => {
  await expect(run(evaluate, [])).rejects.toMatchObject({ code: 'bad_input' });
});
